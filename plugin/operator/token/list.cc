#include <iostream>
#include <sstream>

#include "base/bytes.h"
#include "base/error.h"
#include "help_text.h"
#include "platform/p11_kit_modules.h"
#include "token/commands.h"
#include "token/report.h"
#include "token_access.h"

namespace operators {
namespace {

constexpr std::size_t kWidth = 78;  // of a line, without its indentation

// A module whose worker may be loading it already.
struct Candidate {
  schema::ModuleReport report;
  std::unique_ptr<TokenAccess> access;  // empty after a fault
  std::string hint;                     // to the fault
};

Candidate open(const std::string& name, const std::string& path, const std::optional<std::string>& init_args) {
  Candidate candidate;
  candidate.report.name = name;
  candidate.report.path = path;
  signing::ModuleFlags flags;
  flags.module = path;
  flags.init_args = init_args;
  try {
    candidate.access = TokenAccess::by_module(flags);
    candidate.report.path = candidate.access->setup().module.path;
  } catch (const base::Error& error) {
    candidate.report.fault = error.message();
    candidate.hint = error.hint();
  }
  return candidate;
}

// All begin to load before the first is asked.
std::vector<Candidate> candidates_of(const TokenListFlags& flags, std::vector<std::string>& remarks) {
  std::vector<Candidate> candidates;
  for (const std::string& path : flags.modules)
    candidates.push_back(open({}, path, flags.init_args));
  if (!flags.modules.empty()) return candidates;
  platform::P11KitModules known = platform::find_p11_kit_modules(platform::P11KitFolders::locate());
  remarks = std::move(known.remarks);
  for (const platform::P11KitModule& module : known.modules) {
    if (!module.trust_policy) candidates.push_back(open(module.name, module.path, {}));
  }
  return candidates;
}

void ask(Candidate& candidate) {
  schema::ModuleReport& report = candidate.report;
  try {
    const pkcs11::Probe probe = candidate.access->service().probe({});
    report.manufacturer = probe.module.manufacturer;
    report.description = probe.module.description;
    report.library_version = probe.module.library_version;
    report.cryptoki_version = probe.module.cryptoki_version;
    report.interface_version = probe.module.interface_version;
    report.empty_slots = probe.empty_slots;
    report.remarks = probe.remarks;
    for (const pkcs11::ProbedToken& probed : probe.tokens)
      report.tokens.push_back(operators::report(probed.token, candidate.access->pin().refusals(probed.token)));
  } catch (const base::Error& error) {
    report.fault = error.message();
    candidate.hint = error.hint();
  }
  candidate.access.reset();
}

void print(const schema::ModuleReport& module) {
  std::cout << "module " << (module.name.empty() ? "" : base::printable(module.name) + " ")
            << base::printable(module.path, module.path.size() * 4) << "\n";
  if (!module.fault.empty()) {
    std::istringstream lines(wrap("it cannot be used: " + module.fault, kWidth));
    for (std::string line; std::getline(lines, line);)
      std::cout << "  " << line << "\n";
    return;
  }
  std::cout << "  " << base::printable(module.manufacturer) << ", " << base::printable(module.description)
            << "\n  version " << base::printable(module.library_version) << ", Cryptoki "
            << base::printable(module.interface_version) << "\n";
  for (const schema::TokenStateReport& token : module.tokens)
    std::cout << text_of(token);
  if (module.tokens.empty()) std::cout << "  no token\n";
  for (const std::string& remark : module.remarks)
    std::cout << "  note: " << base::printable(remark) << "\n";
}

void print(const schema::TokenListReport& list) {
  for (const schema::ModuleReport& module : list.modules)
    print(module);
  if (list.modules.empty()) std::cout << "p11-kit knows no module; --module PATH names one\n";
  for (const std::string& remark : list.remarks)
    std::cout << "note: " << base::printable(remark) << "\n";
}

// Of the modules that the flags name; p11-kit may know some that are no longer there.
void require_all(const std::vector<schema::ModuleReport>& modules, const std::string& hints) {
  std::string paths;
  std::size_t faults = 0;
  for (const schema::ModuleReport& module : modules) {
    if (module.fault.empty()) continue;
    paths += (faults++ == 0 ? "" : ", ") + base::printable(module.path, module.path.size() * 4);
  }
  if (faults == 0) return;
  throw base::Error(base::ErrorKind::module_unusable, base::Phase::load,
                    std::to_string(faults) + " of " + std::to_string(modules.size()) +
                        (modules.size() == 1 ? " module" : " modules") + " cannot be used: " + paths,
                    hints);
}

}  // namespace

void list_tokens(const TokenListFlags& flags) {
  schema::TokenListReport list;
  std::string hints;
  std::vector<Candidate> candidates = candidates_of(flags, list.remarks);
  for (Candidate& candidate : candidates) {
    if (candidate.access) ask(candidate);
    if (!candidate.hint.empty()) hints += (hints.empty() ? "" : "\n") + candidate.hint;
    list.modules.push_back(std::move(candidate.report));
  }
  if (flags.json) {
    std::cout << schema::encode(list);
  } else {
    print(list);
  }
  if (!flags.modules.empty()) require_all(list.modules, hints);
}

}  // namespace operators
