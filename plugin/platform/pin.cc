#include "platform/pin.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "credential.h"
#include "pin_command.h"
#include "pin_words.h"
#include "platform/file_checks.h"

namespace platform {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

void cut_line_end(base::Secret& pin) {
  const auto bytes = pin.reveal();
  std::size_t size = bytes.size();
  if (size > 0 && bytes[size - 1] == '\n') {
    --size;
    if (size > 0 && bytes[size - 1] == '\r') --size;
  }
  pin.shrink(size);
}

base::Secret checked(base::Secret pin, const PinSource& source, const PinPurpose& purpose) {
  const auto unusable = [&](const char* cause) { return unusable_pin(source, cause, {}, purpose.pin); };
  if (source.kind != PinSourceKind::prompt) cut_line_end(pin);
  const auto bytes = pin.reveal();
  if (bytes.empty()) throw unusable("it is empty");
  if (std::find(bytes.begin(), bytes.end(), 0) != bytes.end()) throw unusable("it holds a NUL byte");
  if (bytes.size() > kLongestPin) throw unusable("it is longer than 4096 bytes");
  return pin;
}

bool is_flag(const PinPurpose& purpose) {
  return purpose.setting.starts_with("--");
}

const base::Secret& find_variable(const PinSource& source, EnvironmentSecrets& environment, const PinPurpose& purpose) {
  environment.take(source.value);
  const base::Secret* value = environment.find(source.value);
  if (value == nullptr)
    throw Error(ErrorKind::pin_unavailable, Phase::pin,
                "no " + purpose.pin + ": environment variable " + source.value + " is not set",
                "export " + source.value + (is_flag(purpose) ? "" : " in the environment of notation") +
                    ", or correct " + purpose.setting);
  return *value;
}

}  // namespace

Error unusable_pin(const PinSource& source, const std::string& cause, std::string hint, const std::string& pin) {
  return {ErrorKind::pin_unavailable, Phase::pin, "cannot use the " + pin + " from " + describe(source) + ": " + cause,
          std::move(hint)};
}

void check_pin_source(const PinSource& source) {
  switch (source.kind) {
    case PinSourceKind::file:
      return check_private_file(source.value, kPinFile);
    case PinSourceKind::credential:
      if (credentials_are_there()) check_guarded_file(credential_path(source.value), kCredentialFile);
      return;
    case PinSourceKind::command:
      (void)check_program_file(source.command.front());
      return;
    case PinSourceKind::environment:
    case PinSourceKind::prompt:
      return;
  }
}

void require_pin_source(const PinSource& source, EnvironmentSecrets& environment, Terminal& terminal,
                        const PinPurpose& purpose) {
  if (source.kind == PinSourceKind::environment) (void)find_variable(source, environment, purpose);
  if (source.kind == PinSourceKind::credential) (void)credential_path(source.value);
  if (source.kind == PinSourceKind::prompt) terminal.require_person();
}

base::Secret read_pin(const PinSource& source, EnvironmentSecrets& environment, Terminal& terminal,
                      std::string_view prompt, const PinPurpose& purpose) {
  switch (source.kind) {
    case PinSourceKind::environment:
      return checked(find_variable(source, environment, purpose).copy(), source, purpose);
    case PinSourceKind::file:
      return checked(read_private_file(source.value, kLongestPin + 2, kPinFile), source, purpose);
    case PinSourceKind::credential:
      return checked(read_guarded_file(credential_path(source.value), kLongestPin + 2, kCredentialFile), source,
                     purpose);
    case PinSourceKind::command:
      return checked(run_pin_command(source), source, purpose);
    case PinSourceKind::prompt:
      break;
  }
  return checked(terminal.ask_secret(prompt), source, purpose);
}

}  // namespace platform
