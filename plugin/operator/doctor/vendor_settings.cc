#include "doctor/vendor_settings.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "notation/program.h"
#include "platform/descriptor.h"
#include "platform/file_checks.h"

namespace operators {
namespace {

using base::printable;

struct Vendor {
  std::string_view part_of_name;  // of the library's file, lower case
  const char* variable;
  bool is_folder;
  // Where the library looks when the variable is not set; "~" stands for the home folder. Empty: elsewhere or nowhere.
  std::array<std::string_view, 2> usual_places;
  bool required;  // without it the library cannot start
};

constexpr std::array kVendors{
    Vendor{"softhsm", "SOFTHSM2_CONF", false, {"~/.config/softhsm2/softhsm2.conf", "/etc/softhsm/softhsm2.conf"}, true},
    Vendor{"kryoptic", "KRYOPTIC_CONF", false, {}, false},
    Vendor{"cryptoki2", "ChrystokiConfigurationPath", true, {"/etc/Chrystoki.conf"}, true},
    Vendor{"cs_pkcs11_r3", "CS_PKCS11_R3_CFG", false, {"/etc/utimaco/cs_pkcs11_R3.cfg"}, true},
    Vendor{"cs_pkcs11_r2", "CS_PKCS11_R2_CFG", false, {"/etc/utimaco/cs_pkcs11_R2.cfg"}, true},
    Vendor{"yubihsm", "YUBIHSM_PKCS11_CONF", false, {}, false},
    Vendor{"nethsm",
           "P11NETHSM_CONFIG_FILE",
           false,
           {"~/.config/nitrokey/p11nethsm.conf", "/etc/nitrokey/p11nethsm.conf"},
           true},
    Vendor{"kmsp11", "KMS_PKCS11_CONFIG", false, {}, true},
    Vendor{"tpm2_pkcs11", "TPM2_PKCS11_STORE", true, {"~/.tpm2_pkcs11", "/etc/tpm2_pkcs11"}, false},
};

const Vendor* find_vendor(const std::string& module) {
  std::string name = module.substr(module.rfind('/') + 1);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  const auto* found = std::find_if(kVendors.begin(), kVendors.end(), [&](const Vendor& vendor) {
    return name.find(vendor.part_of_name) != std::string::npos;
  });
  return found == kVendors.end() ? nullptr : found;
}

std::string expanded(std::string_view place) {
  if (!place.starts_with('~')) return std::string(place);
  const char* home = std::getenv("HOME");
  return (home == nullptr ? std::string() : std::string(home)) + std::string(place.substr(1));
}

// Why the file or folder is of no use; 0 when it is.
int fault_of(const std::string& path, bool is_folder) {
  struct stat state{};
  if (::stat(path.c_str(), &state) != 0) return errno;
  if (is_folder && !S_ISDIR(state.st_mode)) return ENOTDIR;
  if (!is_folder && S_ISDIR(state.st_mode)) return EISDIR;
  return ::access(path.c_str(), is_folder ? R_OK | X_OK : R_OK) == 0 ? 0 : errno;
}

std::string setting_in(const std::string& text, std::string_view name) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    const std::size_t equals = line.find_first_not_of(" \t");
    if (equals == std::string_view::npos || line[equals] != '=') continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t", equals + 1), line.size()));
    return std::string(line.substr(0, line.find_last_not_of(" \t\r") + 1));
  }
  return {};
}

// SoftHSM 2 cannot start without its token folder, and says no more than CKR_GENERAL_ERROR.
std::optional<std::string> find_softhsm_fault(const std::string& file, Remedy& remedy) {
  std::string folder;
  try {
    folder = setting_in(platform::read_bounded_file(file, 1 << 20, "configuration of SoftHSM"), "directories.tokendir");
  } catch (const base::Error& error) {
    return error.message();
  }
  if (folder.empty()) {
    remedy.details.emplace_back("add the line directories.tokendir = /path/of/a/folder");
    return "the configuration of SoftHSM, " + printable(file) + ", sets no directories.tokendir";
  }
  const int fault = fault_of(folder, true);
  if (fault == 0) return std::nullopt;
  if (fault == ENOENT) remedy.fix = shell_line({"mkdir", "-p", "-m", "700", folder});
  struct stat state{};
  if (fault == EACCES && ::stat(folder.c_str(), &state) == 0 && state.st_uid == ::geteuid()) {
    remedy.fix = shell_line({"chmod", "u+rwx", folder});
  } else if (fault == EACCES) {
    remedy.details.emplace_back("user " + std::to_string(::geteuid()) +
                                " must be able to read it and to enter it; SoftHSM's packages give it to a group");
  }
  return "the token folder of SoftHSM, " + printable(folder) + ", cannot be used: " + platform::cause_of(fault);
}

void check_place(Checklist& list, const Vendor& vendor, const std::string& path, const std::string& said_by) {
  if (const int fault = fault_of(path, vendor.is_folder)) {
    return list.fail(Check::vendor_settings,
                     said_by + printable(path) + ", which cannot be used: " + platform::cause_of(fault),
                     {{"the module reads it when it starts; correct the variable where notation is started, or put the "
                       "file there"},
                      {}});
  }
  Remedy remedy;
  if (vendor.part_of_name == "softhsm") {
    if (const auto fault = find_softhsm_fault(path, remedy)) return list.fail(Check::vendor_settings, *fault, remedy);
  }
  list.pass(Check::vendor_settings, said_by + printable(path));
}

}  // namespace

void check_vendor_settings(Checklist& list, const std::string& module) {
  const Vendor* vendor = find_vendor(module);
  if (vendor == nullptr) return list.pass(Check::vendor_settings, "none are known for a module of this name");
  const char* value = std::getenv(vendor->variable);
  if (value != nullptr && *value != '\0')
    return check_place(list, *vendor, value, std::string(vendor->variable) + " names ");
  for (const std::string_view place : vendor->usual_places) {
    if (!place.empty() && ::access(expanded(place).c_str(), F_OK) == 0) {
      Vendor usual = *vendor;
      usual.is_folder = vendor->is_folder && !place.ends_with(".conf");
      return check_place(list, usual, expanded(place), std::string(vendor->variable) + " is not set: ");
    }
  }
  std::string text = std::string("environment variable ") + vendor->variable + " is not set";
  if (!vendor->usual_places[0].empty()) text += ", and there is no file in the usual places";
  const Remedy remedy{{"the module reads the " + std::string(vendor->is_folder ? "folder" : "file") +
                       " that it names; export it where notation is started"},
                      {}};
  vendor->required ? list.fail(Check::vendor_settings, text, remedy) : list.warn(Check::vendor_settings, text, remedy);
}

}  // namespace operators
