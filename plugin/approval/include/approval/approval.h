#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "approval/backend.h"
#include "approval/grant.h"
#include "approval/ticket_store.h"
#include "approval/watcher.h"
#include "base/clock.h"
#include "base/error.h"
#include "platform/log.h"
#include "schema/approval_settings.h"

namespace approval {

// What is to be approved.
struct Question {
  std::string key_name;
  pkcs11::PublicKey key;
  pkcs11::KeySpec key_spec = pkcs11::KeySpec::ec_256;
  schema::ApprovalSubject subject;
  base::ByteView payload;  // the bytes to be signed; empty when people are asked ahead of the signing
  std::map<std::string, std::string> claims;
};

// What a wait works with; all of it outlives the wait.
struct WaitContext {
  base::Clock& clock;
  platform::Log& log;
  Watcher& watcher;
  // Sleeps; false, early, when nobody is left to take the answer. Zero only looks.
  std::function<bool(std::chrono::milliseconds)> pause;
  // A number from 0 to 1, for the jitter.
  std::function<double()> chance;
  std::chrono::seconds wait{900};  // zero: ask, do not wait
};

// Leave to sign, and the signature where the service made it.
class Approval {
 public:
  const Grant& grant() const { return grant_; }
  const std::optional<base::Bytes>& signature() const { return signature_; }  // in the service's encoding

 private:
  friend class ApprovalStep;
  Approval(Grant grant, std::optional<base::Bytes> signature)
      : grant_(std::move(grant)), signature_(std::move(signature)) {}

  Grant grant_;
  std::optional<base::Bytes> signature_;
};

// Resumes or submits, waits, and ends in an Approval or an Error, phase approval, with the request's id: denied,
// undecided (with what is missing and how to resume), request_lost, host_gone, service_failed or busy when the request
// cannot be handed in, and what the backend throws. The signature is as the service gave it: nobody has verified it.
Approval obtain(const Question& question, const schema::ApprovalSettings& settings, Backend& backend,
                const TicketStore& tickets, WaitContext& context);

// Asks ahead of the signing and does not wait: the ticket, open or already permitted. Error(invalid_settings) where an
// approval belongs to the bytes.
schema::Ticket request_ahead(const Question& question, const schema::ApprovalSettings& settings, Backend& backend,
                             const TicketStore& tickets, WaitContext& context);

// How a request stands: the ticket as it is on disk now, or the end that it has come to.
struct Standing {
  std::optional<schema::Ticket> ticket;
  std::optional<base::Error> end;  // may be empty as well: a run has finished it
};

// Asks the backend once about an open request, and records the answer on top of what runs have recorded meanwhile. The
// answer of a service that signs belongs to the run that waits for it: while one is alive, nobody else asks.
// Error(invalid_settings) when the backend is not where the request was made, and what the backend throws.
Standing look(const schema::Ticket& ticket, const schema::ApprovalSettings& settings, Backend& backend,
              const TicketStore& tickets, base::Clock& clock);

// Withdraws a request at its service and forgets it. Error(busy) while a run that waits for it is alive,
// Error(invalid_settings) as above.
void cancel(const schema::Ticket& ticket, Backend& backend, const TicketStore& tickets);

// Forgets a request here, whatever becomes of it at its service. Error(busy) likewise.
void forget(const schema::Ticket& ticket, const TicketStore& tickets);

}  // namespace approval
