#include "pin_counts.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "platform/pin_guard.h"

namespace platform {
namespace {

constexpr std::size_t kLongestFile = 1 << 20;
constexpr std::size_t kMostTokens = 256;

std::string escaped(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (text.empty()) return "%";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F && c != '%') {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 0xF]};
    }
  }
  return out;
}

// Takes the number in front of the first blank off the line; false when there is none.
template <typename Number>
bool take_number(std::string_view& line, Number& number) {
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc() || end == line.data() + line.size() || *end != ' ') return false;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  return true;
}

std::vector<PinCount> parse(std::string_view text) {
  std::vector<PinCount> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    PinCount count;
    if (!take_number(line, count.count) || !take_number(line, count.seconds)) continue;
    count.token = line;
    count.known = true;
    lines.push_back(std::move(count));
  }
  return lines;
}

}  // namespace

std::string PinCounts::key_of(const GuardedToken& token) {
  return escaped(token.module) + " " + escaped(token.serial) + " " + escaped(token.label) +
         (token.security_officer ? " so" : "");
}

PinCounts PinCounts::read(const StateFolder& folder) {
  PinCounts counts;
  if (const auto text = folder.read_file(kFile, kLongestFile)) counts.lines_ = parse(*text);
  return counts;
}

PinCount PinCounts::of(const std::string& token) const {
  const auto has_name = [&](const PinCount& line) { return line.token == token; };
  const auto found = std::find_if(lines_.begin(), lines_.end(), has_name);
  return found == lines_.end() ? PinCount{token, 0, 0, false} : *found;
}

void PinCounts::set(const std::string& token, unsigned count, base::WallTime time) {
  std::erase_if(lines_, [&](const PinCount& line) { return line.token == token; });
  if (lines_.size() >= kMostTokens) {
    const auto accepted =
        std::find_if(lines_.begin(), lines_.end(), [](const PinCount& line) { return line.count == 0; });
    lines_.erase(accepted == lines_.end() ? lines_.begin() : accepted);
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  lines_.push_back({token, count, seconds, true});
}

void PinCounts::take_back(const std::string& token) {
  for (PinCount& line : lines_) {
    if (line.token == token && line.count > 0) --line.count;
  }
  std::erase_if(lines_, [&](const PinCount& line) { return line.token == token && line.count == 0; });
}

void PinCounts::forget(const std::string& token) {
  std::erase_if(lines_, [&](const PinCount& line) { return line.token == token; });
}

void PinCounts::write(const StateFolder& folder) const {
  std::string text;
  for (const PinCount& line : lines_)
    text += std::to_string(line.count) + " " + std::to_string(line.seconds) + " " + line.token + "\n";
  folder.write_file_atomically(kFile, text);
}

}  // namespace platform
