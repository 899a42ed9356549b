#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "schema/payload.h"
#include "schema/task_report.h"
#include "schema/tsb_task.h"
#include "schema/tsb_token.h"

namespace operators {

// A Notary payload with the kind of key that it is to be signed with.
struct PayloadMeaning {
  schema::NotaryPayload payload;
  pkcs11::KeySpec spec = pkcs11::KeySpec::ec_256;
};

// A task as an approver may see it. What is shown as signed comes out of the bytes that he signs and from nowhere else;
// everything else the service says are claims.
struct TaskView {
  std::string id, request_id;
  std::string bytes_sha256;                                 // of the bytes to be signed, hexadecimal
  std::optional<schema::TsbToken> token;                    // empty when the bytes cannot be read
  std::optional<PayloadMeaning> meaning;                    // empty: not a Notary payload
  std::vector<std::pair<std::string, std::string>> claims;  // any text
  std::string fault;  // why it cannot be approved: what the service says differs from the bytes; empty
};

// `approver`: SubjectPublicKeyInfo of who is to answer.
TaskView view_of(const schema::TsbTask& task, base::ByteView approver);

// Throws Error(denied) for a task with a fault, Error(invalid_payload) for one that is not about a Notary payload
// unless `opaque`.
void require_approvable(const TaskView& task, bool opaque);

std::string summary(const TaskView& task);   // one line
std::string describe(const TaskView& task);  // several

schema::TaskReport report(const TaskView& task);

}  // namespace operators
