#include <string>

#include "base/base64.h"
#include "expect.h"
#include "securosys_tsb/securosys_tsb_certificates.h"

namespace {

using base::ErrorKind;
using fuzz::expect;

// The certificates in the body, or none when it is refused.
std::vector<base::Bytes> read_body(const std::string& body) {
  try {
    return approval::read_tsb_certificates(body, "the certificate at tsb.example.com");
  } catch (const base::Error& error) {
    const bool known = error.kind() == ErrorKind::service_failed || error.kind() == ErrorKind::invalid_chain;
    expect(known, "a refusal is of kind service_failed or invalid_chain");
    fuzz::expect_readable(error);
    return {};
  }
}

void check_split(base::ByteView bytes, const std::vector<base::Bytes>& elements) {
  base::Bytes again;
  for (const base::Bytes& element : elements) {
    expect(!element.empty(), "an element has bytes");
    again.insert(again.end(), element.begin(), element.end());
  }
  expect(again == base::Bytes(bytes.begin(), bytes.end()), "the elements are all of the bytes");
}

}  // namespace

// The input is the body of a reply; then what the certificate in one holds in base64: DER, or PEM.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView bytes(data, size);
  const std::string text = base::text_of(bytes);
  read_body(text);
  const auto elements = approval::split_der(bytes);
  check_split(bytes, elements);
  const auto certificates = read_body(R"({"certificate":")" + base::encode_base64(bytes) + R"("})");
  if (text.find("-----BEGIN ") == std::string::npos)
    expect(certificates == elements, "DER in base64 is split likewise");
  return 0;
}
