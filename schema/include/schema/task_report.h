#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "schema/payload.h"

// What the commands for approvers say with --json. Members are only ever added.
namespace schema {

// What the bytes that an approver signs say. Times are RFC 3339, empty ones are not said.
struct SignedTaskReport {
  std::uint32_t operation = 1;  // its number in the approval token
  std::string operation_text;   // for people
  std::string key;              // label of the key that is to be used
  std::string hsm_time;
  std::string bytes_sha256;    // of all the bytes, hexadecimal
  std::string payload_sha256;  // hexadecimal
  std::size_t payload_size = 0;

  // Of a Notary payload.
  std::string format, signing_scheme, key_spec, signing_time, expiry;
  std::optional<Descriptor> artifact;
};

struct TaskReport {
  std::string id, request_id;
  std::optional<SignedTaskReport> signed_part;              // empty when the bytes cannot be read
  std::string fault;                                        // why it cannot be approved; empty
  std::vector<std::pair<std::string, std::string>> claims;  // nobody has verified them
  std::string answer;  // "approved", "rejected", "gone", "left"; empty for a task that is only shown
};

// {"tasks":[…]}
std::string encode(const std::vector<TaskReport>& tasks);

}  // namespace schema
