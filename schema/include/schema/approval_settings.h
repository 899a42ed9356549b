#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

// The member `approval` of a key, and `approver`, as the configuration file has them. Paths stand here as written.
namespace schema {

struct ExecSettings {
  std::vector<std::string> command;      // argv; the first is an absolute path
  std::vector<std::string> environment;  // names of variables that are handed on besides PATH, HOME, LANG and TZ
  std::chrono::milliseconds timeout{30'000};
  bool operator==(const ExecSettings&) const = default;
};

// Where a secret is read: "env:NAME" or "file:PATH". Never the secret itself.
using SecretSource = std::string;

// How a Transaction Security Broker is reached.
struct TsbConnection {
  std::string url;                                  // https://HOST[:PORT][/PATH]
  std::optional<SecretSource> token;                // JWT; a file is read again before each request
  std::string client_certificate, client_key;       // PEM files, both or neither
  std::optional<SecretSource> client_key_password;  //
  std::string ca_file;                              // PEM; empty: the system's
  // API keys of a role; several for a roll-over, tried in order. A file may hold several, one a line.
  std::vector<SecretSource> key_management_api_keys, key_operation_api_keys, approver_api_keys;
  std::chrono::milliseconds timeout{30'000};  // for one request, all of it
  bool operator==(const TsbConnection&) const = default;
};

struct TsbSettings {
  TsbConnection connection;
  std::string key;                           // label of the key at the service
  std::optional<SecretSource> key_password;  //
  std::string application_key;               // PEM file of a private key: signs requests and meta data; may be empty
  std::optional<SecretSource> application_key_password;
  std::string signature_member = "digestAlgorithm";  // or "signatureAlgorithm": what the server calls it
  std::map<std::string, std::string> metadata;       // shown to approvers
  bool operator==(const TsbSettings&) const = default;
};

struct ApprovalSettings {
  std::string public_key;            // SHA-256 of the SubjectPublicKeyInfo, 64 lower-case hexadecimal digits
  std::string backend;               // "exec" or "securosys-tsb"
  std::optional<ExecSettings> exec;  // exactly the one that the backend names
  std::optional<TsbSettings> securosys_tsb;
  std::chrono::seconds request_lifetime{86'400};  // how long people may take, over all runs
  std::chrono::seconds grant_lifetime{3'600};     // how long after a yes the same artifact may be signed (again)
  std::vector<std::string> notify;                // argv, run once when a request went out; may be empty
  std::map<std::string, std::string> claims;      // added to what the requester says of himself
  bool operator==(const ApprovalSettings&) const = default;
};

// Who answers: for `approvals pending`, `approve` and `reject`.
struct ApproverSettings {
  std::string key;  // PEM file or PKCS#11 URI
  std::optional<std::string> module, pin_source;
  std::optional<SecretSource> key_password;
  std::optional<TsbConnection> securosys_tsb;
  bool operator==(const ApproverSettings&) const = default;
};

}  // namespace schema
