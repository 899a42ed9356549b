#include "approval/securosys_tsb.h"

#include "base/error.h"
#include "schema/tsb.h"
#include "secret_source.h"
#include "securosys_tsb/securosys_tsb_client.h"
#include "securosys_tsb/securosys_tsb_fault.h"
#include "securosys_tsb/securosys_tsb_key.h"
#include "securosys_tsb/securosys_tsb_names.h"
#include "securosys_tsb/securosys_tsb_sign.h"
#include "trust/public_key.h"

namespace approval {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using schema::ApprovalAnswer;
using schema::TsbState;

constexpr int kInvalidId = 609, kUnsupportedOperation = 611, kNoSuchRequest = 651;

bool is_unknown(const TsbReply& reply) {
  return reply.has_code(kNoSuchRequest) || reply.has_code(kInvalidId);
}

bool is_over(TsbState state) {
  return state != TsbState::pending && state != TsbState::approved && state != TsbState::unknown;
}

class SecurosysTsb final : public Backend {
 public:
  SecurosysTsb(const schema::TsbSettings& settings, const BackendContext& context, std::unique_ptr<TsbClient> client)
      : settings_(settings), context_(context), client_(std::move(client)) {
    if (settings_.key_password) take_secret(*settings_.key_password, "the key's password", context_);
    if (settings_.application_key_password) {
      take_secret(*settings_.application_key_password, "the application key's password", context_);
    }
  }

  std::string name() const override { return "securosys-tsb"; }
  std::string place() const override { return client_->place(); }
  std::chrono::milliseconds longest_call() const override { return settings_.connection.timeout; }
  bool signs() const override { return true; }

  std::optional<KeyAtService> key() override;
  Submitted submit(const schema::ApprovalRequest& request, base::ByteView payload) override;
  ApprovalAnswer poll(const schema::Ticket& ticket) override;
  void withdraw(const schema::Ticket& ticket) override;

  ApprovalAnswer redeem(const schema::Ticket&) override {
    throw Error(ErrorKind::internal, Phase::approval, "a key whose service signs has no permission to redeem");
  }

 private:
  const std::optional<TsbKeyFacts>& facts();
  void check_key(const schema::ApprovalRequest& request);
  Submitted sign_now(TsbCall call, const schema::ApprovalRequest& request);
  Submitted ask_people(TsbCall call, const schema::ApprovalRequest& request);
  Error lost(const std::string& cause) const;
  Error lost_signature(const std::string& cause) const;
  TsbReply send_once(TsbCall call, Error (SecurosysTsb::*lost_by)(const std::string&) const);
  ApprovalAnswer answer_of(const schema::TsbRequestStatus& status, const schema::Ticket& ticket);
  ApprovalAnswer result_of(const schema::TsbRequestStatus& status, const schema::Ticket& ticket);
  TsbReply ask_about(const std::string& method, const std::string& id);
  bool has_ended(const std::string& id);

  std::string doing() const { return "cannot sign with key " + base::quoted(settings_.key); }

