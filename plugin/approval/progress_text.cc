#include "progress_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/bytes.h"

namespace approval {
namespace {

constexpr std::size_t kLongestName = 40;  // bytes

std::string two_digits(std::chrono::seconds::rep number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string status_progress(const schema::ApprovalWaiting& progress, bool with_names) {
  if (progress.executing) {
    return with_names && !progress.approved.empty()
               ? "approved by " + name_list(progress.approved) + ", the service has yet to act"
               : "approved, the service has yet to act";
  }
  std::string text = std::to_string(progress.approved.size()) + " approved";
  if (with_names && !progress.approved.empty()) text += " (" + name_list(progress.approved) + ")";
  if (progress.missing.empty()) return text;
  return text + (with_names ? ", missing " + name_list(progress.missing)
                            : ", " + std::to_string(progress.missing.size()) + " missing");
}

}  // namespace

std::string short_id(const schema::ApprovalRequest& request) {
  return base::printable(request.id.substr(0, 8));
}

std::string short_digest(const schema::ApprovalSubject& subject) {
  constexpr std::size_t kDigits = 10;
  const std::string& digest = subject.artifact.digest;
  const std::size_t colon = digest.find(':');
  const std::size_t kept = (colon == std::string::npos ? 0 : colon + 1) + kDigits;
  return digest.size() <= kept ? base::printable(digest) : base::printable(digest.substr(0, kept)) + "...";
}

std::string question_text(const schema::ApprovalRequest& request) {
  return "approval of " + base::printable(request.subject.artifact.digest) + " with key " +
         base::quoted(request.key_name);
}

std::string name_list(const std::vector<std::string>& names, NameLimits limits) {
  std::string text;
  const std::size_t shown = std::min(names.size(), limits.names);
  for (std::size_t i = 0; i < shown; ++i)
    text += (i == 0 ? "" : ", ") + base::printable(names[i], limits.bytes);
  if (names.size() > shown) text += " and " + std::to_string(names.size() - shown) + " more";
  return text;
}

std::string progress_text(const schema::ApprovalWaiting& progress) {
  std::string text = progress.approved.empty() ? "" : "approved by " + name_list(progress.approved);
  if (progress.executing) return (text.empty() ? "approved" : text) + "; the service has yet to act";
  if (text.empty()) text = "nobody has approved it";
  if (!progress.refused.empty()) text += "; refused by " + name_list(progress.refused);
  if (!progress.missing.empty()) text += "; missing: " + name_list(progress.missing);
  return text;
}

std::string decision_text(const schema::Ticket& ticket) {
  const auto by = [](const char* what, const std::vector<std::string>& names) {
    return what + (names.empty() ? "" : " by " + name_list(names));
  };
  if (ticket.permission) return by("permitted", ticket.permission->approved);
  if (ticket.refusal) return by("refused", ticket.refusal->by);
  if (ticket.result) return by("executed, approved", ticket.result->approved);
  return {};
}

std::string countdown_text(std::chrono::seconds left) {
  const auto seconds = std::max<std::chrono::seconds::rep>(left.count(), 0);
  if (seconds < 3600) return std::to_string(seconds / 60) + ":" + two_digits(seconds % 60);
  return std::to_string(seconds / 3600) + ":" + two_digits(seconds / 60 % 60) + ":" + two_digits(seconds % 60);
}

std::string time_text(base::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time - day).count();
  std::array<char, 64> text{};
  (void)std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d UTC", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                      static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
  return text.data();
}

std::size_t columns_of(const std::string& text) {
  std::size_t columns = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) ++columns;
    if (byte >= 0xE1U && byte < 0xF8U) ++columns;  // from U+1000 on most are wide: rather too many columns than too few
  }
  return columns;
}

std::string status_text(const schema::Ticket& ticket, std::chrono::seconds left, std::size_t columns) {
  const std::string subject = short_digest(ticket.request.subject);
  const std::string key = base::printable(ticket.request.key_name, kLongestName);
  const std::string id = short_id(ticket.request);
  const std::string end = "; " + countdown_text(left) + " left";
  const std::string names = status_progress(ticket.progress, true);
  const std::string counts = status_progress(ticket.progress, false);
  const std::array<std::string, 4> forms = {"waiting for approval of " + subject + " with " + key + ": " + names + end,
                                            "waiting for approval " + id + ": " + names + end,
                                            "waiting for approval " + id + ": " + counts + end,
                                            "approval " + id + ": " + counts + end};
  const auto fits = [&](const std::string& form) { return columns_of(form) <= columns; };
  const auto found = std::find_if(forms.begin(), forms.end(), fits);
  return found == forms.end() ? forms.back() : *found;
}

}  // namespace approval
