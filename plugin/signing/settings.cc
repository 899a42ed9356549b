#include "signing/settings.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "platform/file_checks.h"

namespace signing {
namespace {

constexpr const char* kFileName = "/notation-pkcs11/config.json";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.find_last_of('/') + 1);
}

platform::LogLevel log_level(schema::LogLevel level) {
  switch (level) {
    case schema::LogLevel::debug:
      return platform::LogLevel::debug;
    case schema::LogLevel::info:
      return platform::LogLevel::info;
    case schema::LogLevel::warning:
      return platform::LogLevel::warning;
    case schema::LogLevel::error:
      return platform::LogLevel::error;
  }
  return platform::LogLevel::warning;
}

}  // namespace

SettingsFiles SettingsFiles::locate() {
  SettingsFiles files;
  files.administrator = std::string(NOTATION_PKCS11_SYSCONFDIR) + kFileName;
  if (const std::string named = environment("NOTATION_PKCS11_CONFIG"); !named.empty()) {
    files.user = platform::absolute_path(named, {}, "NOTATION_PKCS11_CONFIG");
    files.user_is_explicit = true;
  } else if (const std::string config = environment("XDG_CONFIG_HOME"); config.starts_with('/')) {
    files.user = config + kFileName;
  } else if (const std::string home = environment("HOME"); home.starts_with('/')) {
    files.user = home + "/.config" + kFileName;
  }
  return files;
}

Settings Settings::load(const SettingsFiles& files) {
  const auto read = [](const std::string& path, bool administrator) -> std::optional<File> {
    if (path.empty()) return std::nullopt;
    const std::optional<std::string> text = platform::read_config_file(path, schema::kMaximumConfigSize);
    if (!text) return std::nullopt;
    return File{path, folder_of(path), schema::decode_config(*text, path, administrator)};
  };
  Settings settings;
  settings.administrator_ = read(files.administrator, true);
  if (settings.administrator_ && !settings.administrator_->config.allow_user_config.value_or(true)) {
    settings.user_refused_ = files.user;
    return settings;
  }
  settings.user_ = read(files.user, false);
  if (!settings.user_ && files.user_is_explicit) {
    throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                      "configuration file " + base::printable(files.user) + " does not exist",
                      "it is named by the environment variable NOTATION_PKCS11_CONFIG");
  }
  return settings;
}

platform::LogSettings Settings::log() const {
  platform::LogSettings log;
  bool level_is_set = false;
  for (const auto* file : {&administrator_, &user_}) {
    if (!*file) continue;
    const schema::Config& config = (*file)->config;
    if (config.log_level && !level_is_set) {
      log.level = log_level(*config.log_level);
      level_is_set = true;
    }
    if (config.log_file && log.file.empty()) {
      log.file = platform::absolute_path(*config.log_file, (*file)->folder, "log_file");
    }
  }
  return log;
}

approval::Policies Settings::policies() const {
  std::vector<approval::Policy> policies;
  for (const auto* file : {&administrator_, &user_}) {
    if (!*file) continue;
    for (const auto& [name, key] : (*file)->config.keys) {
      if (key.approval) policies.push_back({*key.approval, name, (*file)->path, (*file)->folder});
    }
  }
  return approval::Policies(std::move(policies));
}

std::optional<Settings::Approver> Settings::approver() const {
  for (const auto* file : {&administrator_, &user_}) {
    if (*file && (*file)->config.approver) return Approver{*(*file)->config.approver, (*file)->path, (*file)->folder};
  }
  return std::nullopt;
}

std::vector<std::string> Settings::key_names() const {
  std::vector<std::string> names;
  for (const auto* file : {&administrator_, &user_}) {
    if (!*file) continue;
    for (const auto& [name, key] : (*file)->config.keys) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

}  // namespace signing
