#include <string>

#include "expect.h"
#include "platform/p11_kit_modules.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const platform::P11KitFile file = platform::parse_p11_kit_file(text);
  for (const auto& [key, value] : file) {
    fuzz::expect(!key.empty(), "a key has a name");
    fuzz::expect(key.find('\n') == std::string::npos && value.find('\n') == std::string::npos, "a value is one line");
    fuzz::expect(key.find('\0') == std::string::npos && value.find('\0') == std::string::npos, "there is no NUL");
  }
  const auto module = platform::p11_kit_module("fuzz", file, "/lib");
  fuzz::expect(!module || module->path.starts_with('/'), "a module's path is absolute");
  fuzz::expect(!platform::p11_kit_module("fuzz", file, "") || file.find("module")->second.starts_with('/'),
               "a relative path needs a folder");
  return 0;
}
