#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Files that belong to notation, as we read them; trust_policy.h adds to one. Members that we do not know are let
// through, since they are notation's; what it refuses itself when it reads the file (notation-go v1.3.2 config/keys.go,
// verifier/trustpolicy) is refused with the file's name and the place: Error(invalid_settings).
namespace schema {

inline constexpr std::size_t kMaximumNotationFile = 1 << 20;  // bytes

// One entry of signingkeys.json: a plugin's key, or a key in files.
struct NotationKey {
  std::string name;
  std::string plugin_name, id;  // empty for a key in files
  std::map<std::string, std::string> plugin_config;
  std::string key_path, certificate_path;  // empty for a plugin's key
  bool operator==(const NotationKey&) const = default;
};

struct NotationKeys {
  std::optional<std::string> default_name;
  std::vector<NotationKey> keys;  // names are unique

  const NotationKey* find(std::string_view name) const;
  const NotationKey* find_default() const;
};

// One statement of trustpolicy.json (Notary Project specification "trust store and trust policy", version 1.0).
struct TrustPolicyStatement {
  std::string name;
  std::string level = "strict";  // strict, permissive, audit or skip
  std::map<std::string, std::string> override_actions;
  std::string verify_timestamp;                 // empty, always or afterCertExpiry
  std::vector<std::string> registry_scopes;     // "*" alone, or repositories
  std::vector<std::string> trust_stores;        // "ca:NAME"
  std::vector<std::string> trusted_identities;  // "*" alone, or "x509.subject: C=…, ST=…, O=…"
  bool operator==(const TrustPolicyStatement&) const = default;
};

struct TrustPolicy {
  std::vector<TrustPolicyStatement> statements;  // names are unique, and so are scopes

  const TrustPolicyStatement* find(std::string_view name) const;
  // The statement that decides about a scope: the one that names it, else the one with "*".
  const TrustPolicyStatement* find_for(std::string_view scope) const;
};

// `file` is for texts.
NotationKeys decode_notation_keys(std::string_view json, std::string_view file);
TrustPolicy decode_trust_policy(std::string_view json, std::string_view file);

}  // namespace schema
