#include "doctor/module_alone.h"

#include "doctor/module_checks.h"
#include "doctor/token_checks.h"
#include "pkcs11/pin_state.h"
#include "platform/p11_kit_modules.h"
#include "signing/pin_step.h"
#include "token_access.h"

namespace operators {
namespace {

using base::Error;

std::vector<pkcs11::TokenState> initialised(std::vector<pkcs11::TokenState> tokens) {
  std::erase_if(tokens, [](const pkcs11::TokenState& token) { return !token.initialised; });
  return tokens;
}

// The survey that lists the private objects is a login, and nothing else.
void check_login(Checklist& list, Surroundings& surroundings, const signing::KeySetup& setup,
                 const pkcs11::TokenState& token) {
  if (!pkcs11::needs_login(token, setup.module.quirks)) return list.skip(Check::login, "the token wants none");
  if (list.has_failed(Check::pin_state) || list.has_failed(Check::pin_source)) return;
  pkcs11::Uri wanted;
  wanted.token = token.label;
  wanted.serial = token.serial;
  try {
    signing::PinStep pin(setup, surroundings.context());
    const pkcs11::Login login = pin.obtain(token);
    (void)pin.use(token, [&] { return surroundings.service().survey(wanted, &login); });
    list.pass(Check::login, "the PIN is accepted");
  } catch (const Error& error) {
    list.fail(Check::login, error);
  }
}

void check_tokens(Checklist& list, Surroundings& surroundings, const signing::KeySetup& setup,
                  const pkcs11::Probe& probe, const DoctorFlags& flags) {
  const pkcs11::Uri wanted = token_selection(flags.token.token);
  const std::vector<pkcs11::TokenState> tokens = initialised(fitting_tokens(probe, wanted));
  if (tokens.empty()) {
    const std::string which = pkcs11::looks_like_uri(flags.token.token)
                                  ? "there is no token " + pkcs11::format_uri(wanted)
                                  : "no token has the label " + pkcs11::shown_quoted(flags.token.token);
    const std::string text = flags.token.token.empty() ? "there is no token" : which;
    std::string labels;
    for (const pkcs11::ProbedToken& one : probe.tokens) {
      if (one.token.initialised) labels += (labels.empty() ? "" : ", ") + base::quoted(one.token.label);
    }
    const Error error(base::ErrorKind::key_not_found, base::Phase::slots, text,
                      labels.empty() ? "the module shows no initialised token" : "tokens that are there: " + labels);
    return fail_token(list, error, probe, setup.module.path);
  }
  if (tokens.size() > 1) return list.pass(Check::token, std::to_string(tokens.size()) + " tokens; --token names one");
  list.pass(Check::token, text_of(tokens.front()));
  check_pin_state(list, tokens.front(), setup, surroundings, flags.login);
  if (flags.login) return check_login(list, surroundings, setup, tokens.front());
  list.skip(Check::login, "only with --login");
}

}  // namespace

std::optional<pkcs11::Probe> check_module_alone(Checklist& list, Surroundings& surroundings,
                                                const signing::Settings& settings, const DoctorFlags& flags) {
  signing::KeySetup setup;
  try {
    setup = settings.module(flags.token.module);
  } catch (const Error& error) {
    fail_module_file(list, error, *flags.token.module.module);
    return std::nullopt;
  }
  if (!check_module_needs(list, setup.module.path)) return std::nullopt;
  surroundings.start(setup).load(setup.module);
  auto probe = check_module_starts(list, surroundings.service());
  if (probe) check_tokens(list, surroundings, setup, *probe, flags);
  return probe;
}

void check_known_modules(Checklist& list, Surroundings& surroundings, const signing::Settings& settings) {
  const auto known = platform::find_p11_kit_modules(platform::P11KitFolders::locate());
  for (const platform::P11KitModule& module : known.modules) {
    if (module.trust_policy) continue;
    signing::ModuleFlags flags;
    flags.module = module.path;
    try {
      const signing::KeySetup setup = settings.module(flags);
      surroundings.start(setup).load(setup.module);
      const pkcs11::Probe probe = surroundings.service().probe({});
      std::size_t tokens = 0;
      for (const pkcs11::ProbedToken& one : probe.tokens)
        tokens += one.token.initialised ? 1 : 0;
      list.pass(Check::load,
                module.name + ": " + std::to_string(tokens) + (tokens == 1 ? " token, " : " tokens, ") + module.path);
    } catch (const Error& error) {
      list.warn(Check::load, module.name + ": " + error.message(), remedy_of(error));
    }
  }
  for (const std::string& remark : known.remarks)
    list.warn(Check::load, remark);
  if (known.modules.empty()) list.skip(Check::load, "p11-kit knows no module; --module PATH names one");
}

}  // namespace operators
