#include "credential.h"

#include <algorithm>
#include <cstdlib>

#include "base/bytes.h"
#include "base/error.h"

namespace platform {
namespace {

constexpr const char* kVariable = "CREDENTIALS_DIRECTORY";
constexpr std::size_t kLongestName = 255;  // of a file

std::string_view folder() {
  const char* value = std::getenv(kVariable);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

base::Error no_credential(const std::string& name, const std::string& cause) {
  return {base::ErrorKind::pin_unavailable, base::Phase::pin,
          "no PIN: credential " + base::printable(name) + ": environment variable " + kVariable + " " + cause,
          "systemd sets it for a service with LoadCredential=" + base::printable(name) + ":/PATH or " +
              "LoadCredentialEncrypted=; notation must hand it on"};
}

}  // namespace

bool is_credential_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestName || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '/' && c != ':'; });
}

bool credentials_are_there() {
  return folder().starts_with('/');
}

std::string credential_path(const std::string& name) {
  const std::string_view path = folder();
  if (path.empty()) throw no_credential(name, "is not set");
  if (!path.starts_with('/')) throw no_credential(name, "holds no absolute path");
  return std::string(path) + (path.ends_with('/') ? "" : "/") + name;
}

}  // namespace platform