  schema::TsbSettings settings_;
  BackendContext context_;
  std::unique_ptr<TsbClient> client_;
  bool looked_up_ = false;
  std::optional<TsbKeyFacts> facts_;
  TsbNames names_;
  std::string without_result_;  // id of a request that was once seen executed without a signature
};

const std::optional<TsbKeyFacts>& SecurosysTsb::facts() {
  if (looked_up_) return facts_;
  facts_ = find_tsb_key(*client_, settings_, context_);
  looked_up_ = true;
  if (facts_) {
    names_ = TsbNames(facts_->key.approvers);
  } else {
    context_.log.info("approval: " + place() + " does not show the key's attributes without an API key");
  }
  return facts_;
}

std::optional<KeyAtService> SecurosysTsb::key() {
  if (!facts()) return std::nullopt;
  return KeyAtService{facts_->public_key, find_tsb_certificates(*client_, settings_.key, context_),
                      facts_->key.needs_approval};
}

void SecurosysTsb::check_key(const schema::ApprovalRequest& request) {
  if (!facts()) return;
  const std::string at_service = trust::spki_sha256(facts_->public_key);
  if (at_service != request.key_sha256) {
    throw Error(ErrorKind::invalid_settings, Phase::approval,
                doing() + " at " + place() + ": it is another key there, with the public key " + at_service,
                "see key and public_key in the settings of the approval");
  }
  if (facts_->key.blocked) {
    throw Error(ErrorKind::denied, Phase::approval, doing() + " at " + place() + ": the key is blocked",
                "have it unblocked at the service");
  }
}

Submitted SecurosysTsb::submit(const schema::ApprovalRequest& request, base::ByteView payload) {
  if (payload.empty()) {
    throw Error(ErrorKind::internal, Phase::approval, "there are no bytes that the service could sign");
  }
  check_key(request);
  TsbCall call;
  call.method = "POST";
  call.body = tsb_sign_body(settings_, context_, request, payload);
  call.once = true;
  if (facts_ && !facts_->key.needs_approval) return sign_now(std::move(call), request);
  return ask_people(std::move(call), request);
}

// After a lost reply nobody can say what became of it, and the service has no way to ask.
Error SecurosysTsb::lost(const std::string& cause) const {
  return {ErrorKind::outcome_unknown, Phase::approval,
          "nobody can say whether " + place() + " took the request for a signature with key " +
              base::quoted(settings_.key) + ": " + cause,
          "a request may be open there under a name that we did not learn; it was not sent again. Approvers see it "
          "with notation-pkcs11 approvals pending and should reject it, else it ends by the rules of the key"};
}

Error SecurosysTsb::lost_signature(const std::string& cause) const {
  return {ErrorKind::outcome_unknown, Phase::approval,
          "nobody can say whether " + place() + " signed with key " + base::quoted(settings_.key) + ": " + cause,
          "it was not asked again, and nothing is left open there: run notation sign once more"};
}

TsbReply SecurosysTsb::send_once(TsbCall call, Error (SecurosysTsb::*lost_by)(const std::string&) const) {
  try {
    return client_->send(std::move(call));
  } catch (const HttpError& error) {
    if (error.fault() == HttpFault::maybe_sent) throw(this->*lost_by)(error.what());
    throw error_of_http(doing(), error);
  }
}

// Whether a gateway answered for a service that may have taken the request.
bool leaves_open(const TsbReply& reply) {
  const bool failed = reply.status == 500 || reply.status == 502 || reply.status == 504 || reply.status == 408;
  return failed && !reply.fault.code;
}

Submitted SecurosysTsb::ask_people(TsbCall call, const schema::ApprovalRequest& request) {
  call.path = "/v1/sign";
  const TsbReply reply = send_once(std::move(call), &SecurosysTsb::lost);
  if (leaves_open(reply)) throw lost(describe_reply(reply));
  if (!reply.good()) {
    const TsbVerdict verdict = judge(reply, TsbRole::key_operation);
    const bool not_taken = reply.status == 429 || reply.status == 503;
    if (!not_taken || !verdict.retryable) throw error_of_reply(doing(), place(), reply, TsbRole::key_operation);
    return {{},
            schema::ApprovalFailed{true, verdict.cause + " (" + describe_reply(reply) + ")", reply.retry_after,
                                   verdict.throttled}};
  }
  schema::ApprovalWaiting waiting;
  waiting.missing = names_.all();
  try {
    return {schema::decode_tsb_sign_request_id(reply.body), waiting};
  } catch (const Error& error) {
    // A server without the licence for approvals signs at once.
    try {
      base::Bytes signature = schema::decode_tsb_signature(reply.body);
      return {{}, schema::ApprovalSigned{signature_of_tsb(std::move(signature), request.key_spec), {}}};
    } catch (const Error&) {
      throw lost(error.message());
    }
  }
}

Submitted SecurosysTsb::sign_now(TsbCall call, const schema::ApprovalRequest& request) {
  call.path = "/v1/synchronousSign";
  const TsbReply reply = send_once(std::move(call), &SecurosysTsb::lost_signature);
  if (leaves_open(reply)) throw lost_signature(describe_reply(reply));
  if (!reply.good()) throw error_of_reply(doing(), place(), reply, TsbRole::key_operation);
  base::Bytes signature = schema::decode_tsb_signature(reply.body);
  return {{}, schema::ApprovalSigned{signature_of_tsb(std::move(signature), request.key_spec), {}}};
}

TsbReply SecurosysTsb::ask_about(const std::string& method, const std::string& id) {
  TsbCall call;
  call.method = method;
  call.path = "/v1/request/" + path_segment(id);
  return client_->send(std::move(call));
}

ApprovalAnswer SecurosysTsb::poll(const schema::Ticket& ticket) {
  TsbReply reply;
  try {
    reply = ask_about("GET", ticket.service_id);
  } catch (const HttpError& error) {
    if (error.permanent()) throw error_of_http("cannot ask for request " + base::quoted(ticket.service_id), error);
    return schema::ApprovalFailed{true, error.what(), std::nullopt, false};
  }
  if (reply.good()) {
    try {
      return answer_of(schema::decode_tsb_request_status(reply.body), ticket);
    } catch (const Error& error) {
      return schema::ApprovalFailed{true, place() + ": " + error.message(), reply.retry_after, false};
    }
  }
  const TsbVerdict verdict = judge(reply, TsbRole::key_operation);
  const std::string cause = verdict.cause + " (" + describe_reply(reply) + ")";
  if (is_unknown(reply)) return schema::ApprovalFailed{false, cause, std::nullopt, false};
  // A gateway in front of a service that starts anew answers 404 as well; the service's own has a code.
  const bool from_gateway = reply.status == 404 && !reply.fault.code;
  if (verdict.retryable || from_gateway) {
    return schema::ApprovalFailed{true, place() + ": " + cause, reply.retry_after, verdict.throttled};
  }
  throw error_of_reply("cannot ask for request " + base::quoted(ticket.service_id), place(), reply,
                       TsbRole::key_operation);
}

ApprovalAnswer SecurosysTsb::answer_of(const schema::TsbRequestStatus& status, const schema::Ticket& ticket) {
  switch (status.state) {
    case TsbState::executed:
      return result_of(status, ticket);
    case TsbState::failed:
      return schema::ApprovalFailed{false, "the service could not carry the request out (FAILED)", std::nullopt, false};
    case TsbState::expired:
      return schema::ApprovalExpired{};
    case TsbState::rejected:
      return schema::ApprovalRefused{names_.names(status.rejected_by), {}};
    case TsbState::cancelled:
      return schema::ApprovalWithdrawn{};
    case TsbState::pending:
    case TsbState::approved:
    case TsbState::unknown:
      break;
  }
  schema::ApprovalWaiting waiting;
  waiting.approved = names_.names(status.approved_by);
  waiting.missing = names_.names(status.not_yet_approved_by);
  waiting.refused = names_.names(status.rejected_by);
  waiting.executing = status.state == TsbState::approved;
  if (status.state == TsbState::unknown) {
    waiting.warning = place() + ": the request is in a state that we do not know: " + base::quoted(status.state_text);
  }
  return waiting;
}

// A server may hand a signature out only once, and one was seen to say EXECUTED a moment before it has the signature.
ApprovalAnswer SecurosysTsb::result_of(const schema::TsbRequestStatus& status, const schema::Ticket& ticket) {
  if (!status.result.empty()) {
    return schema::ApprovalSigned{signature_of_tsb(status.result, ticket.request.key_spec),
                                  names_.names(status.approved_by)};
  }
  if (without_result_ == ticket.service_id) {
    return schema::ApprovalFailed{false, "the service handed the signature out before, and does so once", std::nullopt,
                                  false};
  }
  without_result_ = ticket.service_id;
  schema::ApprovalWaiting waiting;
  waiting.approved = names_.names(status.approved_by);
  waiting.executing = true;
  return waiting;
}

bool SecurosysTsb::has_ended(const std::string& id) {
  const TsbReply reply = ask_about("GET", id);
  if (is_unknown(reply)) return true;
  try {
    return reply.good() && is_over(schema::decode_tsb_request_status(reply.body).state);
  } catch (const Error&) {
    return false;
  }
}

void SecurosysTsb::withdraw(const schema::Ticket& ticket) {
  if (ticket.service_id.empty()) return;
  const std::string what = "cannot withdraw request " + base::quoted(ticket.service_id);
  try {
    const TsbReply reply = ask_about("DELETE", ticket.service_id);
    if (reply.good() || is_unknown(reply) || reply.has_code(kUnsupportedOperation)) return;
    const TsbVerdict verdict = judge(reply, TsbRole::key_operation);
    const bool about_request = !verdict.retryable && verdict.kind != ErrorKind::credential_refused;
    if (about_request && has_ended(ticket.service_id)) return;
    throw error_of_reply(what, place(), reply, TsbRole::key_operation);
  } catch (const HttpError& error) {
    throw error_of_http(what, error);
  }
}

}  // namespace

std::unique_ptr<Backend> make_securosys_tsb(const schema::TsbSettings& settings, const BackendContext& context,
                                            std::unique_ptr<HttpClient> http) {
  return std::make_unique<SecurosysTsb>(settings, context,
                                        std::make_unique<TsbClient>(settings.connection, context, std::move(http)));
}

std::unique_ptr<Backend> make_securosys_tsb(const schema::TsbSettings& settings, const BackendContext& context) {
  return std::make_unique<SecurosysTsb>(
      settings, context, std::make_unique<TsbClient>(settings.connection, context, schema::kMaximumTsbReply));
}

}  // namespace approval
