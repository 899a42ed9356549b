#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace schema {

// What one step of an enrolment came to. done: in this run; kept: it was there already; open: something else has to
// happen first, which `detail` says; left_out: nobody asked for it.
enum class EnrollState { done, kept, open, left_out };

struct EnrollStep {
  std::string name;  // "key", "certificate", "configuration", "registration", "trust-store", "trust-policy"
  EnrollState state = EnrollState::done;
  std::string detail;  // for people
};

struct EnrollReport {
  std::string name, uri, key_spec, spki_sha256;
  std::vector<EnrollStep> steps;
  std::string request_file, chain_file;  // as far as they are there
  std::string register_command;          // the line for a shell that tells notation of the key
  std::string next;                      // what to do now; may be several lines
};

std::string_view name_of(EnrollState state);  // "done", "kept", "open", "left out"
std::string encode(const EnrollReport& report);

}  // namespace schema
