#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "credential.h"
#include "pin_words.h"
#include "platform/file_checks.h"
#include "platform/pin.h"

namespace platform {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr const char* kForms = "write env:NAME, file:PATH, credential:NAME or prompt";

constexpr std::string_view kCredential = "credential:";

// The setting or URI attribute that is being read, for its texts.
struct Reader {
  std::string_view name;
  ErrorKind kind;
  const char* forms;

  Error refuse(const std::string& cause) const {
    return {kind, Phase::settings, "cannot use " + std::string(name) + ": " + cause, forms};
  }
};

constexpr Reader kUriAttribute{"pin-source of the URI", ErrorKind::invalid_uri,
                               "write pin-source=/PATH or pin-source=file:/PATH; the other forms go into the setting "
                               "pin_source"};

bool is_variable_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') && std::all_of(name.begin(), name.end(), fits);
}

PinSource file_source(const Reader& reader, std::string_view path, std::string_view folder) {
  if (path.starts_with("//")) {
    path.remove_prefix(2);
    if (path.starts_with("localhost/")) path.remove_prefix(std::string_view("localhost").size());
    if (!path.starts_with('/'))
      throw reader.refuse("file:// is followed by a host name, but only files of this machine can be read");
  }
  return {PinSourceKind::file, absolute_path(path, folder, kPinFile)};
}

void refuse_a_command(const Reader& reader, std::string_view text) {
  if (text.starts_with('|'))
    throw reader.refuse("a command is not accepted here; pin_command in a configuration file names one");
}

}  // namespace

PinSource parse_pin_source(std::string_view text, std::string_view folder, std::string_view name) {
  const Reader reader{name, ErrorKind::invalid_settings, kForms};
  refuse_a_command(reader, text);
  if (text == "prompt") return {PinSourceKind::prompt, {}};
  if (text.starts_with("file:")) return file_source(reader, text.substr(5), folder);
  if (text.starts_with("env:")) {
    if (!is_variable_name(text.substr(4)))
      throw reader.refuse("env: is not followed by the name of an environment variable");
    return {PinSourceKind::environment, std::string(text.substr(4))};
  }
  if (text.starts_with(kCredential)) {
    const std::string_view credential = text.substr(kCredential.size());
    if (!is_credential_name(credential)) throw reader.refuse("credential: is not followed by the name of a credential");
    return {PinSourceKind::credential, std::string(credential)};
  }
  if (text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text.starts_with('~'))
    throw reader.refuse("a path needs file: in front");
  throw reader.refuse("it has none of the known forms (it is not shown, because it may be a PIN)");
}

PinSource parse_uri_pin_source(std::string_view text, std::string_view folder) {
  refuse_a_command(kUriAttribute, text);
  if (text.starts_with("file:")) return file_source(kUriAttribute, text.substr(5), folder);
  const std::size_t colon = text.find(':');
  if (text == "prompt" || (colon != std::string_view::npos && colon < text.find('/')))
    throw kUriAttribute.refuse("it does not name a file");
  return {PinSourceKind::file, absolute_path(text, folder, kPinFile)};
}

std::string describe(const PinSource& source) {
  switch (source.kind) {
    case PinSourceKind::environment:
      return "environment variable " + base::printable(source.value);
    case PinSourceKind::file:
      return "file " + base::printable(source.value);
    case PinSourceKind::credential:
      return "credential " + base::printable(source.value);
    case PinSourceKind::command:
      return "program " + base::printable(source.command.front());
    case PinSourceKind::prompt:
      break;
  }
  return "the prompt";
}

PinSource command_pin_source(std::vector<std::string> command) {
  return {PinSourceKind::command, {}, std::move(command)};
}

bool is_attended(const PinSource& source) {
  return source.kind == PinSourceKind::prompt;
}

PinSource default_pin_source(const EnvironmentSecrets& environment, Terminal& terminal, const PinPurpose& purpose) {
  const base::Secret* value = environment.find(kPinVariable);
  if (value != nullptr && !value->empty()) return {PinSourceKind::environment, kPinVariable};
  if (terminal.is_there()) return {PinSourceKind::prompt, {}};
  throw Error(ErrorKind::pin_unavailable, Phase::pin,
              "no " + purpose.pin + ": environment variable " + kPinVariable +
                  (value != nullptr ? " is empty" : " is not set") + " and there is no terminal to ask at",
              std::string("set ") + kPinVariable + ", or " + purpose.setting +
                  " to env:NAME, file:PATH or credential:NAME, or run this in a terminal");
}

}  // namespace platform
