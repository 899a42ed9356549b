#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace base {

// The situation the user is in. contract/ turns each into one error code of the Notary plugin contract, operator/ into
// one exit status.
enum class ErrorKind {
  malformed_request,             // standard input is not the request the contract describes
  unsupported_contract_version,  // a contract version other than 1.0
  invalid_request,               // well formed, but names something we do not know
  invalid_payload,               // the bytes to sign are not a Notary payload
  invalid_uri,
  invalid_settings,
  invalid_chain,
  key_not_found,       // no token or no key matches
  ambiguous_key,       // several different keys match
  pin_unavailable,     // no PIN source gave a PIN
  pin_refused,         // the token refused the PIN
  pin_withheld,        // locked, final try or to be changed: no PIN was tried
  cancelled,           // a person said no, at the prompt or at the device
  denied,              // an approver said no, or the approval's rules do
  undecided,           // the approvers have not decided in time; the request may still be open
  credential_refused,  // an approval service does not accept our token, API key or certificate
  service_failed,      // an approval service or program cannot be used: not reachable, or it answers what it must not
  request_lost,        // an approval request was withdrawn, failed or is unknown at its service
  late,                // a phase passed its deadline
  busy,                // the token had no session or resource for us until the end
  module_unusable,     // the module does not load or does not initialise
  module_died,         // the process that runs the module ended by itself
  token_failed,        // any other return value of the module
  not_capable,         // the token cannot do what the key needs
  signature_invalid,   // the signature does not verify
  outcome_unknown,     // nobody can say whether the token signed
  unrecorded,          // the audit log cannot be written where it must be, or does not verify
  host_gone,           // nobody is left to take the answer
  internal,            // a fault of ours
};

// What was going on. Names are the settings' names (timeouts) where a phase has a deadline.
enum class Phase {
  none,
  request,
  settings,
  payload,
  load,
  initialise,
  slots,
  open,
  login,
  find,
  sign,
  generate,
  chain,
  pin,
  approval,
  audit,
  verify
};

// Return value as the module gave it, whatever its numeric value (PKCS#11 v2.40 section 5.1); CK_RV is unsigned long.
using ReturnValue = unsigned long;

std::string_view name_of(Phase phase);
std::string_view name_of(ErrorKind kind);  // as the enumerator is spelled

// The one exception type. message: one line, `<what failed> <object>: <cause> (CKR name)`, lower case, no final stop.
// hint: what to do next and details, may have several lines, may be empty. Never holds a secret.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, Phase phase, std::string message, std::string hint = {});

  Error(const Error&) = default;
  Error(Error&&) = default;
  Error& operator=(const Error&) = default;
  Error& operator=(Error&& other) noexcept;  // safe for `error = std::move(error).with_module(path)`

  Error&& with_return_value(ReturnValue value) &&;
  Error&& with_module(std::string path) &&;
  Error&& with_request(std::string id) &&;

  ErrorKind kind() const noexcept { return kind_; }
  Phase phase() const noexcept { return phase_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }
  std::optional<ReturnValue> return_value() const noexcept { return return_value_; }
  const std::string& module() const noexcept {
    return module_;
  }  // path of the PKCS#11 library, empty if none is involved
  const std::string& request() const noexcept { return request_; }  // id of an approval request, empty likewise

  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorKind kind_;
  Phase phase_;
  std::string message_;
  std::string hint_;
  std::optional<ReturnValue> return_value_;
  std::string module_;
  std::string request_;
};

}  // namespace base
