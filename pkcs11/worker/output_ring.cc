#include "worker/output_ring.h"

#include <algorithm>

namespace pkcs11 {
namespace {

constexpr std::size_t kLineWidth = 200;

}  // namespace

void OutputRing::append(std::string_view text) {
  if (text.size() > kKept) text.remove_prefix(text.size() - kKept);
  if (kept_.size() + text.size() > kKept) kept_.erase(0, kept_.size() + text.size() - kKept);
  kept_ += text;
}

void OutputRing::blot_out(base::ByteView secret) {
  if (secret.empty()) return;
  for (auto from = kept_.begin();;) {
    const auto found =
        std::search(from, kept_.end(), secret.begin(), secret.end(),
                    [](char character, std::uint8_t byte) { return static_cast<std::uint8_t>(character) == byte; });
    if (found == kept_.end()) return;
    from = std::fill_n(found, secret.size(), '*');
  }
}

void OutputRing::clear() {
  kept_.clear();
}

std::string_view OutputRing::text() const {
  std::string_view text = kept_;
  if (text.size() <= kSize) return text;
  text.remove_prefix(text.size() - kSize);
  const std::size_t end_of_line = text.find('\n');
  if (end_of_line != std::string_view::npos) text.remove_prefix(end_of_line + 1);
  return text;
}

std::vector<std::string> OutputRing::last_lines(std::size_t most) const {
  std::vector<std::string> lines;
  std::string_view rest = text();
  while (!rest.empty() && lines.size() < most) {
    const std::size_t start = rest.rfind('\n') + 1;  // npos + 1 is 0
    std::string_view line = rest.substr(start);
    rest = rest.substr(0, start == 0 ? 0 : start - 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(base::printable(line, kLineWidth));
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

}  // namespace pkcs11
