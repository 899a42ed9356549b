#include "words.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "base/nearest.h"

namespace operators {
namespace {

std::vector<std::string> words_of(CLI::App& group) {
  std::vector<std::string> words;
  for (const CLI::App* command : group.get_subcommands({}))
    words.push_back(command->get_name());
  return words;
}

[[noreturn]] void refuse(CLI::App& group, const std::string& path, const std::string& word) {
  const std::vector<std::string> words = words_of(group);
  std::string valid;
  for (const std::string& name : words)
    valid += (valid.empty() ? "" : ", ") + path + name;
  const std::string closest = base::nearest(word, words);
  throw base::Error(base::ErrorKind::invalid_request, base::Phase::request,
                    "there is no command " + base::quoted(path + word) +
                        (closest.empty() ? "" : "; did you mean " + path + closest + "?"),
                    "commands: " + valid);
}

}  // namespace

CLI::App* check_words(CLI::App& app, const std::vector<std::string>& arguments) {
  CLI::App* group = &app;
  std::string path;
  for (const std::string& word : arguments) {
    if (word.starts_with('-')) return nullptr;
    const std::vector<CLI::App*> commands = group->get_subcommands({});
    const auto named = [&word](const CLI::App* command) { return command->get_name() == word; };
    const auto command = std::find_if(commands.begin(), commands.end(), named);
    if (command == commands.end()) refuse(*group, path, word);
    group = *command;
    path += word + " ";
    if (words_of(*group).empty()) return nullptr;
  }
  return group;
}

}  // namespace operators
