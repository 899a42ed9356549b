#include "platform/p11_kit_modules.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/file_checks.h"

namespace platform {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";
constexpr std::string_view kProgram = "notation-pkcs11";
constexpr std::string_view kExtension = ".module";

std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

std::string_view value_of(const P11KitFile& file, std::string_view key) {
  const auto found = file.find(key);
  return found == file.end() ? std::string_view() : std::string_view(found->second);
}

// Names between commas and blanks.
bool names_us(std::string_view list) {
  constexpr std::string_view kSeparators = ", \t";
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(kSeparators), list.size());
    if (list.substr(0, end) == kProgram) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

bool is_for_us(const P11KitFile& file) {
  const std::string_view enabled = value_of(file, "enable-in"), disabled = value_of(file, "disable-in");
  if (!enabled.empty() && !names_us(enabled)) return false;
  return disabled.empty() || !names_us(disabled);
}

long number_of(std::string_view text) {
  long number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc() && end == text.data() + text.size() ? number : 0;
}

// p11-kit passes over other names (pkcs11.conf(5)).
bool is_module_file(std::string_view name) {
  if (!name.ends_with(kExtension) || name.size() == kExtension.size()) return false;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return name.front() != '.' && std::all_of(name.begin(), name.end(), fits);
}

class Collector {
 public:
  // Keys that an earlier folder gave stay.
  void read_folder(const std::string& folder) {
    if (folder.empty()) return;
    std::error_code fault;
    std::filesystem::directory_iterator entry(folder, fault);
    if (fault == std::errc::no_such_file_or_directory || fault == std::errc::not_a_directory) return;
    std::vector<std::string> names;
    for (; !fault && entry != std::filesystem::directory_iterator(); entry.increment(fault)) {
      if (std::string name = entry->path().filename().string(); is_module_file(name)) names.push_back(std::move(name));
      if (names.size() >= kMostModuleFiles) break;
    }
    if (fault) remarks_.push_back("cannot read folder " + base::printable(folder) + ": " + fault.message());
    std::sort(names.begin(), names.end());
    for (const std::string& name : names)
      read_file(folder + "/" + name, name.substr(0, name.size() - kExtension.size()));
  }

  P11KitModules modules(const std::string& folder) && {
    P11KitModules found;
    for (const auto& [name, file] : files_) {
      if (auto module = p11_kit_module(name, file, folder)) found.modules.push_back(std::move(*module));
    }
    std::stable_sort(found.modules.begin(), found.modules.end(),
                     [](const P11KitModule& a, const P11KitModule& b) { return a.priority > b.priority; });
    std::vector<P11KitModule> once;
    for (P11KitModule& module : found.modules) {
      const auto same = [&](const P11KitModule& other) { return other.path == module.path; };
      if (std::none_of(once.begin(), once.end(), same)) once.push_back(std::move(module));
    }
    found.modules = std::move(once);
    found.remarks = std::move(remarks_);
    return found;
  }

 private:
  void read_file(const std::string& path, const std::string& name) {
    try {
      P11KitFile file = parse_p11_kit_file(read_bounded_file(path, kLongestModuleFile, "module file"));
      files_[name].merge(file);
    } catch (const base::Error& error) {
      remarks_.push_back(error.message());
    }
  }

  std::map<std::string, P11KitFile> files_;
  std::vector<std::string> remarks_;
};

}  // namespace

P11KitFolders P11KitFolders::locate() {
  P11KitFolders folders{
      {}, NOTATION_PKCS11_P11KIT_ADMINISTRATOR, NOTATION_PKCS11_P11KIT_PACKAGE, NOTATION_PKCS11_P11KIT_MODULES};
  if (::geteuid() == 0) return folders;
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  if (config != nullptr && *config == '/') {
    folders.user = std::string(config) + "/pkcs11/modules";
  } else if (home != nullptr && *home == '/') {
    folders.user = std::string(home) + "/.config/pkcs11/modules";
  }
  return folders;
}

P11KitFile parse_p11_kit_file(std::string_view text) {
  P11KitFile file;
  text = text.substr(0, text.find('\0'));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t colon = line.find(':');
    if (line.starts_with('#') || colon == std::string_view::npos) continue;
    const std::string_view key = trimmed(line.substr(0, colon));
    if (!key.empty()) file[std::string(key)] = std::string(trimmed(line.substr(colon + 1)));
  }
  return file;
}

std::optional<P11KitModule> p11_kit_module(const std::string& name, const P11KitFile& file, const std::string& folder) {
  const std::string_view module = value_of(file, "module");
  if (module.empty() || !value_of(file, "remote").empty() || !is_for_us(file)) return std::nullopt;
  const bool is_absolute = module.starts_with('/');
  if (!is_absolute && folder.empty()) return std::nullopt;
  return P11KitModule{name, is_absolute ? std::string(module) : folder + "/" + std::string(module),
                      number_of(value_of(file, "priority")), value_of(file, "trust-policy") == "yes"};
}

P11KitModules find_p11_kit_modules(const P11KitFolders& folders) {
  Collector collector;
  for (const std::string& folder : {folders.user, folders.administrator, folders.package})
    collector.read_folder(folder);
  return std::move(collector).modules(folders.modules);
}

}  // namespace platform
