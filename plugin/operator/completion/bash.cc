#include "completion/scripts.h"

namespace operators {
namespace {

// The colon of `file:PATH` and the equals sign of `--flag=VALUE` end words in bash (COMP_WORDBREAKS).
constexpr const char* kHead =
    R"script(# bash completion for notation-pkcs11; written by: notation-pkcs11 completion bash

_notation_pkcs11_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$1")
}

# Names are never expanded; quoted ones where no file names stand beside them, which readline quotes itself.
_notation_pkcs11_keys() {
  local name names
  mapfile -t names < <(notation-pkcs11 completion --keys 2>/dev/null)
  for name in "${names[@]}"; do
    [[ $name == "$1"* ]] || continue
    [[ ${2-} == beside-files ]] || printf -v name %q "$name"
    COMPREPLY+=("$name")
  done
}

_notation_pkcs11_words() {
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$2" -- "$1")
  [[ ${COMPREPLY[0]-} == *: ]] && compopt -o nospace 2>/dev/null
}

_notation_pkcs11() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= i
  COMPREPLY=()
  if [[ $prev == : && ${COMP_WORDS[COMP_CWORD-2]-} == file ]]; then
    _notation_pkcs11_files "$cur"
    return
  elif [[ $cur == : && $prev == file ]]; then
    _notation_pkcs11_files ""
    return
  elif [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]-}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/${COMP_WORDS[i]}" in
)script";

constexpr const char* kAfterWords = R"script(        path="${path:+$path }${COMP_WORDS[i]}" ;;
      *) break ;;
    esac
  done
  case "$path:$prev" in
)script";

constexpr const char* kAfterValues = R"script(  esac
  case "$path" in
)script";

constexpr const char* kTail = R"script(  esac
}

complete -F _notation_pkcs11 notation-pkcs11
)script";

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

std::string actions(const ValueKind& kind) {
  std::string text;
  if (!kind.words.empty()) text += "_notation_pkcs11_words \"$cur\" " + single_quoted(joined(kind.words, " ")) + "; ";
  if (kind.key) text += std::string("_notation_pkcs11_keys \"$cur\"") + (kind.file ? " beside-files; " : "; ");
  if (kind.file) text += "_notation_pkcs11_files \"$cur\"; ";
  return text;
}

std::string known_words(const std::vector<const CommandView*>& commands) {
  std::string patterns;
  for (const CommandView* command : commands) {
    if (command->words.empty()) continue;
    CommandView group;
    group.words.assign(command->words.begin(), command->words.end() - 1);
    patterns +=
        (patterns.empty() ? "      " : " | \\\n      ") + single_quoted(group.path() + "/" + command->words.back());
  }
  return patterns + ")\n";
}

std::string values_of(const CommandView& command) {
  std::string text;
  for (const OptionView& option : command.options) {
    if (option.value.empty()) continue;
    for (const std::string& name : option.names)
      text += "    " + single_quoted(command.path() + ":" + name) + ") " + actions(kind_of(option)) + "return ;;\n";
  }
  return text;
}

std::string words_of(const CommandView& command) {
  std::vector<std::string> flags, words;
  for (const OptionView& option : command.options)
    flags.push_back(option.long_name());
  for (const CommandView& below : command.commands)
    words.push_back(below.words.back());
  std::string text = "    " + single_quoted(command.path()) + ")\n      if [[ $cur == -* ]]; then\n        " +
                     "_notation_pkcs11_words \"$cur\" " + single_quoted(joined(flags, " ")) + "\n";
  std::string otherwise;
  if (!words.empty()) otherwise += "_notation_pkcs11_words \"$cur\" " + single_quoted(joined(words, " ")) + "; ";
  if (!command.positionals.empty()) otherwise += actions(kind_of(command.positionals.front()));
  if (!otherwise.empty()) text += "      else\n        " + otherwise + "\n";
  return text + "      fi ;;\n";
}

}  // namespace

std::string bash_completion(const CommandView& tree) {
  const std::vector<const CommandView*> commands = flattened(tree);
  std::string text = kHead + known_words(commands) + kAfterWords;
  for (const CommandView* command : commands)
    text += values_of(*command);
  text += kAfterValues;
  for (const CommandView* command : commands)
    text += words_of(*command);
  return text + kTail;
}

}  // namespace operators
