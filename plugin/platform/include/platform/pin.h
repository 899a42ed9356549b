#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "platform/environment.h"
#include "platform/terminal.h"

namespace platform {

enum class PinSourceKind { environment, file, credential, command, prompt };

// Where a PIN comes from; never the PIN itself.
struct PinSource {
  PinSourceKind kind = PinSourceKind::prompt;
  std::string value;                   // name of the variable or the credential, absolute path of the file; else empty
  std::vector<std::string> command{};  // for a command: the program's absolute path and its arguments

  bool operator==(const PinSource&) const = default;
};

// What a PIN is for, and the setting or flag that says where it is: for texts.
struct PinPurpose {
  std::string pin = "PIN";  // "SO PIN for token \"prod\""
  std::string setting = "pin_source";
};

// The setting pin_source: `env:NAME`, `file:PATH`, `file:///PATH`, `credential:NAME` (the file NAME in the folder
// $CREDENTIALS_DIRECTORY, systemd.exec(5) "Credentials") or `prompt`. A relative path starts at `folder` (empty: the
// working folder). Error(invalid_settings) otherwise, which calls the setting `name`; the text is not
// quoted, it may be a PIN by mistake.
PinSource parse_pin_source(std::string_view text, std::string_view folder, std::string_view name = "pin_source");

// The attribute pin-source of a PKCS#11 URI, unescaped (RFC 7512 section 2.4): a bare path, `file:PATH` or
// `file:///PATH`. Error(invalid_uri) otherwise, Error(invalid_settings) for an unusable path.
PinSource parse_uri_pin_source(std::string_view text, std::string_view folder);

// The setting pin_command, not empty: a program and its arguments.
PinSource command_pin_source(std::vector<std::string> command);

// "environment variable X", "file /x", "credential X", "program /x", "the prompt": for texts and logs.
std::string describe(const PinSource& source);

// Whether the source needs a person.
bool is_attended(const PinSource& source);

// The source that counts when none is set: kPinVariable if it was taken and is not empty, else the prompt if there is a
// terminal. Error(pin_unavailable) names both.
PinSource default_pin_source(const EnvironmentSecrets& environment, Terminal& terminal, const PinPurpose& purpose = {});

// What can be known before the PIN is needed: a PIN file is a regular file that its owner alone may read, the owner is
// root or the user, its folder is not writable by group or others (sticky folders excepted); a credential likewise, but
// root's may be readable by its group; the program of a command is one that check_program_file takes. A variable, a
// prompt and a credential whose folder nobody names always pass. Error(invalid_settings, phase settings).
void check_pin_source(const PinSource& source);

// Before others are troubled for a use of the PIN: a variable is set, a credential's folder is named, a prompt has a
// person. Reads no PIN, but a variable is taken out of the environment. A file and a command always pass.
// Error(pin_unavailable): that of read_pin.
void require_pin_source(const PinSource& source, EnvironmentSecrets& environment, Terminal& terminal,
                        const PinPurpose& purpose = {});

// The PIN: one trailing LF or CRLF is cut off everything but what was typed; empty, with a NUL, or longer than 4 KiB is
// Error(pin_unavailable, phase pin). A variable is taken out of the environment if it has not been yet. A file is
// checked like check_pin_source on the opened file. A command runs anew each time, for 30 s at most, with PATH, HOME,
// LANG and TZ alone in its environment; its standard output is the PIN; Error(pin_unavailable) when it fails. For the
// prompt see Terminal::ask_secret.
base::Secret read_pin(const PinSource& source, EnvironmentSecrets& environment, Terminal& terminal,
                      std::string_view prompt, const PinPurpose& purpose = {});

}  // namespace platform
