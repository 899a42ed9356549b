#pragma once

#include <string>
#include <string_view>

#include "base/nearest.h"

// What configuration files and plugin-config entries have in common: how a setting's text must look, and what to tell
// about a name that is not a setting. Faults stand behind "NAME: " and never repeat the value.
namespace schema {

// Each returns why the text is refused, or nothing.
std::string fault_in_text(std::string_view text);           // empty, not UTF-8, or with control characters
std::string fault_in_path(std::string_view path);           // also: a tilde, which nobody expands
std::string fault_in_module(std::string_view path);         // also: not absolute
std::string fault_in_pin_source(std::string_view text);     // not env:NAME, file:PATH, credential:NAME or prompt
std::string fault_in_program(std::string_view path);        // not an absolute path
std::string fault_in_secret_source(std::string_view text);  // not env:NAME or file:PATH
std::string fault_in_https_url(std::string_view url);       // also: with user, password, query or fragment
std::string fault_in_sha256(std::string_view text);         // not 64 lower-case hexadecimal digits

// [A-Za-z_][A-Za-z0-9_]*
bool is_environment_name(std::string_view name);

// A file name that systemd takes for a credential: printable ASCII without slash and colon, neither "." nor "..".
bool is_credential_name(std::string_view name);

// A name under which people try to hand over a PIN itself ("pin", "pin-value", "password").
bool names_a_pin(std::string_view name);
inline constexpr std::string_view kPinRemedy =
    "put the PIN into a file that only you can read and name it with pin_source file:PATH, or set the environment "
    "variable NOTATION_PKCS11_PIN, or leave both out to be asked on the terminal";

// Settings that this release does not act on. Reading over one could drop a rule that somebody relies on.
bool is_unsupported_setting(std::string_view name);

using base::nearest;

}  // namespace schema
