#include "approvals/task_view.h"

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/error.h"
#include "trust/public_key.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using Members = std::vector<std::pair<std::string, std::string>>;

const std::string* find(const Members& members, std::string_view name) {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.first == name; });
  return found == members.end() ? nullptr : &found->second;
}

std::optional<PayloadMeaning> meaning_of(base::ByteView payload) {
  for (const pkcs11::KeySpecTraits& traits : pkcs11::all_key_specs()) {
    try {
      return PayloadMeaning{schema::decode_payload(payload, traits.spec), traits.spec};
    } catch (const Error&) {
      continue;
    }
  }
  return std::nullopt;
}

// The request as it was sent: its inner object, or the whole body around it.
struct SentRequest {
  Members members;
  std::string signer;  // SHA-256 of the public key, hexadecimal; empty when it is not signed
};

std::optional<SentRequest> read_request(const std::string& text) {
  auto members = schema::read_tsb_metadata(text);
  if (!members) return std::nullopt;
  SentRequest request;
  if (const std::string* signature = find(*members, "requestSignature")) {
    const auto parts = schema::read_tsb_metadata(*signature);
    const std::string* key = parts ? find(*parts, "publicKey") : nullptr;
    const auto der = key ? base::decode_base64(*key) : std::nullopt;
    if (der) request.signer = trust::sha256_hex(*der);
  }
  for (const auto& [name, value] : *members) {
    if (!name.ends_with("Request")) continue;
    auto inner = schema::read_tsb_metadata(value);
    if (!inner) return std::nullopt;
    request.members = *std::move(inner);
    return request;
  }
  request.members = *std::move(members);
  return request;
}

std::string fault_in_request(const Members& request, const schema::TsbToken& token) {
  static constexpr std::array<std::string_view, 6> kNames{"signKeyName",   "blockKeyName",   "unblockKeyName",
                                                          "modifyKeyName", "decryptKeyName", "unwrapKeyName"};
  for (const std::string_view name : kNames) {
    const std::string* label = find(request, name);
    if (label != nullptr && *label != token.key) {
      return "the service shows a request for key " + base::quoted(*label) + ", the bytes to be signed are for key " +
             base::quoted(token.key);
    }
  }
  const std::string* payload = find(request, "payload");
  if (payload == nullptr) return {};
  const auto bytes = base::decode_base64(*payload);
  if (bytes && *bytes == token.payload) return {};
  return "the service shows a request with another payload than the bytes to be signed have";
}

void add_claims(TaskView& view, const schema::TsbTask& task, const std::optional<SentRequest>& request) {
  if (const auto metadata = schema::read_tsb_metadata(task.metadata)) {
    view.claims = *metadata;
  } else if (!task.metadata.empty()) {
    view.claims.emplace_back("meta data", task.metadata);
  }
  if (!task.metadata_signature.empty()) view.claims.emplace_back("meta data signature", "there is one, not checked");
  if (request) {
    if (const auto* value = find(request->members, "signatureAlgorithm")) view.claims.emplace_back("algorithm", *value);
    if (const auto* value = find(request->members, "signatureType")) view.claims.emplace_back("encoding", *value);
    if (!request->signer.empty()) view.claims.emplace_back("signed by", "a key with the SHA-256 " + request->signer);
  }
  if (!task.payload_type.empty()) view.claims.emplace_back("payload type", task.payload_type);
}

// Everything that must agree before what is shown may be called what is signed.
std::string fault_in(const schema::TsbTask& task, const std::optional<SentRequest>& request,
                     const schema::TsbToken& token, base::ByteView approver) {
  const base::Bytes again = encode(token);
  if (again != task.approval_to_be_signed) return "the bytes to be signed are not written in the one way there is";
  if (!task.approver_public_key.empty() && !std::ranges::equal(task.approver_public_key, approver)) {
    return "it is a question to another key";
  }
  if (task.payload && *task.payload != token.payload) {
    return "the service shows another payload than the bytes to be signed have";
  }
  return request ? fault_in_request(request->members, token) : std::string();
}

}  // namespace

TaskView view_of(const schema::TsbTask& task, base::ByteView approver) {
  TaskView view;
  view.id = task.id;
  view.request_id = task.request_id;
  view.bytes_sha256 = trust::sha256_hex(task.approval_to_be_signed);
  const std::optional<SentRequest> request = task.request.empty() ? std::nullopt : read_request(task.request);
  add_claims(view, task, request);
  try {
    view.token = schema::decode_tsb_token(task.approval_to_be_signed);
  } catch (const Error& error) {
    view.fault = error.message();
    return view;
  }
  view.fault = fault_in(task, request, *view.token, approver);
  if (view.token->operation == static_cast<std::uint32_t>(schema::TsbOperation::use)) {
    view.meaning = meaning_of(view.token->payload);
  }
  return view;
}

void require_approvable(const TaskView& task, bool opaque) {
  if (!task.fault.empty()) {
    throw Error(ErrorKind::denied, Phase::approval,
                "task " + base::printable(task.id) + " is not approved: " + task.fault,
                "somebody may want a signature for something else than he shows; reject the task, and ask who runs the "
                "service");
  }
  if (task.meaning || opaque) return;
  throw Error(ErrorKind::invalid_payload, Phase::approval,
              "task " + base::printable(task.id) +
                  " is not approved: what is to be signed is not a Notary payload, so nobody can see what it says",
              "if you know from elsewhere what it is, compare its SHA-256 and approve with --opaque");
}

}  // namespace operators
