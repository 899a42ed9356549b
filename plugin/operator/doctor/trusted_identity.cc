#include "doctor/trusted_identity.h"

#include <algorithm>
#include <map>
#include <optional>

namespace operators {
namespace {

constexpr std::string_view kScheme = "x509.subject:";

using Attributes = std::map<std::string, std::string>;

std::optional<int> digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return std::nullopt;
}

// Reads one name after the other off its front (RFC 4514 section 3).
class NameText {
 public:
  explicit NameText(std::string_view text) : rest_(text) {}

  std::optional<Attributes> read() {
    Attributes attributes;
    while (true) {
      std::string type = part("=");
      if (!take('=')) return std::nullopt;
      std::string value = part(",;+");
      if (type == "S") type = "ST";  // notation takes one for the other
      if (type.empty() || !attributes.emplace(std::move(type), std::move(value)).second) return std::nullopt;
      if (rest_.empty()) return attributes;
      if (take('+')) return std::nullopt;  // notation takes none with several attributes in one part
      rest_.remove_prefix(1);
    }
  }

 private:
  bool take(char letter) {
    if (rest_.empty() || rest_.front() != letter) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Up to one of `ends`, without blanks around it; what is escaped counts as it is.
  std::string part(std::string_view ends) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
    std::string text;
    std::size_t kept = 0;  // up to here no blank at the end falls away
    while (!rest_.empty() && ends.find(rest_.front()) == std::string_view::npos) {
      if (take('\\')) {
        text += escaped();
        kept = text.size();
      } else {
        text += rest_.front();
        if (rest_.front() != ' ') kept = text.size();
        rest_.remove_prefix(1);
      }
    }
    text.resize(kept);
    return text;
  }

  char escaped() {
    if (rest_.empty()) return '\\';
    const auto high = digit(rest_.front());
    const auto low = rest_.size() > 1 ? digit(rest_[1]) : std::nullopt;
    const char letter = high && low ? static_cast<char>(*high * 16 + *low) : rest_.front();
    rest_.remove_prefix(high && low ? 2 : 1);
    return letter;
  }

  std::string_view rest_;
};

}  // namespace

bool identity_accepts(std::string_view identity, std::string_view subject) {
  if (identity == "*") return true;
  if (!identity.starts_with(kScheme) || subject.empty()) return false;
  const auto wanted = NameText(identity.substr(kScheme.size())).read();
  const auto found = NameText(subject).read();
  if (!wanted || !found) return false;
  return std::all_of(wanted->begin(), wanted->end(), [&](const auto& attribute) {
    const auto there = found->find(attribute.first);
    return there != found->end() && there->second == attribute.second;
  });
}

}  // namespace operators
