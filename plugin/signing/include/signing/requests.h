#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "approval/approval.h"
#include "approval/backend.h"
#include "approval/ticket_store.h"
#include "signing/run_context.h"
#include "signing/settings.h"

namespace signing {

// Asks people ahead of the signing, after the checks that a signature needs: chain, profile, key on the token. The
// ticket is open or already permitted. Errors: as generate_signature; invalid_settings for a key without an approval.
schema::Ticket request_approval(const std::string& key_id, const ModuleFlags& flags,
                                const schema::ApprovalSubject& subject, RunContext& context);

// The requests of this user, wherever they come from. Without a usable state folder there are none.
class Requests {
 public:
  explicit Requests(RunContext& context);

  // `unreadable`: the messages about files that cannot be read.
  std::vector<schema::Ticket> all(std::vector<std::string>& unreadable) const;
  schema::Ticket get(const std::string& id) const;

  // Whether a run that is alive waits for it.
  bool has_owner(const schema::Ticket& ticket) const { return !tickets_->hold(ticket); }

  // These take a ticket that `all` or `get` gave. Errors: see approval.h.
  approval::Standing look(const schema::Ticket& ticket);
  void cancel(const schema::Ticket& ticket);
  void forget(const schema::Ticket& ticket);

 private:
  const approval::Policy& policy_of(const schema::Ticket& ticket) const;
  std::unique_ptr<approval::Backend> backend_of(const approval::Policy& policy);

  RunContext& context_;
  Settings settings_;
  approval::Policies policies_;
  platform::StateFolderSearch state_;
  std::optional<approval::TicketStore> tickets_;
};

}  // namespace signing
