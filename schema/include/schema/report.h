#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "schema/payload.h"

// What the operator commands say with --json. Members are only ever added.
namespace schema {

struct KeyReport {
  std::string uri;          // names exactly this key; never with a PIN
  std::string key_spec;     // "EC-256"; for other keys words for people; empty when the public key is not visible
  std::string spki_sha256;  // hexadecimal, empty likewise
  bool usable = false;      // a kind of key that notation takes
  bool has_private = false, has_public = false;  // halves that were visible
  std::size_t certificates = 0;                  // on the token, with the key's label or id
};

struct TokenReport {
  std::string label, manufacturer, model, serial;
  bool initialised = false;
  std::vector<KeyReport> keys;
};

struct KeyListReport {
  std::string module, module_description;
  std::vector<TokenReport> tokens;
  std::vector<std::string> remarks;  // slots that could not be read
};

struct GeneratedKeyReport {
  KeyReport key;
  std::string token;
  bool sensitive = false, extractable = false, never_extractable = false, local = false;  // as read back
  bool proved = false;  // it signed a random challenge and the signature verified
};

struct CertificateReport {
  std::string file, subject, serial, not_after, key_spec;
};

struct VersionReport {
  std::string version, compiler, openssl;
  std::vector<std::string> contract_versions, capabilities, key_specs, pin_sources;
};

struct RequestReport {
  std::string id, service_id, state;
  bool waited_for = false;  // a run that is alive waits for the answer
  std::string key_name, key_sha256, key_spec;
  Descriptor artifact;
  std::string signing_scheme;
  std::optional<std::chrono::seconds> lifetime;   // of the signature, if it is to expire
  std::string created, expires, permitted_until;  // RFC 3339, the last may be empty
  std::string backend, place, where;
  std::vector<std::string> approved, missing, refused;
  std::string reason;
};

std::string encode(const RequestReport& report);
std::string encode(const std::vector<RequestReport>& reports);
std::string encode(const KeyListReport& report);
std::string encode(const GeneratedKeyReport& report);
std::string encode(const CertificateReport& report);
std::string encode(const VersionReport& report);

}  // namespace schema
