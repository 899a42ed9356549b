#include "enroll/config_step.h"

#include <filesystem>

#include "file_lock.h"
#include "new_file.h"
#include "platform/file_checks.h"
#include "schema/config.h"
#include "schema/config_edit.h"

namespace operators {
namespace {

using schema::EnrollState;

schema::KeyEntry entry_of(const EnrollFlags& flags, const EnrolPlace& place, const EnrolledKey& key) {
  const signing::ModuleFlags& module = flags.token.module;
  schema::KeyEntry entry;
  entry.uri = pkcs11::format_uri(key.uri());
  entry.module = module.module.value_or("");
  entry.chain_file = place.chain_name();
  entry.pin_source = module.pin_source.value_or("");
  if (entry.pin_source.starts_with("file:")) entry.pin_source = "file:" + key.access().setup().pin_source->value;
  entry.user_type = module.user_type;
  entry.login_user = module.login_user.value_or("");
  entry.init_args = module.init_args.value_or("");
  entry.quirks = module.quirks.value_or(pkcs11::Quirks());
  return entry;
}

}  // namespace

schema::EnrollStep configure(const EnrollFlags& flags, const EnrolPlace& place, const EnrolledKey& key) {
  if (key.is_configured()) return {"configuration", EnrollState::kept, "keys." + place.name};
  // Who keeps the file elsewhere and a link here keeps both.
  const std::string path = is_there(place.config) ? std::filesystem::canonical(place.config).string() : place.config;
  const FileLock lock(path);
  const bool exists = is_there(path);
  const std::string before = platform::read_config_file(path, schema::kMaximumConfigSize).value_or("");
  const std::string after = schema::add_key_entry(before, path, place.name, entry_of(flags, place, key));
  NewFile(path, exists, "configuration file").write(after);
  signing::Settings::load(signing::SettingsFiles::locate()).key(place.name, signing::ModuleFlags{});
  return {"configuration", EnrollState::done, place.config + " (keys." + place.name + ")"};
}

}  // namespace operators
