#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "schema/approval.h"

// What a program of the backend `exec` reads and writes; exec-request.schema.json and exec-answer.schema.json describe
// it, docs/writing-a-backend.md tells it.
namespace schema {

enum class ExecVerb { submit, poll, redeem, withdraw };
std::string_view name_of(ExecVerb verb);

// {"version":1,"verb":"poll","service_id":"…","request":{…}}; service_id only once the program has given one.
std::string encode_exec_question(ExecVerb verb, const ApprovalRequest& request, std::string_view service_id);

inline constexpr std::size_t kMaximumExecAnswerSize = 65'536;  // bytes

struct ExecAnswer {
  std::string service_id;  // may be empty
  ApprovalAnswer answer;   // never ApprovalSigned
};

// Strict: unknown members (but x-…), wrong types, a status that does not belong to the verb are refused. Errors:
// service_failed, phase approval, naming `program`. {"status":"waiting"|"permitted"|"refused"|"expired"|"withdrawn"|
// "failed"} and the members of that status.
ExecAnswer decode_exec_answer(std::string_view json, ExecVerb verb, std::string_view program);

}  // namespace schema
