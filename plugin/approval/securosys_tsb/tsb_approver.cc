#include "approval/tsb_approver.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "schema/tsb.h"
#include "securosys_tsb/securosys_tsb_client.h"
#include "securosys_tsb/securosys_tsb_fault.h"
#include "trust/spki.h"

namespace approval {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr unsigned kPageSize = 20, kMostPages = 50;
constexpr int kInvalidSignature = 403, kInvalidValue = 501, kInvalidInput = 600, kNoSuchTask = 652;
constexpr std::string_view kEdDsa = "EdDSA";

// The service takes times of the last ten minutes and none of its future: so much may this machine's clock be ahead.
constexpr std::chrono::seconds kClockAllowance{10};

TsbCall call_of(const std::string& method, const std::string& path, std::string body) {
  TsbCall call;
  call.method = method;
  call.path = path;
  call.body = std::move(body);
  call.role = TsbRole::approver;
  return call;
}

// The interface names hashes, which Ed25519 keys do without: some servers want one of them nevertheless, others
// "EdDSA".
std::vector<std::string> digest_names(const ApproverKey& key) {
  if (trust::is_ed25519_spki(key.spki_der())) return {"SHA-256", std::string(kEdDsa)};
  return {key.digest_name()};
}

bool refuses_digest(const TsbReply& reply) {
  return reply.has_code(kInvalidSignature) || reply.has_code(kInvalidValue) || reply.has_code(kInvalidInput);
}

// One question with each name of the hash until the service takes one.
template <typename MakeBody, typename Send>
TsbReply with_digest(const ApproverKey& key, MakeBody make_body, Send send_body) {
  TsbReply reply;
  for (const std::string& digest : digest_names(key)) {
    reply = send_body(make_body(digest));
    if (!refuses_digest(reply)) break;
  }
  return reply;
}

schema::TsbApproverProof proof_of(ApproverKey& key, base::WallTime now) {
  schema::TsbApproverProof proof;
  proof.timestamp = schema::tsb_time(now - kClockAllowance);
  proof.signature = key.sign(base::bytes_of(proof.timestamp));
  proof.public_key = key.spki_der();
  return proof;
}

std::size_t add_new(std::vector<schema::TsbTask>& tasks, std::vector<schema::TsbTask> page) {
  const std::size_t before = tasks.size();
  for (schema::TsbTask& task : page) {
    const bool known = std::any_of(tasks.begin(), tasks.end(), [&](const auto& one) { return one.id == task.id; });
    if (!known) tasks.push_back(std::move(task));
  }
  return tasks.size() - before;
}

// The verb for a refusal is not written down anywhere: the next one is tried where the service does not know one.
TsbReply send_refusal(TsbClient& client, const std::string& body, const std::string& doing) {
  TsbReply reply;
  for (const char* method : {"DELETE", "PATCH", "POST"}) {
    reply = send(client, call_of(method, "/v1/task", body), doing);
    const bool other_verb = reply.status == 405 || (reply.status == 404 && !reply.fault.code);
    if (!other_verb) break;
  }
  return reply;
}

}  // namespace

TsbApprover::TsbApprover(const schema::TsbConnection& connection, const BackendContext& context,
                         std::unique_ptr<HttpClient> http)
    : client_(std::make_unique<TsbClient>(connection, context, std::move(http))) {}

TsbApprover::TsbApprover(const schema::TsbConnection& connection, const BackendContext& context)
    : client_(std::make_unique<TsbClient>(connection, context, schema::kMaximumTsbTaskReply)) {}

TsbApprover::~TsbApprover() = default;

std::string TsbApprover::place() const {
  return client_->place();
}

std::vector<schema::TsbTask> TsbApprover::tasks(ApproverKey& key, base::WallTime now, const std::string& request) {
  const std::string doing = "cannot list what waits for approval";
  schema::TsbApproverProof proof = proof_of(key, now);
  std::vector<schema::TsbTask> tasks;
  for (unsigned page = 0; page < kMostPages; ++page) {
    const TsbReply reply = with_digest(
        key,
        [&](const std::string& digest) {
          proof.digest = digest;
          return schema::encode_tsb_task_question(proof, request, page, kPageSize);
        },
        [&](std::string body) {
          return send(*client_, call_of("POST", "/v1/filteredSignApprovalTask", std::move(body)), doing);
        });
    if (!reply.good()) throw error_of_reply(doing, place(), reply, TsbRole::approver);
    std::vector<schema::TsbTask> found = schema::decode_tsb_tasks(reply.body);
    const bool full = found.size() == kPageSize;
    if (add_new(tasks, std::move(found)) == 0 || !full) break;
  }
  return tasks;
}

TsbApprover::Outcome TsbApprover::approve(const schema::TsbTask& task, ApproverKey& key) {
  const std::string doing = "cannot hand in the approval of task " + base::quoted(task.id);
  const base::Bytes signature = key.sign(task.approval_to_be_signed);
  const TsbReply reply = with_digest(
      key,
      [&](const std::string& digest) { return schema::encode_tsb_approval(task, signature, digest, key.spki_der()); },
      [&](std::string body) { return send(*client_, call_of("POST", "/v1/approval", std::move(body)), doing); });
  if (reply.good()) return Outcome::done;
  if (reply.has_code(kNoSuchTask)) return Outcome::gone;
  throw error_of_reply(doing, place(), reply, TsbRole::approver);
}

TsbApprover::Outcome TsbApprover::reject(const schema::TsbTask& task, ApproverKey& key, base::WallTime now) {
  const std::string doing = "cannot hand in the refusal of task " + base::quoted(task.id);
  schema::TsbApproverProof proof = proof_of(key, now);
  const TsbReply reply = with_digest(
      key,
      [&](const std::string& digest) {
        proof.digest = digest;
        return schema::encode_tsb_refusal(task.id, proof);
      },
      [&](const std::string& body) { return send_refusal(*client_, body, doing); });
  if (reply.good()) return Outcome::done;
  if (reply.has_code(kNoSuchTask)) return Outcome::gone;
  throw error_of_reply(doing, place(), reply, TsbRole::approver);
}

}  // namespace approval
