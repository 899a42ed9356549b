#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "signing/settings.h"

namespace operators {

struct ApprovalsRequestFlags {
  std::string key;  // configured name or URI
  signing::ModuleFlags module;
  std::map<std::string, std::string> user_metadata;  // as notation sign --user-metadata
  std::string expiry;                                // as notation sign --expiry; empty: the signature does not expire
  bool json = false;
};

// Who answers, and which service asks him; what is empty was not said.
struct ApproverFlags {
  std::optional<std::string> key, url, ca_file, token_file, api_key_file, client_certificate, client_key;
  signing::ModuleFlags module;
  bool json = false;
};

struct RequestFlags {
  std::string id;  // of a request, or at least six of its first characters
  bool json = false;
  bool forget = false;     // for `cancel`
  ApproverFlags approver;  // for `show`
};

struct DecisionFlags {
  std::vector<std::string> tasks;  // ids, or at least six of their first characters
  ApproverFlags approver;
  bool yes = false;     // answer without asking
  bool opaque = false;  // also what is not a Notary payload
};

// Each writes its answer to standard output and throws base::Error otherwise.
void request_approval(const ApprovalsRequestFlags& flags);
void list_requests(const RequestFlags& flags);
void show_request(const RequestFlags& flags);
void watch_request(const RequestFlags& flags);
void cancel_request(const RequestFlags& flags);

void list_tasks(const ApproverFlags& flags);
void approve_tasks(const DecisionFlags& flags);
void reject_tasks(const DecisionFlags& flags);

}  // namespace operators
