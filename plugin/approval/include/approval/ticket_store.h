#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "platform/state_folder.h"
#include "schema/approval.h"

namespace approval {

// Tickets in the state folder, one file each: ticket-KEY-SUBJECT-REQUEST.json with the first 16 hexadecimal digits of
// both hashes and the request's id. Written as a whole, on the disk before a call returns. A file that cannot be read
// is an Error(invalid_settings, phase approval) that names it: an open request must not be lost sight of.
class TicketStore {
 public:
  // The folder outlives the store.
  explicit TicketStore(const platform::StateFolder& folder) : folder_(folder) {}

  // Held by a run from its intent to its end, so that another run knows that the request has an owner.
  using Hold = platform::StateFolder::Lock;

  // One run at a time decides about a key and a subject; the turn ends with this.
  class Turn {
   public:
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    friend class TicketStore;
    Turn(const platform::StateFolder& folder, std::string name, platform::StateFolder::Lock lock)
        : folder_(folder), name_(std::move(name)), lock_(std::move(lock)) {}

    const platform::StateFolder& folder_;
    std::string name_;
    platform::StateFolder::Lock lock_;
  };

  // How long to wait for a turn, beside the answer to one question: longer than anybody needs for his.
  static constexpr std::chrono::minutes kPatience{2};

  // Error(busy, phase approval).
  Turn lock(const std::string& key_sha256, const schema::ApprovalSubject& subject,
            std::chrono::milliseconds patience) const;

  // Empty when a run that is still alive holds it. The ticket may have changed or gone until this returns:
  // read_again().
  std::optional<Hold> hold(const schema::Ticket& ticket) const;

  // Oldest first.
  std::vector<schema::Ticket> find(const std::string& key_sha256, const schema::ApprovalSubject& subject) const;
  std::vector<schema::Ticket> all() const;
  // Those that cannot be read do not keep the others from being listed.
  std::vector<schema::Ticket> all(std::vector<std::string>& unreadable) const;

  // By the request's id or the service's, or the first six or more characters of either. Error(key_not_found) or
  // Error(ambiguous_key) in words about requests.
  schema::Ticket get(const std::string& id) const;

  void write(const schema::Ticket& ticket) const;
  void remove(const schema::Ticket& ticket) const;  // and its lock file

  // Removes the spent tickets that nobody holds, whatever key and subject they are about. Never throws: a ticket that
  // cannot be read is the business of whoever needs it.
  void prune(base::WallTime now) const noexcept;

  // The ticket as it is on disk now; empty when another run has removed it.
  std::optional<schema::Ticket> read_again(const schema::Ticket& ticket) const;

 private:
  const platform::StateFolder& folder_;
};

}  // namespace approval
