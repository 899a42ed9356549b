#pragma once

#include <string>
#include <vector>

namespace schema {

enum class CheckState { passed, warning, failed, not_checked };

// One line of `doctor`.
struct DoctorCheck {
  std::string check;  // stable name: "module-file"
  CheckState state = CheckState::not_checked;
  std::string text;                  // one line: what is there, or what is wrong
  std::vector<std::string> details;  // what to do, for people
  std::string fix;                   // a line for a shell that cures it; empty where no command can
};

// What `doctor --json` says. Members are only ever added.
struct DoctorReport {
  std::string key, module;  // as named; empty without
  std::vector<DoctorCheck> checks;

  bool healthy() const;  // nothing has failed
};

std::string encode(const DoctorReport& report);

}  // namespace schema
