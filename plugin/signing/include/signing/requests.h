#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "approval/backend.h"
#include "approval/ticket_store.h"
#include "signing/run_context.h"
#include "signing/settings.h"

namespace signing {

// Asks people ahead of the signing, after the checks that a signature needs: chain, profile, key on the token. The
// ticket is open or already permitted. Errors: as generate_signature; invalid_settings for a key without an approval.
schema::Ticket request_approval(const std::string& key_id, const ModuleFlags& flags,
                                const schema::ApprovalSubject& subject, RunContext& context);

// The requests of this user, wherever they come from.
class Requests {
 public:
  // Error(invalid_settings) without a usable state folder.
  explicit Requests(RunContext& context);

  std::vector<schema::Ticket> all() const { return tickets_->all(); }
  schema::Ticket get(const std::string& id) const { return tickets_->get(id); }

  // The ticket as it is now: on the disk for a service that signs (its answer belongs to the run that waits for it),
  // else after one question to the backend. Empty when a run has finished it meanwhile.
  std::optional<schema::Ticket> refresh(const schema::Ticket& ticket);

  // Whether a run that is alive waits for it.
  bool has_owner(const schema::Ticket& ticket) const { return !tickets_->hold(ticket); }

  void cancel(const schema::Ticket& ticket);

 private:
  approval::Backend& backend_of(const schema::Ticket& ticket);

  RunContext& context_;
  Settings settings_;
  approval::Policies policies_;
  platform::StateFolderSearch state_;
  std::optional<approval::TicketStore> tickets_;
  std::unique_ptr<approval::Backend> backend_;
};

}  // namespace signing
