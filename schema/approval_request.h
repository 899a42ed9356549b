#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "document.h"
#include "schema/approval.h"

// What tickets and the questions to a program have in common.
namespace schema {

// {"id","key":{"name","sha256","spec"},"subject":{"artifact":{…},"signingScheme","lifetime"?},"created","expires",
// "claims":{}}. Texts for people are cut to what decode_request takes.
nlohmann::json json_of(const ApprovalRequest& request);
ApprovalRequest decode_request(DocumentObject& request);

nlohmann::json json_of(const ApprovalSubject& subject);

// UTF-8 of at most as many bytes, cut between two characters; what is no UTF-8 is made printable.
std::string cut(std::string_view text, std::size_t maximum);

// Compact, members sorted; bytes that are not UTF-8 are replaced.
std::string compact(const nlohmann::json& json);

}  // namespace schema
