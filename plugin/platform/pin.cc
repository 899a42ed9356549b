#include "platform/pin.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/file_checks.h"

namespace platform {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::size_t kLongestPin = 4096;  // bytes
constexpr std::string_view kPinFile = "PIN file";
constexpr const char* kForms = "write env:NAME, file:PATH or prompt";

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
                               "write pin-source=/PATH or pin-source=file:/PATH; env:NAME and prompt go into the "
                               "setting pin_source"};

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

void refuse_commands_and_credentials(const Reader& reader, std::string_view text) {
  if (text.starts_with('|')) throw reader.refuse("a command is not accepted here");
  if (text.starts_with("credential:")) throw reader.refuse("systemd credentials (credential:NAME) are not supported");
}

Error unusable(const PinSource& source, const char* cause) {
  return {ErrorKind::pin_unavailable, Phase::pin, "cannot use the PIN from " + describe(source) + ": " + cause};
}

void cut_line_end(base::Secret& pin) {
  const auto bytes = pin.reveal();
  std::size_t size = bytes.size();
  if (size > 0 && bytes[size - 1] == '\n') {
    --size;
    if (size > 0 && bytes[size - 1] == '\r') --size;
  }
  pin.shrink(size);
}

base::Secret checked(base::Secret pin, const PinSource& source) {
  if (source.kind != PinSourceKind::prompt) cut_line_end(pin);
  const auto bytes = pin.reveal();
  if (bytes.empty()) throw unusable(source, "it is empty");
  if (std::find(bytes.begin(), bytes.end(), 0) != bytes.end()) throw unusable(source, "it holds a NUL byte");
  if (bytes.size() > kLongestPin) throw unusable(source, "it is longer than 4096 bytes");
  return pin;
}

const base::Secret& find_variable(const PinSource& source, EnvironmentSecrets& environment) {
  environment.take(source.value);
  const base::Secret* value = environment.find(source.value);
  if (value == nullptr)
    throw Error(ErrorKind::pin_unavailable, Phase::pin, "no PIN: environment variable " + source.value + " is not set",
                "export " + source.value + " in the environment of notation, or correct pin_source");
  return *value;
}

}  // namespace

PinSource parse_pin_source(std::string_view text, std::string_view folder, std::string_view name) {
  const Reader reader{name, ErrorKind::invalid_settings, kForms};
  refuse_commands_and_credentials(reader, text);
  if (text == "prompt") return {PinSourceKind::prompt, {}};
  if (text.starts_with("file:")) return file_source(reader, text.substr(5), folder);
  if (text.starts_with("env:")) {
    if (!is_variable_name(text.substr(4)))
      throw reader.refuse("env: is not followed by the name of an environment variable");
    return {PinSourceKind::environment, std::string(text.substr(4))};
  }
  if (text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text.starts_with('~'))
    throw reader.refuse("a path needs file: in front");
  throw reader.refuse("it has none of the known forms (it is not shown, because it may be a PIN)");
}

PinSource parse_uri_pin_source(std::string_view text, std::string_view folder) {
  refuse_commands_and_credentials(kUriAttribute, text);
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
    case PinSourceKind::prompt:
      break;
  }
  return "the prompt";
}

bool is_attended(const PinSource& source) {
  return source.kind == PinSourceKind::prompt;
}

PinSource default_pin_source(const EnvironmentSecrets& environment, Terminal& terminal) {
  const base::Secret* value = environment.find(kPinVariable);
  if (value != nullptr && !value->empty()) return {PinSourceKind::environment, kPinVariable};
  if (terminal.is_there()) return {PinSourceKind::prompt, {}};
  throw Error(
      ErrorKind::pin_unavailable, Phase::pin,
      std::string("no PIN: environment variable ") + kPinVariable + (value != nullptr ? " is empty" : " is not set") +
          " and there is no terminal to ask at",
      std::string("set ") + kPinVariable + ", or pin_source to env:NAME or file:PATH, or run this in a terminal");
}

void check_pin_source(const PinSource& source) {
  if (source.kind == PinSourceKind::file) check_private_file(source.value, kPinFile);
}

void require_pin_source(const PinSource& source, EnvironmentSecrets& environment, Terminal& terminal) {
  if (source.kind == PinSourceKind::environment) (void)find_variable(source, environment);
  if (source.kind == PinSourceKind::prompt) terminal.require_person();
}

base::Secret read_pin(const PinSource& source, EnvironmentSecrets& environment, Terminal& terminal,
                      std::string_view prompt) {
  switch (source.kind) {
    case PinSourceKind::environment:
      return checked(find_variable(source, environment).copy(), source);
    case PinSourceKind::file:
      return checked(read_private_file(source.value, kLongestPin + 2, kPinFile), source);
    case PinSourceKind::prompt:
      break;
  }
  return checked(terminal.ask_secret(prompt), source);
}

}  // namespace platform
