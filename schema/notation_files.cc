#include "schema/notation_files.h"

#include <algorithm>

#include "base/bytes.h"
#include "document.h"
#include "strict_json.h"

namespace schema {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaximumItems = 1024;  // of a list or an object
constexpr std::size_t kMaximumItem = 4096;   // bytes
constexpr const char* kWildcard = "*";

DocumentRefusal refusal_of(std::string_view file, const std::string& hint) {
  return {base::ErrorKind::invalid_settings, base::Phase::settings,
          "cannot read notation's file " + base::printable(file), hint};
}

// notation writes and takes null for what is absent.
const Json* find_value(DocumentObject& object, std::string_view name) {
  const Json* value = object.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string text_or_empty(DocumentObject& object, std::string_view name) {
  if (find_value(object, name) == nullptr) return {};
  return object.find_text(name, kMaximumItem).value();
}

const Json& bounded_list(DocumentObject& object, std::string_view name, const Json& value) {
  if (!value.is_array()) object.refuse(name, "is " + std::string(kind_of(value)) + ", not an array");
  if (value.size() > kMaximumItems) {
    object.refuse(name, "holds more than " + std::to_string(kMaximumItems) + " entries");
  }
  return value;
}

std::vector<std::string> texts(DocumentObject& object, std::string_view name) {
  std::vector<std::string> list;
  const Json* value = find_value(object, name);
  if (value == nullptr) return list;
  for (const Json& item : bounded_list(object, name, *value)) {
    if (!item.is_string()) object.refuse(name, "holds " + std::string(kind_of(item)) + " where text belongs");
    list.push_back(item.get<std::string>());
    if (list.back().size() > kMaximumItem) {
      object.refuse(name, "an entry is longer than " + std::to_string(kMaximumItem) + " bytes");
    }
  }
  return list;
}

std::map<std::string, std::string> entries(DocumentObject& object, std::string_view name) {
  if (find_value(object, name) == nullptr) return {};
  return object.find_texts(name, kMaximumItems, kMaximumItem, kMaximumItem);
}

// Calls `read` with every object of a list.
template <typename Read>
void for_each_object(DocumentObject& document, std::string_view name, const DocumentRefusal& refusal,
                     const Read& read) {
  const Json* value = find_value(document, name);
  if (value == nullptr) return;
  std::size_t index = 0;
  for (const Json& item : bounded_list(document, name, *value)) {
    DocumentObject object(item, std::string(name) + "[" + std::to_string(index++) + "]", refusal);
    read(object);
  }
}

NotationKey read_key(DocumentObject& object) {
  NotationKey key;
  key.name = object.filled_text("name", kMaximumItem);
  key.plugin_name = text_or_empty(object, "pluginName");
  key.id = text_or_empty(object, "id");
  key.plugin_config = entries(object, "pluginConfig");
  key.key_path = text_or_empty(object, "keyPath");
  key.certificate_path = text_or_empty(object, "certPath");
  return key;
}

TrustPolicyStatement read_statement(DocumentObject& object) {
  constexpr std::string_view kVerification = "signatureVerification";
  TrustPolicyStatement statement;
  statement.name = object.filled_text("name", kMaximumItem);
  DocumentObject verification = object.object(kVerification);
  statement.level = verification.filled_text("level", kMaximumItem);
  statement.override_actions = entries(verification, "override");
  statement.verify_timestamp = text_or_empty(verification, "verifyTimestamp");
  statement.registry_scopes = texts(object, "registryScopes");
  statement.trust_stores = texts(object, "trustStores");
  statement.trusted_identities = texts(object, "trustedIdentities");
  return statement;
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Why the statement cannot stand beside the others; empty when it can.
std::string clash(const TrustPolicy& policy, const TrustPolicyStatement& statement) {
  if (policy.find(statement.name) != nullptr) {
    return "there are two statements of the name " + base::quoted(statement.name);
  }
  for (const TrustPolicyStatement& other : policy.statements) {
    for (const std::string& scope : statement.registry_scopes) {
      if (contains(other.registry_scopes, scope)) {
        return "the registry scope " + base::quoted(scope) + " is in two statements, " + base::quoted(other.name) +
               " and " + base::quoted(statement.name);
      }
    }
  }
  return {};
}

template <typename List>
auto find_named(const List& list, std::string_view name) -> decltype(&list.front()) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.name == name; });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const NotationKey* NotationKeys::find(std::string_view name) const {
  return find_named(keys, name);
}

const NotationKey* NotationKeys::find_default() const {
  return default_name ? find(*default_name) : nullptr;
}

const TrustPolicyStatement* TrustPolicy::find(std::string_view name) const {
  return find_named(statements, name);
}

const TrustPolicyStatement* TrustPolicy::find_for(std::string_view scope) const {
  const TrustPolicyStatement* wildcard = nullptr;
  for (const TrustPolicyStatement& statement : statements) {
    if (contains(statement.registry_scopes, scope)) return &statement;
    if (contains(statement.registry_scopes, kWildcard)) wildcard = &statement;
  }
  return wildcard;
}

NotationKeys decode_notation_keys(std::string_view json, std::string_view file) {
  const DocumentRefusal refusal = refusal_of(file, "notation key list shows what notation makes of it");
  const Json value = parse_document(json, kMaximumNotationFile, refusal);
  DocumentObject document(value, {}, refusal);
  NotationKeys keys;
  for_each_object(document, "keys", refusal, [&](DocumentObject& object) {
    NotationKey key = read_key(object);
    if (keys.find(key.name) != nullptr) object.refuse("name", base::quoted(key.name) + " stands twice");
    keys.keys.push_back(std::move(key));
  });
  if (find_value(document, "default") != nullptr) {
    keys.default_name = document.filled_text("default", kMaximumItem);
    if (keys.find_default() == nullptr) {
      document.refuse("default", "there is no key " + base::quoted(*keys.default_name));
    }
  }
  return keys;
}

TrustPolicy decode_trust_policy(std::string_view json, std::string_view file) {
  const DocumentRefusal refusal = refusal_of(file, "notation policy show tells what notation makes of it");
  const Json value = parse_document(json, kMaximumNotationFile, refusal);
  DocumentObject document(value, {}, refusal);
  if (const std::string version = document.text("version", kMaximumItem); version != "1.0") {
    document.refuse("version", base::quoted(version) + " is not 1.0");
  }
  TrustPolicy policy;
  for_each_object(document, "trustPolicies", refusal, [&](DocumentObject& object) {
    TrustPolicyStatement statement = read_statement(object);
    if (const std::string fault = clash(policy, statement); !fault.empty()) refusal.refuse(fault);
    policy.statements.push_back(std::move(statement));
  });
  return policy;
}

}  // namespace schema
