#include "completion/scripts.h"

namespace operators {
namespace {

constexpr const char* kHead = R"script(#compdef notation-pkcs11
# zsh completion for notation-pkcs11; written by: notation-pkcs11 completion zsh

_notation_pkcs11_keys() {
  local -a names
  names=(${(f)"$(notation-pkcs11 completion --keys 2>/dev/null)"})
  compadd -a names
}

_notation_pkcs11_source() {
  if [[ $PREFIX == file:* ]]; then
    compset -P file:
    _files
  else
    compadd -S '' env: file: credential:
    compadd prompt
  fi
}

_notation_pkcs11_file_or_key() {
  _notation_pkcs11_keys
  _files
}

)script";

constexpr const char* kTail = R"script(
if [[ $funcstack[1] == _notation-pkcs11 ]]; then
  _notation_pkcs11 "$@"
else
  compdef _notation_pkcs11 notation-pkcs11
fi
)script";

// What _arguments gives a meaning to, inside of single quotes.
std::string plain(const std::string& text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') out += '\\';
    out += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  }
  return out;
}

std::string action(const ValueKind& kind) {
  if (!kind.words.empty() && kind.words.front() == "env:") return "_notation_pkcs11_source";
  if (!kind.words.empty()) {
    std::string words;
    for (const std::string& word : kind.words)
      words += (words.empty() ? "" : " ") + word;
    return "(" + words + ")";
  }
  if (kind.file) return kind.key ? "_notation_pkcs11_file_or_key" : "_files";
  return kind.key ? "_notation_pkcs11_keys" : " ";
}

std::string argument(const OptionView& option) {
  const std::string value = option.value.empty() ? "" : ":" + plain(option.value) + ":" + action(kind_of(option));
  std::string text;
  for (const std::string& name : option.names)
    text += "    '" + std::string(option.repeats ? "*" : "") + name + "[" + plain(short_help(option.help)) + "]" +
            value + "' \\\n";
  return text;
}

std::string positional(const OptionView& option) {
  return "    '" + std::string(option.repeats ? "*" : "") + ":" + plain(option.value) + ":" + action(kind_of(option)) +
         "' \\\n";
}

std::string function_of(const CommandView& command) {
  std::string name = "_notation_pkcs11";
  for (const std::string& word : command.words)
    name += "__" + word;
  return name;
}

std::string leaf(const CommandView& command) {
  std::string text = function_of(command) + "() {\n  _arguments -s \\\n";
  for (const OptionView& option : command.options)
    text += argument(option);
  for (const OptionView& option : command.positionals)
    text += positional(option);
  text.erase(text.size() - 3);
  return text + "\n}\n\n";
}

std::string group(const CommandView& command) {
  std::string text = function_of(command) + "() {\n  local state\n  local -a commands\n  commands=(\n";
  for (const CommandView& below : command.commands)
    text += "    '" + below.words.back() + ":" + plain(short_help(below.help)) + "'\n";
  text += "  )\n  _arguments -s \\\n";
  for (const OptionView& option : command.options)
    text += argument(option);
  text +=
      "    '1: :->command' \\\n    '*:: :->rest'\n  case $state in\n"
      "    command) _describe command commands ;;\n    rest)\n      case $words[1] in\n";
  for (const CommandView& below : command.commands)
    text += "        " + below.words.back() + ") " + function_of(below) + " ;;\n";
  return text + "      esac ;;\n  esac\n}\n\n";
}

}  // namespace

std::string zsh_completion(const CommandView& tree) {
  std::string text = kHead;
  for (const CommandView* command : flattened(tree))
    text += command->commands.empty() ? leaf(*command) : group(*command);
  text.pop_back();
  return text + kTail;
}

}  // namespace operators
