#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "schema/approval.h"

namespace approval {

// A key that its service holds, as the service describes it.
struct KeyAtService {
  pkcs11::PublicKey public_key;
  std::vector<base::Bytes> certificates;  // DER, leaf first; may be empty
  bool needs_approval = true;             // false: the service signs at once
};

struct Submitted {
  std::string service_id;  // the service's own name for the request; may be empty
  schema::ApprovalAnswer answer;
};

// Carries a request to people and brings their answers back. It answers one question at a time and never sleeps, never
// keeps anything on disk, and never decides: docs/writing-a-backend.md.
//
// An answer is a value; what ends the run is an Error, phase approval: invalid_settings, credential_refused,
// service_failed, outcome_unknown (nobody can say whether the request went out), late, busy.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string name() const = 0;  // as in the configuration
  // Which service, or which program with which arguments: for people, and to know it again. At most 4096 bytes.
  virtual std::string place() const = 0;

  // How long the answer to one question may take: what other runs allow for while they wait for their turn.
  virtual std::chrono::milliseconds longest_call() const = 0;

  // Whether the service makes the signature. Then a yes belongs to the bytes and dies with the run; otherwise it
  // belongs to the subject, `submit` may be repeated with the same request id, and the token signs.
  virtual bool signs() const = 0;

  // The key, when the service holds it. Empty otherwise, also when the service will not tell.
  virtual std::optional<KeyAtService> key() { return std::nullopt; }

  // `payload`: the bytes to be signed; empty when people are asked ahead of the signing. ApprovalFailed{retryable}: the
  // service did not take it, and it may be handed in again. Where the service signs, every Error but outcome_unknown
  // and late means that nothing is open there.
  virtual Submitted submit(const schema::ApprovalRequest& request, base::ByteView payload) = 0;

  virtual schema::ApprovalAnswer poll(const schema::Ticket& ticket) = 0;

  // The last question before the token signs, atomic at the backend: permitted again, or refused, expired, failed.
  // Where one yes covers several artifacts, they are counted here. Repeating it for the same request and subject is
  // free.
  virtual schema::ApprovalAnswer redeem(const schema::Ticket& ticket) = 0;

  // Nobody needs an answer any more. A request that has ended or is unknown counts as withdrawn.
  virtual void withdraw(const schema::Ticket& ticket) = 0;
};

}  // namespace approval
