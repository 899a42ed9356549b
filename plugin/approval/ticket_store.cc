#include "approval/ticket_store.h"

#include <algorithm>

#include "approval/ticket.h"
#include "base/error.h"
#include "trust/public_key.h"

namespace approval {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using schema::Ticket;

constexpr std::string_view kPrefix = "ticket-";
constexpr std::string_view kTicketSuffix = ".json";
constexpr std::string_view kLockSuffix = ".lock";
constexpr std::size_t kShortHash = 16;  // digits
constexpr std::size_t kShortestId = 6;  // digits

// "KEY-SUBJECT", the same for every ticket about one question.
std::string question_name(const std::string& key_sha256, const schema::ApprovalSubject& subject) {
  const std::string text = schema::canonical(subject);
  const std::string hash = trust::sha256_hex(base::bytes_of(text));
  return key_sha256.substr(0, kShortHash) + "-" + hash.substr(0, kShortHash);
}

std::string stem_of(const Ticket& ticket) {
  return std::string(kPrefix) + question_name(ticket.request.key_sha256, ticket.request.subject) + "-" +
         ticket.request.id;
}

std::string file_of(const Ticket& ticket) {
  return stem_of(ticket) + std::string(kTicketSuffix);
}

std::string lock_of(const Ticket& ticket) {
  return stem_of(ticket) + std::string(kLockSuffix);
}

// Empty when another run has removed the file meanwhile.
std::optional<Ticket> read(const platform::StateFolder& folder, const std::string& name) {
  try {
    const auto text = folder.read_file(name, schema::kMaximumTicketSize);
    if (!text) return std::nullopt;
    return schema::decode_ticket(*text, folder.path() + "/" + name);
  } catch (const Error& error) {
    const std::string hint = error.hint().empty() ? "it may stand for a request that is still open at its service; "
                                                    "remove the file only when you know that it is not"
                                                  : error.hint();
    throw Error(ErrorKind::invalid_settings, Phase::approval, error.message(), hint);
  }
}

// Oldest first. Without `unreadable` the first file that cannot be read is an Error.
std::vector<Ticket> read_all(const platform::StateFolder& folder, const std::string& prefix,
                             std::vector<std::string>* unreadable) {
  std::vector<Ticket> tickets;
  for (const std::string& name : folder.list_files(prefix)) {
    if (!name.ends_with(kTicketSuffix)) continue;
    try {
      if (auto ticket = read(folder, name)) tickets.push_back(std::move(*ticket));
    } catch (const Error& error) {
      if (unreadable == nullptr) throw;
      unreadable->push_back(error.message());
    }
  }
  std::stable_sort(tickets.begin(), tickets.end(),
                   [](const Ticket& a, const Ticket& b) { return a.request.created < b.request.created; });
  return tickets;
}

bool goes_by(const Ticket& ticket, const std::string& id) {
  const auto matches = [&](const std::string& own) {
    return !own.empty() && (own == id || (id.size() >= kShortestId && own.starts_with(id)));
  };
  return matches(ticket.request.id) || matches(ticket.service_id);
}

Error no_such_request(const std::string& id, const std::vector<std::string>& unreadable) {
  const bool too_short = id.size() < kShortestId;
  std::string hint = "notation-pkcs11 approvals list shows the requests of this user on this machine";
  for (const std::string& message : unreadable)
    hint += "\n" + message;
  return {ErrorKind::key_not_found, Phase::approval,
          "cannot find approval request " + base::quoted(id) + ": " +
              (too_short ? "at least 6 characters of its id are needed" : "no such request is kept here"),
          hint};
}

}  // namespace

// The file goes before the lock does: whoever waits for it then takes a new one.
TicketStore::Turn::~Turn() {
  try {
    if (lock_) folder_.remove_file(name_);
  } catch (const Error&) {  // an empty file stays behind
  }
}

TicketStore::Turn TicketStore::lock(const std::string& key_sha256, const schema::ApprovalSubject& subject,
                                    std::chrono::milliseconds patience) const {
  std::string name = "approval-" + question_name(key_sha256, subject) + std::string(kLockSuffix);
  try {
    platform::StateFolder::Lock lock = folder_.lock(name, patience);
    return {folder_, std::move(name), std::move(lock)};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::busy) throw;
    throw Error(ErrorKind::busy, Phase::approval,
                "cannot ask for approval of " + base::printable(subject.artifact.digest) +
                    ": another run is asking for the same and does not come to an end",
                "it holds " + base::printable(folder_.path() + "/" + name));
  }
}

std::optional<TicketStore::Hold> TicketStore::hold(const Ticket& ticket) const {
  return folder_.try_lock(lock_of(ticket));
}

std::vector<Ticket> TicketStore::find(const std::string& key_sha256, const schema::ApprovalSubject& subject) const {
  std::vector<Ticket> tickets =
      read_all(folder_, std::string(kPrefix) + question_name(key_sha256, subject) + "-", nullptr);
  std::erase_if(tickets, [&](const Ticket& ticket) {
    return ticket.request.key_sha256 != key_sha256 || ticket.request.subject != subject;
  });
  return tickets;
}

std::vector<Ticket> TicketStore::all() const {
  return read_all(folder_, std::string(kPrefix), nullptr);
}

std::vector<Ticket> TicketStore::all(std::vector<std::string>& unreadable) const {
  return read_all(folder_, std::string(kPrefix), &unreadable);
}

Ticket TicketStore::get(const std::string& id) const {
  std::vector<std::string> unreadable;
  std::vector<Ticket> found = all(unreadable);
  std::erase_if(found, [&](const Ticket& ticket) { return !goes_by(ticket, id); });
  if (found.empty()) throw no_such_request(id, unreadable);
  if (found.size() == 1) return std::move(found.front());
  std::string hint = "give more of the id:";
  for (const Ticket& ticket : found)
    hint += "\n" + base::printable(ticket.request.id);
  throw Error(ErrorKind::ambiguous_key, Phase::approval,
              "cannot tell which approval request " + base::quoted(id) + " is: " + std::to_string(found.size()) +
                  " begin like that",
              hint);
}

void TicketStore::write(const Ticket& ticket) const {
  folder_.write_file_atomically(file_of(ticket), schema::encode(ticket));
}

void TicketStore::remove(const Ticket& ticket) const {
  folder_.remove_file(file_of(ticket));
  folder_.remove_file(lock_of(ticket));
}

void TicketStore::prune(base::WallTime now) const noexcept {
  try {
    std::vector<std::string> unreadable;
    for (const Ticket& ticket : all(unreadable)) {
      if (!is_spent(ticket, now)) continue;
      const auto held = hold(ticket);
      const auto current = held ? read_again(ticket) : std::nullopt;
      if (current && is_spent(*current, now)) remove(*current);
    }
  } catch (const std::exception&) {  // they stay until the next time
  }
}

std::optional<Ticket> TicketStore::read_again(const Ticket& ticket) const {
  return read(folder_, file_of(ticket));
}

}  // namespace approval
