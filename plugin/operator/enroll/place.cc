#include "enroll/place.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/bytes.h"
#include "base/error.h"
#include "pkcs11/uri.h"
#include "signing/settings.h"

namespace operators {
namespace {

constexpr std::size_t kLongestName = 64;

[[noreturn]] void refuse(const std::string& message, const std::string& hint = {}) {
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings, message, hint);
}

void require_file_name(const std::string& name) {
  if (pkcs11::looks_like_uri(name)) {
    refuse("NAME is a PKCS#11 URI, and a name is wanted: files are named after it, and the key is labelled so",
           "--token LABEL|URI says on which token the key is or shall be");
  }
  const auto allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '-' || letter == '_' || letter == '.';
  };
  const bool right = !name.empty() && name.size() <= kLongestName && name.front() != '.' && name.front() != '-' &&
                     std::all_of(name.begin(), name.end(), allowed);
  if (right) return;
  refuse("the name " + pkcs11::shown_quoted(name) + " will not do: files are named after it",
         "at most " + std::to_string(kLongestName) +
             " letters, digits, \"-\", \"_\" and \".\", beginning with a letter "
             "or digit");
}

void make_folder(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code fault;
  if (!fs::create_directories(path, fault) && !fault) return;
  if (!fault) fs::permissions(path, fs::perms::owner_all, fault);
  if (fault) refuse("the folder " + base::printable(path) + " cannot be made: " + fault.message());
}

}  // namespace

EnrolPlace EnrolPlace::locate(const std::string& name) {
  require_file_name(name);
  EnrolPlace place;
  place.name = name;
  place.config = signing::SettingsFiles::locate().user;
  if (place.config.empty()) {
    refuse(
        "there is no place for the configuration file: neither NOTATION_PKCS11_CONFIG nor XDG_CONFIG_HOME nor HOME "
        "is set");
  }
  place.folder = place.config.substr(0, place.config.find_last_of('/') + 1);
  make_folder(place.folder.substr(0, place.folder.size() - 1));
  return place;
}

bool is_there(const std::string& path) {
  std::error_code fault;
  return std::filesystem::exists(std::filesystem::symlink_status(path, fault));
}

}  // namespace operators
