#include "base/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace base {
namespace {

// Levenshtein distance over folded names.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string folded(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') text += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) text += c;
  }
  return text;
}

std::string nearest(std::string_view name, std::span<const std::string> known) {
  constexpr std::size_t kLongestName = 64;
  if (name.size() > kLongestName) return {};
  const std::string written = folded(name);
  std::string best;
  std::size_t smallest = std::max<std::size_t>(1, written.size() / 2);
  for (const std::string& candidate : known) {
    const std::string text = folded(candidate);
    // A name cut short or lengthened ("chain", "module_path") is closer than its distance says.
    const bool prefix = written.size() >= 3 && (text.starts_with(written) || written.starts_with(text));
    const std::size_t apart = prefix ? 1 : distance(written, text);
    if (apart < smallest || (apart == smallest && best.empty())) {
      smallest = apart;
      best = candidate;
    }
  }
  return best;
}

}  // namespace base
