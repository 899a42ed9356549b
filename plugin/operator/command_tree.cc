#include "command_tree.h"

#include <CLI/CLI.hpp>

#include "command_line.h"
#include "pkcs11/key_spec.h"

namespace operators {
namespace {

constexpr std::string_view kExample = "Example:\n";
constexpr std::string_view kAnyText = "TEXT";  // what CLI11 calls a value that has no name of its own

bool is_hidden(const CLI::Option* option) {
  return option->get_group().empty();
}

OptionView view_of(const CLI::Option& option) {
  OptionView view;
  for (const std::string& name : option.get_snames())
    view.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames())
    view.names.push_back("--" + name);
  if (option.get_type_size() != 0) view.value = option.get_type_name();
  if (option.get_positional()) {
    if (view.value == kAnyText) view.value = option.get_name();
    view.names = {view.value};
  }
  view.help = option.get_description();
  view.required = option.get_required();
  view.repeats = option.get_items_expected_max() > 1;
  return view;
}

CommandView view_of(const CLI::App& app, std::vector<std::string> words) {
  CommandView view;
  view.words = std::move(words);
  view.help = app.get_description();
  const std::string footer = app.get_footer();
  if (const std::size_t start = footer.find(kExample); start != std::string::npos)
    view.example = footer.substr(start + kExample.size());
  for (const CLI::Option* option : app.get_options()) {
    if (!is_hidden(option)) (option->get_positional() ? view.positionals : view.options).push_back(view_of(*option));
  }
  for (const CLI::App* command : app.get_subcommands({})) {
    std::vector<std::string> deeper = view.words;
    deeper.push_back(command->get_name());
    view.commands.push_back(view_of(*command, std::move(deeper)));
  }
  return view;
}

void append(const CommandView& command, std::vector<const CommandView*>& all) {
  all.push_back(&command);
  for (const CommandView& below : command.commands)
    append(below, all);
}

}  // namespace

std::string CommandView::path() const {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

CommandView command_tree() {
  std::function<void()> unused;
  return view_of(*make_command_line(unused), {});
}

ValueKind kind_of(const OptionView& option) {
  const auto says = [&](std::string_view word) { return option.value.find(word) != std::string::npos; };
  ValueKind kind;
  kind.file = says("FILE") || says("PATH") || says("FOLDER");
  kind.key = says("KEY");
  if (says("SOURCE")) kind.words = {"env:", "file:", "credential:", "prompt"};
  if (says("SHELL")) kind.words = {"bash", "zsh", "fish"};
  if (says("SPEC")) {
    for (const pkcs11::KeySpecTraits& spec : pkcs11::all_key_specs())
      kind.words.emplace_back(spec.name);
  }
  return kind;
}

std::vector<const CommandView*> flattened(const CommandView& tree) {
  std::vector<const CommandView*> all;
  append(tree, all);
  return all;
}

}  // namespace operators
