#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What the commands about keys say with --json. Members are only ever added.
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
  std::string key_argument;  // the URI with its module: what other commands take as KEY
  std::string token, module;
  std::string mechanism;                                                                  // CKM name that made it
  bool sensitive = false, extractable = false, never_extractable = false, local = false;  // as read back
  bool always_authenticate = false;                                                       // likewise
  bool proved = false;               // it signed a random challenge and the signature verified
  std::vector<std::string> records;  // files that tell how it was made
};

// CKA names and their values as text, in the token's order.
using AttributeTexts = std::vector<std::pair<std::string, std::string>>;

// What a generation would ask of the token.
struct KeyPlanReport {
  std::string token, module, key_spec, label, id;  // the id in hexadecimal
  std::vector<std::string> mechanisms;             // CKM names, or numbers, in the order in which they are tried
  AttributeTexts public_half, private_half;
};

struct KeyObjectReport {
  std::string type;  // "public key", "private key", "certificate"
  AttributeTexts attributes;
};

struct KeyCertificateReport {
  std::string subject, issuer, serial, not_before, not_after;  // serial in hexadecimal, times as RFC 3339
  bool expired = false;
  bool of_this_key = false;  // it holds this public key
  std::string fault;         // why it cannot be read; the rest is empty then
};

struct KeyDescriptionReport {
  KeyReport key;
  std::string key_argument;
  std::string module;
  TokenReport token;  // without keys
  std::vector<KeyObjectReport> objects;
  std::vector<std::string> mechanisms;  // with which it would sign, the first choice first
  std::vector<KeyCertificateReport> certificates;
  std::vector<std::string> remarks;  // what is odd
};

struct DeletedKeyReport {
  KeyReport key;
  std::string token;
  std::size_t certificates_destroyed = 0;
  std::size_t certificates_left = 0;                            // with the key's label or id
  std::vector<std::string> still_configured, still_registered;  // names of ours and of notation's that mean the key
};

struct RegistrationProblem {
  std::string problem, fix;
};

struct KeyRegistrationReport {
  std::string name, id, key_spec;
  std::map<std::string, std::string> plugin_config;
  bool as_default = false;
  std::vector<std::string> command;           // argv
  std::string command_line;                   // the same for a shell
  bool registered = false;                    // notation has the key under this name, now or before
  bool was_registered = false;                // before
  std::vector<RegistrationProblem> problems;  // what would make the command fail
};

std::string encode(const KeyListReport& report);
std::string encode(const GeneratedKeyReport& report);
std::string encode(const KeyPlanReport& report);
std::string encode(const KeyDescriptionReport& report);
std::string encode(const DeletedKeyReport& report);
std::string encode(const KeyRegistrationReport& report);

}  // namespace schema
