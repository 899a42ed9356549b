#include "statement.h"

#include <algorithm>
#include <cctype>

#include "names.h"

namespace fake {
namespace {

char unescape(std::string_view line, std::size_t& at) {
  if (at >= line.size()) throw RuleError("a backslash ends the line");
  const char letter = line[at++];
  if (letter == 'n') return '\n';
  if (letter == 't') return '\t';
  if (letter != 'x') return letter;
  if (at + 2 > line.size()) throw RuleError("\\x needs two hexadecimal digits");
  const Bytes byte = bytes_of_hex(line.substr(at, 2));
  at += 2;
  return static_cast<char>(byte.at(0));
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char letter) {
    return std::islower(letter) != 0 || std::isdigit(letter) != 0 || letter == '-';
  });
}

}  // namespace

Statement::Statement(std::string_view line) {
  std::size_t at = 0;
  while (at < line.size()) {
    if (std::isspace(static_cast<unsigned char>(line[at])) != 0) {
      ++at;
      continue;
    }
    if (line[at] == '#') return;
    Word word;
    bool inside = false;
    while (at < line.size() && (inside || std::isspace(static_cast<unsigned char>(line[at])) == 0)) {
      const char letter = line[at++];
      if (letter == '"') {
        inside = !inside;
        word.quoted = true;
      } else if (inside && letter == '\\') {
        word.value += unescape(line, at);
      } else if (!inside && letter == '=' && word.name.empty() && !word.quoted && is_name(word.value)) {
        word.name.swap(word.value);
      } else {
        word.value += letter;
      }
    }
    if (inside) throw RuleError("a quote is not closed");
    words_.push_back(std::move(word));
  }
}

std::string Statement::next(std::string_view what) {
  if (auto word = next_if_any()) return *word;
  throw RuleError("no " + std::string(what) + " given");
}

std::optional<std::string> Statement::next_if_any() {
  const auto word = std::find_if(words_.begin(), words_.end(), [](const Word& each) { return each.name.empty(); });
  if (word == words_.end()) return std::nullopt;
  std::string value = std::move(word->value);
  words_.erase(word);
  return value;
}

std::optional<std::string> Statement::take(std::string_view name) {
  const auto word = std::find_if(words_.begin(), words_.end(), [&](const Word& each) { return each.name == name; });
  if (word == words_.end()) return std::nullopt;
  std::string value = std::move(word->value);
  words_.erase(word);
  return value;
}

unsigned long Statement::take_number(std::string_view name, unsigned long otherwise) {
  const auto word = take(name);
  return word ? number_of(*word) : otherwise;
}

bool Statement::take_flag(std::string_view name) {
  const auto word = std::find_if(words_.begin(), words_.end(), [&](const Word& each) {
    return each.name.empty() && !each.quoted && each.value == name;
  });
  if (word == words_.end()) return false;
  words_.erase(word);
  return true;
}

bool Statement::take_choice(std::string_view name, bool otherwise) {
  if (take_flag(name)) return true;
  const auto word = take(name);
  if (!word) return otherwise;
  if (*word != "yes" && *word != "no") throw RuleError(std::string(name) + " is yes or no, not " + *word);
  return *word == "yes";
}

void Statement::finish() const {
  if (words_.empty()) return;
  const Word& word = words_.front();
  throw RuleError("unknown word " + (word.name.empty() ? word.value : word.name + "="));
}

}  // namespace fake
