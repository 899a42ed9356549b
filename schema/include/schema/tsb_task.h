#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

// The approver's side of a Transaction Security Broker (REST interface v1). Errors as in schema/tsb.h.
namespace schema {

// Who asks: his signature over the characters of `timestamp` is what the service goes by.
struct TsbApproverProof {
  std::string timestamp;  // tsb_time()
  base::Bytes signature;
  std::string digest;      // "SHA-256"
  base::Bytes public_key;  // SubjectPublicKeyInfo
};

// The body for /v1/filteredSignApprovalTask at detail level 3; `request`: tasks of one request alone, may be empty.
std::string encode_tsb_task_question(const TsbApproverProof& proof, const std::string& request, unsigned page,
                                     unsigned page_size);

// A question to one approver. Only approval_to_be_signed counts: the rest is what the service says of it.
struct TsbTask {
  std::string id;
  base::Bytes approval_to_be_signed;  // schema/tsb_token.h
  base::Bytes approver_public_key;    // SubjectPublicKeyInfo; may be empty
  std::optional<base::Bytes> payload;
  std::string payload_type;        // may be empty
  std::string metadata;            // by convention the text of a JSON object; any bytes; may be empty
  base::Bytes metadata_signature;  // may be empty
  std::string request;             // the request as it was sent: any bytes; may be empty
  std::string request_id;          // only newer servers tell it
  bool operator==(const TsbTask&) const = default;
};
std::vector<TsbTask> decode_tsb_tasks(std::string_view json);

// Members of meta data by name: text as it is, anything else as compact JSON. Empty when it is no JSON object.
std::optional<std::vector<std::pair<std::string, std::string>>> read_tsb_metadata(std::string_view metadata);

// The body for /v1/approval. `signature` is over all of approval_to_be_signed.
std::string encode_tsb_approval(const TsbTask& task, base::ByteView signature, const std::string& digest,
                                base::ByteView public_key);

// The body for /v1/task: the approver refuses.
std::string encode_tsb_refusal(const std::string& task, const TsbApproverProof& proof);

}  // namespace schema
