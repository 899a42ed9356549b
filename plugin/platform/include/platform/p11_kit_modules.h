#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platform {

// A PKCS#11 module that is registered with p11-kit (pkcs11.conf(5)).
struct P11KitModule {
  std::string name;           // of its file, without ".module"
  std::string path;           // absolute
  long priority = 0;          // higher ones come first
  bool trust_policy = false;  // it holds the system's trusted certificates

  bool operator==(const P11KitModule&) const = default;
};

// Where p11-kit looks. An empty one is not read.
struct P11KitFolders {
  std::string user, administrator, package;  // folders of *.module files; of one key in two of them the first counts
  std::string modules;                       // where a module's relative path starts

  // Those of this machine's p11-kit, as the build found them, and of this user unless he is root.
  static P11KitFolders locate();
};

inline constexpr std::size_t kLongestModuleFile = 65'536;  // bytes
inline constexpr std::size_t kMostModuleFiles = 256;       // in a folder

// The keys of one *.module file: lines `key: value`, blanks around both cut; a line that begins with `#`, or without a
// colon, is passed over, and so is everything from a NUL on. Of a key that stands twice the last one counts.
using P11KitFile = std::map<std::string, std::string, std::less<>>;
P11KitFile parse_p11_kit_file(std::string_view text);

// What the file says of a module; empty when it names none, when it is reached in some other way than by a library
// (`remote`), or when `enable-in` and `disable-in` keep it from programs of the name `notation-pkcs11`.
std::optional<P11KitModule> p11_kit_module(const std::string& name, const P11KitFile& file, const std::string& folder);

struct P11KitModules {
  std::vector<P11KitModule> modules;  // the highest priority first, then by name; each path once
  std::vector<std::string> remarks;   // files and folders that could not be read
};

// Everything that is registered. Missing folders are empty ones.
P11KitModules find_p11_kit_modules(const P11KitFolders& folders);

}  // namespace platform
