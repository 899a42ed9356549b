#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "expect.h"
#include "schema/exec_approval.h"

namespace {

using fuzz::expect;
using schema::ExecVerb;

void check_names(const std::vector<std::string>& names) {
  expect(names.size() <= 64, "a list is bounded");
  expect(std::all_of(names.begin(), names.end(), [](const std::string& name) { return name.size() <= 256; }),
         "a name is bounded");
}

void check_text(const std::string& text) {
  expect(text.size() <= 1024 && base::is_utf8(text), "a text is bounded UTF-8");
}

struct Check {
  void operator()(const schema::ApprovalWaiting& waiting) const {
    check_names(waiting.approved);
    check_names(waiting.missing);
    check_names(waiting.refused);
    check_text(waiting.where);
    check_text(waiting.warning);
  }
  void operator()(const schema::ApprovalPermitted& permitted) const {
    check_names(permitted.approved);
    expect(permitted.evidence.size() <= 16'384, "evidence is bounded");
    expect(permitted.evidence.empty() || permitted.evidence.front() == '{', "evidence is an object");
  }
  void operator()(const schema::ApprovalSigned&) const { expect(false, "a program never signs"); }
  void operator()(const schema::ApprovalRefused& refused) const {
    check_names(refused.by);
    check_text(refused.reason);
  }
  void operator()(const schema::ApprovalExpired&) const {}
  void operator()(const schema::ApprovalWithdrawn&) const {}
  void operator()(const schema::ApprovalFailed& failed) const {
    check_text(failed.message);
    expect(!failed.message.empty(), "a failure says why");
  }
};

bool accepts(const std::string& text, ExecVerb verb) {
  try {
    const schema::ExecAnswer answer = schema::decode_exec_answer(text, verb, "/bin/ask");
    check_text(answer.service_id);
    std::visit(Check(), answer.answer);
    return true;
  } catch (const base::Error& error) {
    expect(error.kind() == base::ErrorKind::service_failed, "a refusal is of kind service_failed");
    fuzz::expect_readable(error);
    return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const bool polled = accepts(text, ExecVerb::poll);
  expect(accepts(text, ExecVerb::submit) == polled, "submit and poll take the same answers");
  for (const ExecVerb verb : {ExecVerb::redeem, ExecVerb::withdraw}) {
    expect(!accepts(text, verb) || polled, "other questions take no answer that poll does not");
  }
  return 0;
}
