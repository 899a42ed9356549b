#pragma once

#include <nlohmann/json.hpp>

#include "schema/audit.h"

// What lines of the audit log and the reports about it have in common.
namespace schema {

using AuditJson = nlohmann::ordered_json;

// The members "purpose" to "approval".
void add_subject(AuditJson& json, const AuditSubject& subject);

// "result" and what belongs to it.
void add_result(AuditJson& json, const AuditSignature& signature);
void add_result(AuditJson& json, const AuditFailure& failure);

}  // namespace schema
