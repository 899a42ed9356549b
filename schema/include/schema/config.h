#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pkcs11/quirks.h"
#include "schema/approval_settings.h"

// The configuration file, version 1; config.schema.json describes it for editors. Whatever is not set stays empty, so
// that two files can be laid over each other. Paths stand here as written: who reads the file resolves them against the
// file's folder.
namespace schema {

inline constexpr std::size_t kMaximumConfigSize = 1'048'576;  // bytes

// One for each phase that has a deadline.
struct TimeoutSettings {
  std::optional<std::chrono::milliseconds> load, initialise, slots, open, login, find, sign, generate;
};

// What happens when the leaf certificate expires within `days`: a warning, or no signature.
struct LeafExpiry {
  unsigned days = 30;
  bool refuse = false;

  bool operator==(const LeafExpiry&) const = default;
};

// Whether signatures are recorded in the audit log. required: nothing is signed that cannot be recorded.
enum class AuditMode { off, on, required };

struct KeySettings {
  std::optional<std::string> uri;                       // not parsed here: it may still be wrong, or hold a PIN
  std::optional<std::string> module;                    // absolute path
  std::optional<std::string> chain_file;                // "chain_file" or "ca_certs"
  std::optional<std::string> pin_source;                // "env:NAME", "file:PATH", "credential:NAME" or "prompt"
  std::optional<std::vector<std::string>> pin_command;  // absolute path and arguments; never beside pin_source
  std::optional<std::string> so_pin_source;             // the security officer's, as pin_source
  std::optional<unsigned long> user_type;  // CK_USER_TYPE for C_Login; neither CKU_SO nor CKU_CONTEXT_SPECIFIC
  std::optional<std::string> login_user;   // user name for C_LoginUser
  std::optional<std::string> init_args;    // string for CK_C_INITIALIZE_ARGS.pReserved
  TimeoutSettings timeouts;
  std::optional<std::chrono::milliseconds> busy_wait;
  std::optional<pkcs11::Quirks> quirks;
  std::optional<LeafExpiry> leaf_expiry;
  std::optional<bool> allow_opaque_payload;  // never true beside approval
  std::optional<ApprovalSettings> approval;
  std::optional<std::chrono::seconds> approval_wait;  // for people, in one run; 0 to a day
  std::optional<AuditMode> audit;
};

enum class LogLevel { debug, info, warning, error };

struct Config {
  std::map<std::string, KeySettings, std::less<>> keys;
  std::optional<LogLevel> log_level;
  std::optional<std::string> log_file;
  std::optional<ApproverSettings> approver;
  std::optional<bool> audit_syslog;  // a copy of each line of the audit log to syslog

  // Only the administrator's file may set these.
  std::optional<bool> allow_user_config;
  std::optional<bool> require_named_keys;
  std::optional<AuditMode> audit;                           // of every key, but for those that this file sets otherwise
  std::optional<std::vector<std::string>> allowed_modules;  // absolute paths
};

// `file_name` is for the messages. Errors: invalid_settings, phase settings, which name the file and the member
// ("keys.release.timeouts.sign"), never the value of a PIN source, another secret's source or a URI. Unknown members
// are refused with the nearest known name; those that begin with "x-" are ignored. A newer version is refused before
// anything else is looked at.
Config decode_config(std::string_view json, std::string_view file_name, bool administrator);

// Every member the decoder knows, level by level.
struct ConfigMembers {
  std::vector<std::string> top, administrator_only, key, timeouts;
  std::vector<std::string> approval, exec, securosys_tsb;  // of a key
  std::vector<std::string> approver, approver_securosys_tsb;
};
ConfigMembers config_members();

}  // namespace schema
