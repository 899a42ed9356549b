#include <string>

#include "expect.h"
#include "schema/tsb.h"
#include "schema/tsb_task.h"

namespace {

using fuzz::expect;

template <typename Action>
void try_reply(Action&& action) {
  try {
    action();
  } catch (const base::Error& error) {
    expect(error.kind() == base::ErrorKind::service_failed, "a refusal is of kind service_failed");
    expect(error.phase() == base::Phase::approval, "a refusal is of the approval");
    fuzz::expect_readable(error);
  }
}

void check_status(const schema::TsbRequestStatus& status) {
  expect(!status.state_text.empty(), "a state has a name");
  expect(status.result.empty() || status.state == schema::TsbState::executed, "only what was executed has a result");
}

void check_id(const std::string& id) {
  expect(!id.empty() && base::printable(id) == id, "an id can be shown");
}

void check_fault(const schema::TsbFault& fault) {
  expect(!fault.code || *fault.code >= 0, "a code is a whole number");
  expect(fault.reason.empty() || fault.reason.starts_with("res.error."), "a reason is one of the service's");
  expect(fault.reason.size() <= 100 && base::printable(fault.reason) == fault.reason, "a reason can be shown");
}

}  // namespace

// The input is the body of any reply.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try_reply([&] { expect(!schema::decode_tsb_key(text).public_key.empty(), "a key has a public key"); });
  try_reply([&] { check_id(schema::decode_tsb_sign_request_id(text)); });
  try_reply([&] { expect(!schema::decode_tsb_signature(text).empty(), "a signature has bytes"); });
  try_reply([&] { check_status(schema::decode_tsb_request_status(text)); });
  try_reply([&] { schema::decode_tsb_certificates(text); });
  try_reply([&] {
    for (const schema::TsbTask& task : schema::decode_tsb_tasks(text)) {
      expect(!task.id.empty() && !task.approval_to_be_signed.empty(), "a task has an id and something to sign");
    }
  });
  check_fault(schema::decode_tsb_fault(text));
  schema::read_tsb_metadata(text);
  return 0;
}
