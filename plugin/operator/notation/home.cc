#include "notation/home.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/descriptor.h"
#include "platform/file_checks.h"

namespace operators {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Go's os.UserConfigDir and os.UserCacheDir: empty where they know none, also for a relative XDG folder.
std::string user_folder(const char* xdg, const char* below_home) {
  const std::string folder = variable(xdg);
  if (!folder.empty()) return folder.starts_with('/') ? folder : "";
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + below_home;
}

std::string folder(const char* own, const char* xdg, const char* below_home, const char* without_home) {
  if (std::string set = variable(own); !set.empty()) return set;
  const std::string user = user_folder(xdg, below_home);
  return user.empty() ? without_home : user + "/notation";
}

std::optional<std::string> content(const std::string& path) {
  struct stat state{};
  if (::lstat(path.c_str(), &state) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (S_ISLNK(state.st_mode)) {
    throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                      "cannot read notation's file " + base::printable(path) + ": it is a symbolic link",
                      "notation does not follow links here: put the file itself there");
  }
  return platform::read_bounded_file(path, schema::kMaximumNotationFile, "notation's file");
}

}  // namespace

NotationHome NotationHome::locate() {
  NotationHome home;
  home.config = folder("NOTATION_CONFIG", "XDG_CONFIG_HOME", "/.config", ".notation");
  home.libexec = variable("NOTATION_LIBEXEC");
  if (home.libexec.empty()) home.libexec = home.config;
  home.cache = folder("NOTATION_CACHE", "XDG_CACHE_HOME", "/.cache", ".notation/cache");
  return home;
}

std::string NotationHome::trust_store(std::string_view type, std::string_view name) const {
  return config + "/truststore/x509/" + std::string(type) + "/" + std::string(name);
}

std::optional<schema::NotationKeys> NotationHome::read_signing_keys() const {
  const auto json = content(signing_keys());
  if (!json) return std::nullopt;
  return schema::decode_notation_keys(*json, signing_keys());
}

std::optional<schema::TrustPolicy> NotationHome::read_trust_policy() const {
  const auto json = content(trust_policy());
  if (!json) return std::nullopt;
  return schema::decode_trust_policy(*json, trust_policy());
}

bool is_trust_store_name(std::string_view name) {
  const auto is_taken = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '_' || letter == '.' || letter == '-';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_taken);
}

std::string fault_of_plugin(const NotationHome& home) {
  const std::string path = home.plugin_executable();
  struct stat state{};
  if (::stat(path.c_str(), &state) != 0) {
    return errno == ENOENT || errno == ENOTDIR ? "it is not there" : platform::cause_of(errno);
  }
  if (!S_ISREG(state.st_mode)) return "it is not a regular file";
  if (::access(path.c_str(), X_OK) != 0) return "this user may not run it";
  return {};
}

}  // namespace operators
