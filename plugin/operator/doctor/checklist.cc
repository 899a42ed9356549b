#include "doctor/checklist.h"

#include <algorithm>
#include <array>
#include <iostream>

#include "colour.h"
#include "doctor/check_text.h"

namespace operators {
namespace {

using schema::CheckState;

struct Name {
  std::string_view name, title;
};

// In the order of the enumerators.
constexpr std::array kNames{
    Name{"configuration", "configuration"},
    Name{"settings", "settings"},
    Name{"state-folder", "state folder"},
    Name{"pin-source", "PIN source"},
    Name{"clock", "clock"},
    Name{"notation", "notation"},
    Name{"plugin", "plugin"},
    Name{"notation-key", "key in notation"},
    Name{"default-key", "default key"},
    Name{"trust-policy", "trust policy"},
    Name{"module-file", "module file"},
    Name{"vendor-settings", "vendor settings"},
    Name{"load", "module loads"},
    Name{"initialise", "module starts"},
    Name{"token", "token"},
    Name{"pin-state", "PIN state"},
    Name{"login", "login"},
    Name{"key", "key"},
    Name{"mechanism", "mechanism"},
    Name{"attributes", "attributes"},
    Name{"certificates", "certificates"},
    Name{"key-match", "key matches"},
    Name{"trusted-root", "trusted root"},
    Name{"approval", "approval"},
    Name{"audit", "audit log"},
    Name{"signature", "test signature"},
};
static_assert(kNames.size() == static_cast<std::size_t>(Check::signature) + 1);

constexpr std::string_view kRun = "run: ";

}  // namespace

std::string_view name_of(Check check) {
  return kNames.at(static_cast<std::size_t>(check)).name;
}

std::string_view title_of(Check check) {
  return kNames.at(static_cast<std::size_t>(check)).title;
}

Remedy remedy_of(const base::Error& error) {
  Remedy remedy;
  std::string_view rest = error.hint();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    if (line.starts_with(kRun) && remedy.fix.empty()) {
      remedy.fix = line.substr(kRun.size());
    } else if (!line.empty()) {
      remedy.details.emplace_back(line);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return remedy;
}

Checklist::Checklist(std::vector<Check> plan, bool prints) : plan_(std::move(plan)), prints_(prints) {}

void Checklist::pass(Check check, std::string text) {
  add(check, CheckState::passed, std::move(text), {});
}

void Checklist::warn(Check check, std::string text, Remedy remedy) {
  add(check, CheckState::warning, std::move(text), std::move(remedy));
}

void Checklist::fail(Check check, std::string text, Remedy remedy) {
  add(check, CheckState::failed, std::move(text), std::move(remedy));
}

void Checklist::fail(Check check, const base::Error& error) {
  fail(check, error.message(), remedy_of(error));
}

void Checklist::skip(Check check, std::string reason) {
  add(check, CheckState::not_checked, std::move(reason), {});
}

void Checklist::finish() {
  while (next_ < plan_.size())
    skip(plan_[next_], "not checked");
}

bool Checklist::has_failed(Check check) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const schema::DoctorCheck& entry) {
    return entry.state == CheckState::failed && entry.check == name_of(check);
  });
}

std::vector<std::string> Checklist::failed() const {
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (has_failed(static_cast<Check>(i))) titles.emplace_back(kNames[i].title);
  }
  return titles;
}

void Checklist::add(Check check, CheckState state, std::string text, Remedy remedy) {
  const auto from = plan_.begin() + static_cast<std::ptrdiff_t>(next_);
  const auto place = std::find(from, plan_.end(), check);
  if (place != plan_.end()) {
    while (plan_[next_] != check)
      skip(plan_[next_], "not checked");
    ++next_;
  }
  entries_.push_back(
      {std::string(name_of(check)), state, std::move(text), std::move(remedy.details), std::move(remedy.fix)});
  if (prints_) std::cout << check_text(entries_.back(), title_of(check), shows_colours()) << std::flush;
}

}  // namespace operators
