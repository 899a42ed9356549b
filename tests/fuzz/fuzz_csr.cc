#include <string>

#include "expect.h"
#include "pkcs11/key_spec.h"
#include "trust/chain.h"
#include "trust/lint.h"
#include "trust/pem.h"
#include "trust/request.h"

namespace {

using fuzz::expect;

constexpr base::WallTime kNow{std::chrono::seconds(1'767'225'600)};  // 2026-01-01

void expect_refusal(const base::Error& error) {
  expect(error.kind() == base::ErrorKind::invalid_chain, "a refusal is of kind invalid_chain");
  fuzz::expect_readable(error);
}

void read_request(std::string_view text) {
  try {
    const trust::ReadRequest request = trust::read_request(text, "input.csr");
    expect(base::printable(request.subject, 1'000'000) == request.subject, "a subject is safe to show");
    expect(!pkcs11::describe(request.key).empty(), "a request has a key");
  } catch (const base::Error& error) {
    expect_refusal(error);
  }
}

// Whatever stands in a file: lint has an answer, and accepts nothing that it finds wrong.
void lint_file(std::string_view text) {
  try {
    trust::ChainSources sources;
    sources.file = trust::read_certificates(text, "input.pem");
    sources.file_name = "input.pem";
    const trust::Lint lint = trust::lint(sources, kNow);
    bool wrong = !lint.violations.empty();
    for (const trust::LintedCertificate& one : lint.certificates)
      wrong = wrong || !one.violations.empty();
    expect(!(lint.accepted && wrong), "what is accepted is not wrong");
  } catch (const base::Error& error) {
    expect_refusal(error);
  }
}

}  // namespace

// A file as a CA or its customer sends it: a request, or certificates.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_request(text);
  lint_file(text);
  return 0;
}
