#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/shell_line.h"

namespace operators {

// A key as `notation key add` is told of it.
struct KeyToRegister {
  std::string name;                                  // in notation
  std::string id;                                    // what our plugin is asked for
  std::map<std::string, std::string> plugin_config;  // never with a PIN
  bool as_default = false;
};

// The arguments after "notation": key add --plugin pkcs11 --id ... NAME.
std::vector<std::string> key_add_arguments(const KeyToRegister& key);

// Commands for a shell, with notation or without.
using platform::shell_line;
using platform::shell_word;

// The program `notation` of this machine. Its runs end after half a minute, and know nothing of our secrets.
class NotationProgram {
 public:
  // The first executable of that name in $PATH.
  static std::optional<NotationProgram> find();
  // Error(invalid_settings) where there is none.
  static NotationProgram get();

  const std::string& path() const { return path_; }

  // "1.3.2", as `notation version` says. Errors: invalid_settings (it is not ours to run: see platform/program.h),
  // service_failed.
  std::string version() const;

  // Runs `notation key add`. Errors: as version; the message has what notation said.
  void add_key(const KeyToRegister& key) const;

 private:
  explicit NotationProgram(std::string path) : path_(std::move(path)) {}
  std::string run(const std::vector<std::string>& arguments) const;

  std::string path_;
};

}  // namespace operators
