#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "schema/payload.h"

// What the operator commands say with --json. Members are only ever added.
namespace schema {

struct RequestReport {
  std::string id, service_id, state;
  bool waited_for = false;  // a run that is alive waits for the answer
  std::string key_name, key_sha256, key_spec;
  Descriptor artifact;
  std::string signing_scheme;
  std::optional<std::chrono::seconds> lifetime;   // of the signature, if it is to expire
  std::string created, expires, permitted_until;  // RFC 3339, the last may be empty
  std::string backend, place, where;
  std::vector<std::string> approved, missing, refused;
  std::string reason;
};

std::string encode(const RequestReport& report);
std::string encode(const std::vector<RequestReport>& reports);

}  // namespace schema
