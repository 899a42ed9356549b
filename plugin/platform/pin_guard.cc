#include "platform/pin_guard.h"

#include <charconv>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

namespace platform {
namespace {

// One line for each token: number, seconds since 1970, module, serial, label, with one blank between.
constexpr const char* kFile = "pin-refusals";
constexpr const char* kLock = "pin-refusals.lock";
constexpr std::size_t kLongestFile = 1 << 20;
constexpr std::size_t kMostTokens = 256;

struct Entry {
  std::string key;
  unsigned count = 0;
  long long seconds = 0;
};
using Entries = std::vector<Entry>;

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

std::string key_of(const GuardedToken& token) {
  return escaped(token.module) + " " + escaped(token.serial) + " " + escaped(token.label);
}

// Takes the number in front of the first blank off the line; false when there is none.
template <typename Number>
bool take_number(std::string_view& line, Number& number) {
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc() || end == line.data() + line.size() || *end != ' ') return false;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  return true;
}

Entries parse(std::string_view text) {
  Entries entries;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    Entry entry;
    if (!take_number(line, entry.count) || !take_number(line, entry.seconds)) continue;
    entry.key = line;
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string print(const Entries& entries) {
  std::string text;
  for (const Entry& entry : entries)
    text += std::to_string(entry.count) + " " + std::to_string(entry.seconds) + " " + entry.key + "\n";
  return text;
}

Entries read_entries(const StateFolder& folder) {
  return parse(folder.read_file(kFile, kLongestFile).value_or(std::string()));
}

Entry take_entry(Entries& entries, const std::string& key) {
  Entry taken{key, 0, 0};
  std::erase_if(entries, [&](const Entry& entry) {
    if (entry.key != key) return false;
    taken = entry;
    return true;
  });
  return taken;
}

long long seconds_of(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

PinGuard::PinGuard(const StateFolderSearch& state, const base::Clock& clock)
    : folder_(state.folder ? &*state.folder : nullptr), clock_(clock), reason_off_(state.reason) {}

PinRefusals PinGuard::refusals(const GuardedToken& token) {
  if (!is_on()) return {};
  try {
    Entries entries = read_entries(*folder_);
    const Entry entry = take_entry(entries, key_of(token));
    return {entry.count, base::WallTime(std::chrono::seconds(entry.seconds))};
  } catch (const std::exception& error) {
    turn_off(error.what());
    return {};
  }
}

bool PinGuard::allows_unattended_try(const GuardedToken& token) {
  return refusals(token).count < kUnattendedRefusals;
}

void PinGuard::note_refusal(const GuardedToken& token) noexcept {
  if (!is_on()) return;
  try {
    const StateFolder::Lock lock = folder_->lock(kLock);
    Entries entries = read_entries(*folder_);
    Entry entry = take_entry(entries, key_of(token));
    ++entry.count;
    entry.seconds = seconds_of(clock_.wall());
    if (entries.size() >= kMostTokens) entries.erase(entries.begin());
    entries.push_back(std::move(entry));
    folder_->write_file_atomically(kFile, print(entries));
  } catch (const std::exception& error) {
    turn_off(error.what());
  }
}

void PinGuard::note_success(const GuardedToken& token) noexcept {
  try {
    if (refusals(token).count == 0) return;
    const StateFolder::Lock lock = folder_->lock(kLock);
    Entries entries = read_entries(*folder_);
    (void)take_entry(entries, key_of(token));
    folder_->write_file_atomically(kFile, print(entries));
  } catch (const std::exception& error) {
    turn_off(error.what());
  }
}

void PinGuard::turn_off(std::string reason) noexcept {
  folder_ = nullptr;
  reason_off_ = std::move(reason);
}

}  // namespace platform
