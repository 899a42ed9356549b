#include "platform/pin_guard.h"

#include <cstdint>
#include <exception>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "pin_counts.h"

namespace platform {
namespace {

constexpr const char* kLock = "pin-refusals.lock";  // held while the file is rewritten

// Held through a login, one file for each token, so that a token that hangs does not hold up another. Two tokens of
// the same hash (FNV-1a) wait for each other, nothing worse.
std::string turn_of(std::string_view token) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : token)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return "pin-turn-" + std::to_string(hash) + ".lock";
}

StateFolder::Lock wait_for_turn(const StateFolder& folder, const GuardedToken& token, const std::string& key,
                                std::chrono::milliseconds patience) {
  try {
    return folder.lock(turn_of(key), patience);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::busy) throw;
    throw base::Error(base::ErrorKind::busy, base::Phase::pin,
                      "PIN for token " + base::quoted(token.label) +
                          " is not tried: another process is trying one and has not ended in time",
                      "tries go one at a time until a PIN has been accepted; wait for the other run, then run the "
                      "command again");
  }
}

}  // namespace

PinGuard::PinGuard(const StateFolderSearch& state, const base::Clock& clock)
    : folder_(state.folder ? &*state.folder : nullptr), clock_(clock), reason_off_(state.reason) {}

std::string PinGuard::file() const {
  return is_on() ? folder_->path() + "/" + PinCounts::kFile : std::string();
}

PinRefusals PinGuard::refusals(const GuardedToken& token) {
  if (!is_on()) return {};
  try {
    const PinCount count = PinCounts::read(*folder_).of(PinCounts::key_of(token));
    return {count.count, base::WallTime(std::chrono::seconds(count.seconds))};
  } catch (const std::exception& error) {
    turn_off(error.what());
    return {};
  }
}

PinRefusals PinGuard::forget(const GuardedToken& token) {
  if (!is_on()) return {};
  try {
    const StateFolder::Lock lock = folder_->lock(kLock);
    PinCounts counts = PinCounts::read(*folder_);
    const std::string key = PinCounts::key_of(token);
    const PinCount count = counts.of(key);
    if (count.known) {
      counts.forget(key);
      counts.write(*folder_);
    }
    return {count.count, base::WallTime(std::chrono::seconds(count.seconds))};
  } catch (const std::exception& error) {
    turn_off(error.what());
    return {};
  }
}

PinGuard::Try PinGuard::begin_try(const GuardedToken& token, bool attended, std::chrono::milliseconds patience) {
  Try attempt(PinCounts::key_of(token));
  if (!is_on() || attended) return attempt;
  try {
    // A full count is no reason yet: it may hold a try under way that is about to be accepted.
    if (PinCounts::read(*folder_).of(attempt.token_).was_accepted()) return attempt;
    attempt.turn_ = wait_for_turn(*folder_, token, attempt.token_, patience);
    write_down(attempt);
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::busy && error.phase() == base::Phase::pin) throw;
    turn_off(error.what());
  } catch (const std::exception& error) {
    turn_off(error.what());
  }
  return attempt;
}

// The wait for the turn may have changed everything: whoever had it before may have cleared the count or filled it.
void PinGuard::write_down(Try& attempt) {
  const StateFolder::Lock lock = folder_->lock(kLock);
  PinCounts counts = PinCounts::read(*folder_);
  const PinCount now = counts.of(attempt.token_);
  attempt.refusals_ = now.count;
  if (!attempt.is_allowed() || now.was_accepted()) {
    attempt.turn_.close();
    return;
  }
  counts.set(attempt.token_, now.count + 1, clock_.wall());
  counts.write(*folder_);
  attempt.written_ = now.count + 1;
}

void PinGuard::settle(Try attempt, PinOutcome outcome) noexcept {
  if (!is_on() || !attempt.is_allowed()) return;
  if (outcome == PinOutcome::not_about_pin && attempt.written_ == 0) return;
  try {
    if (outcome == PinOutcome::accepted && PinCounts::read(*folder_).of(attempt.token_).was_accepted()) return;
    const StateFolder::Lock lock = folder_->lock(kLock);
    PinCounts counts = PinCounts::read(*folder_);
    const unsigned now = counts.of(attempt.token_).count;
    // Somebody's acceptance may have cleared the count since this try was written into it.
    const bool is_in_count = attempt.written_ != 0 && now >= attempt.written_;
    if (outcome == PinOutcome::accepted) {
      counts.set(attempt.token_, 0, clock_.wall());
    } else if (outcome == PinOutcome::refused && !is_in_count) {
      counts.set(attempt.token_, now + 1, clock_.wall());
    } else if (outcome == PinOutcome::not_about_pin && is_in_count) {
      counts.take_back(attempt.token_);
    } else {
      return;
    }
    counts.write(*folder_);
  } catch (const std::exception& error) {
    turn_off(error.what());
  }
}

void PinGuard::turn_off(std::string reason) noexcept {
  folder_ = nullptr;
  reason_off_ = std::move(reason);
}

}  // namespace platform
