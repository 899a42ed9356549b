#include "completion/scripts.h"

namespace operators {
namespace {

constexpr const char* kHead =
    R"script(# fish completion for notation-pkcs11; written by: notation-pkcs11 completion fish

function __notation_pkcs11_words
    set -l path
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; and break
        set -a path $word
    end
    string join ' ' -- $path
end

function __notation_pkcs11_at
    set -l words (__notation_pkcs11_words)
    test "$words" = "$argv"
end

function __notation_pkcs11_in
    set -l words (__notation_pkcs11_words)
    string match -q -- "$argv *" "$words "
end

complete -c notation-pkcs11 -f
)script";

std::string begin(const std::string& condition) {
  return "complete -c notation-pkcs11 -n " + single_quoted(condition);
}

// Without a kind nothing can be offered, and no file either.
std::string values(const ValueKind& kind) {
  std::string offered;
  for (const std::string& word : kind.words)
    offered += (offered.empty() ? "" : " ") + word;
  if (kind.key) offered += "(notation-pkcs11 completion --keys 2>/dev/null)";
  std::string text = kind.file ? " -F" : " -f";
  if (!offered.empty()) text += " -a " + single_quoted(offered);
  return text;
}

std::string described(const std::string& help) {
  return " -d " + single_quoted(short_help(help)) + "\n";
}

std::string option_line(const CommandView& command, const OptionView& option) {
  std::string text = begin("__notation_pkcs11_in " + command.path());
  if (command.words.empty()) text = begin("__notation_pkcs11_at");
  for (const std::string& name : option.names)
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.value.empty()) text += " -r" + values(kind_of(option));
  return text + described(option.help);
}

}  // namespace

std::string fish_completion(const CommandView& tree) {
  std::string text = kHead;
  for (const CommandView* command : flattened(tree)) {
    const std::string at = "__notation_pkcs11_at" + (command->words.empty() ? "" : " " + command->path());
    for (const CommandView& below : command->commands)
      text += begin(at) + " -a " + below.words.back() + described(below.help);
    for (const OptionView& option : command->options)
      text += option_line(*command, option);
    for (const OptionView& positional : command->positionals)
      text +=
          begin("__notation_pkcs11_in " + command->path()) + values(kind_of(positional)) + described(positional.help);
  }
  return text;
}

}  // namespace operators
