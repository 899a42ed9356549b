#pragma once

#include <string>
#include <vector>

namespace operators {

// The command line as data: what completion scripts and the manual are written from.
struct OptionView {
  std::vector<std::string> names;  // "--module", "-h"; of a positional its word for texts alone, "KEY"
  std::string value;               // "PATH"; empty for a flag
  std::string help;
  bool required = false;
  bool repeats = false;

  const std::string& long_name() const { return names.back(); }
};

struct CommandView {
  std::vector<std::string> words;  // after the program's name; empty for the program
  std::string help, example;       // the example may have several lines
  std::vector<OptionView> options, positionals;
  std::vector<CommandView> commands;

  std::string path() const;  // "token list"
};

// Without hidden options and words.
CommandView command_tree();

// What can stand as a value, as far as a shell can complete it.
struct ValueKind {
  bool file = false, key = false;
  std::vector<std::string> words;  // that it may be, or may begin with
};
ValueKind kind_of(const OptionView& option);

// Every command of the tree, the program itself first.
std::vector<const CommandView*> flattened(const CommandView& tree);

}  // namespace operators
