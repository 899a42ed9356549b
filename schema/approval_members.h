#pragma once

#include <chrono>
#include <optional>

#include "json.h"
#include "schema/approval_settings.h"
#include "schema/config.h"

// The members `approval` of a key and `approver` of a configuration file, as decode_config reads them.
namespace schema {

inline constexpr std::chrono::seconds kLongestApprovalWait{86'400};

// `key` and `top` are the readers of the objects that hold the member.
std::optional<ApprovalSettings> decode_approval(ObjectReader& key);
std::optional<ApproverSettings> decode_approver(ObjectReader& top);

// Reads what is there; the check_ functions refuse what is missing or does not go together.
TsbConnection read_tsb_connection(ObjectReader& reader);
void check_tsb_connection(const ObjectReader& reader, const TsbConnection& connection);
TsbSettings read_tsb_settings(ObjectReader& reader);
void check_tsb_settings(const ObjectReader& reader, const TsbSettings& settings);

void add_approval_members(ConfigMembers& members);

}  // namespace schema
