#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "schema/doctor_report.h"

namespace operators {

// Every check, in the order in which they are made.
enum class Check {
  configuration,
  settings,
  state_folder,
  pin_source,
  clock,
  notation,
  plugin,
  notation_key,
  default_key,
  trust_policy,
  module_file,
  vendor_settings,
  load,
  initialise,
  token,
  pin_state,
  login,
  key,
  mechanism,
  attributes,
  certificates,
  key_match,
  trusted_root,
  approval,
  audit,
  signature,
};

std::string_view name_of(Check check);   // "module-file", in --json
std::string_view title_of(Check check);  // "module file", on the screen

// What helps: words, of which a line that begins with a blank is to be copied as it is, and a line for a shell that
// cures it, where there is one that asks nobody anything.
struct Remedy {
  std::vector<std::string> details;
  std::string fix;
};

// An error's hint as a remedy: a line or an ending "run: ..." is the command.
Remedy remedy_of(const base::Error& error);

// Takes down results in the order of the plan, and prints each as it comes. What the plan has between two results is
// taken down as not checked.
class Checklist {
 public:
  Checklist(std::vector<Check> plan, bool prints);

  void pass(Check check, std::string text);
  void warn(Check check, std::string text, Remedy remedy = {});
  void fail(Check check, std::string text, Remedy remedy = {});
  void fail(Check check, const base::Error& error);
  void skip(Check check, std::string reason);
  void finish();  // the rest of the plan is not checked

  bool has_failed(Check check) const;
  const std::vector<schema::DoctorCheck>& entries() const { return entries_; }
  std::vector<std::string> failed() const;  // titles, each once

 private:
  void add(Check check, schema::CheckState state, std::string text, Remedy remedy);

  std::vector<Check> plan_;
  std::size_t next_ = 0;  // in the plan
  bool prints_;
  std::vector<schema::DoctorCheck> entries_;
};

}  // namespace operators
