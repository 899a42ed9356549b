#include <iostream>

#include "base/bytes.h"
#include "base/error.h"
#include "completion/commands.h"
#include "completion/scripts.h"
#include "signing/settings.h"

namespace operators {
namespace {

// Whoever presses a key for completion wants no complaint about a file, and a line is one name.
void print_keys() {
  try {
    for (const std::string& name : signing::Settings::load(signing::SettingsFiles::locate()).key_names()) {
      if (base::printable(name, std::string::npos) == name) std::cout << name << "\n";
    }
  } catch (const base::Error&) {
    return;
  }
}

}  // namespace

std::string single_quoted(const std::string& text) {
  std::string word = "'";
  for (const char letter : text)
    word += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return word + "'";
}

std::string short_help(const std::string& help) {
  return help.substr(0, help.find_first_of(";\n"));
}

void print_completion(const CompletionFlags& flags) {
  if (flags.keys) return print_keys();
  const CommandView tree = command_tree();
  if (flags.shell == "bash") {
    std::cout << bash_completion(tree);
  } else if (flags.shell == "zsh") {
    std::cout << zsh_completion(tree);
  } else if (flags.shell == "fish") {
    std::cout << fish_completion(tree);
  } else {
    throw base::Error(
        base::ErrorKind::invalid_request, base::Phase::request,
        flags.shell.empty() ? "no shell is named" : "no completion for shell " + base::quoted(flags.shell),
        "shells: bash, zsh, fish");
  }
}

}  // namespace operators
