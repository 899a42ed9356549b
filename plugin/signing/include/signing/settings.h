#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "approval/policies.h"
#include "pkcs11/key_service.h"
#include "pkcs11/uri.h"
#include "platform/log.h"
#include "platform/pin.h"
#include "schema/config.h"

namespace signing {

// The configuration files, in order of authority. An empty path: there is none.
struct SettingsFiles {
  std::string administrator;
  std::string user;
  bool user_is_explicit = false;  // NOTATION_PKCS11_CONFIG names it, so it must exist

  // /etc/notation-pkcs11/config.json; $NOTATION_PKCS11_CONFIG, else $XDG_CONFIG_HOME/notation-pkcs11/config.json, else
  // ~/.config/notation-pkcs11/config.json.
  static SettingsFiles locate();
};

// Everything that is set for one key, from all sources together.
struct KeySetup {
  std::string name;          // for texts: the configured name, or the URI without its query
  bool for_command = false;  // flags stand beside the files, not plugin-config
  pkcs11::Uri uri;
  pkcs11::ModuleSettings module;  // path checked by check_module_file and resolved
  std::string chain_file;         // absolute path, empty: the chain is on the token
  std::optional<platform::PinSource> pin_source;
  std::optional<platform::PinSource> so_pin_source;   // the security officer's
  std::optional<platform::PinSource> new_pin_source;  // of a PIN that is about to be set
  unsigned long user_type = 1;                        // CKU_USER
  std::string login_user;
  pkcs11::Timeouts timeouts;
  schema::LeafExpiry leaf_expiry;
  bool allow_opaque_payload = false;
  bool at_service = false;                            // an approval service holds the key: no uri, no module
  std::optional<std::chrono::seconds> approval_wait;  // for people, in this run
  schema::AuditMode audit = schema::AuditMode::on;
  bool audit_syslog = false;
};

// One setting of a key, for people.
struct SettingOrigin {
  std::string setting;  // as the configuration file calls it
  std::string value;    // never a secret; empty: not set
  std::string origin;   // path of a file, "the key id", "the command line" or "default"
};

// A key's settings before anything that they name is looked at.
struct KeyPlan {
  KeySetup setup;  // the module's path as it was written
  std::vector<SettingOrigin> origins;
};

// What the flags of a command say of a module and of the login to it; what is empty was not said.
struct ModuleFlags {
  std::optional<std::string> module;      // absolute path
  std::optional<std::string> chain_file;  // a relative path starts at the working folder
  std::optional<std::string>
      pin_source;  // env:NAME, file:PATH, credential:NAME or prompt; a relative path starts at the working folder
  std::optional<std::string> so_pin_source, new_pin_source;  // likewise
  std::optional<unsigned long> user_type;
  std::optional<std::string> login_user, init_args;
  std::optional<pkcs11::Quirks> quirks;
};

// The files as read. Errors of every member: invalid_settings or invalid_uri, phase settings.
class Settings {
 public:
  static Settings load(const SettingsFiles& files);

  platform::LogSettings log() const;

  // What the key id means: a configured name, or a PKCS#11 URI. Sources in order of authority: administrator's file,
  // user's file, plugin-config, and the URI's query beside them; two that set one thing differently are an error that
  // names both. Error(key_not_found) for a name that is not configured.
  KeySetup key(const std::string& key_id, const std::map<std::string, std::string>& plugin_config) const;

  // The same with a command's flags in the place of plugin-config.
  KeySetup key(const std::string& key_id, const ModuleFlags& flags) const;

  // The same without a look at the module's file, and with who set what.
  KeyPlan plan(const std::string& key_id, const ModuleFlags& flags) const;

  // A module without a key: flags alone, within the administrator's allowed_modules. The name is the module's path.
  KeySetup module(const ModuleFlags& flags) const;

  // Every approval that the files hold, the administrator's first.
  approval::Policies policies() const;

  // Who answers requests, if the files say: the administrator's, else the user's.
  struct Approver {
    schema::ApproverSettings settings;
    std::string origin, folder;  // path of the file; where relative paths start
  };
  std::optional<Approver> approver() const;

  // Names of the configured keys.
  std::vector<std::string> key_names() const;

 private:
  struct File {
    std::string path, folder;
    schema::Config config;
  };
  std::optional<File> administrator_, user_;
  std::string user_refused_;  // path of a user's file that the administrator does not allow

  friend class KeySetupBuilder;
};

}  // namespace signing
