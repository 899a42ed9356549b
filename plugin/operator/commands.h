#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pkcs11/key_spec.h"
#include "signing/settings.h"

namespace operators {

// Where a command finds its token, as flags gave it.
struct TokenFlags {
  signing::ModuleFlags module;
  std::string token;  // label, empty: any
};

struct KeyListFlags {
  TokenFlags token;
  bool login = false;
  bool json = false;
};

struct KeyGenerateFlags {
  TokenFlags token;
  std::string label;
  pkcs11::KeySpec spec = pkcs11::KeySpec::ec_256;
  std::string id;  // hexadecimal; empty: drawn at random
  bool always_authenticate = false;
  bool json = false;
};

struct CertSelfSignFlags {
  std::string key;  // configured name or URI
  signing::ModuleFlags module;
  std::string out;
  std::string subject = "CN=notation-pkcs11 test,O=test,ST=test,C=ZZ";
  int days = 365;
  bool force = false;
  bool json = false;
};

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
void list_keys(const KeyListFlags& flags);
void generate_key(const KeyGenerateFlags& flags);
void self_sign_certificate(const CertSelfSignFlags& flags);
void show_version(bool json);

void request_approval(const ApprovalsRequestFlags& flags);
void list_requests(const RequestFlags& flags);
void show_request(const RequestFlags& flags);
void watch_request(const RequestFlags& flags);
void cancel_request(const RequestFlags& flags);

void list_tasks(const ApproverFlags& flags);
void approve_tasks(const DecisionFlags& flags);
void reject_tasks(const DecisionFlags& flags);

}  // namespace operators
