#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pkcs11/key_spec.h"
#include "signing/settings.h"
#include "token_flags.h"

namespace operators {

// Adds one command with its example. `chosen` becomes `command` with the flags that the line gave.
template <typename Flags>
std::shared_ptr<Flags> add_command(CLI::App& parent, const std::string& name, const std::string& help,
                                   const std::string& example, std::function<void()>& chosen,
                                   void (*command)(const Flags&), CLI::App*& app) {
  auto flags = std::make_shared<Flags>();
  app = parent.add_subcommand(name, help);
  app->footer("Example:\n  notation-pkcs11 " + example);
  app->callback([flags, command, &chosen] { chosen = [flags, command] { command(*flags); }; });
  return flags;
}

// An option of which nobody knows whether it was given until it was.
CLI::Option* add_text(CLI::App& app, const std::string& name, std::optional<std::string>& value,
                      const std::string& help);

// --pin-source, --user-type, --login-user, --quirk, --init-args; not --module, whose help differs.
void add_module_flags(CLI::App& app, signing::ModuleFlags& flags);

// --spec; `take` gets it when it was given.
CLI::Option* add_spec(CLI::App& app, const std::string& help, std::function<void(pkcs11::KeySpec)> take);

// --module, --token and the above.
void add_token_flags(CLI::App& app, TokenFlags& flags);

// The commands of one noun each, declared here and defined in its folder.
void add_token(CLI::App& app, std::function<void()>& chosen);
void add_key(CLI::App& app, std::function<void()>& chosen);
void add_cert(CLI::App& app, std::function<void()>& chosen);
void add_enroll(CLI::App& app, std::function<void()>& chosen);
void add_doctor(CLI::App& app, std::function<void()>& chosen);
void add_explain(CLI::App& app, std::function<void()>& chosen);
void add_approvals(CLI::App& app, std::function<void()>& chosen);
void add_audit(CLI::App& app, std::function<void()>& chosen);
void add_completion(CLI::App& app, std::function<void()>& chosen);
void add_manual(CLI::App& app, std::function<void()>& chosen);
void add_version(CLI::App& app, std::function<void()>& chosen);

}  // namespace operators
