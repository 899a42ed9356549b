#include "schema/trust_policy.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/error.h"
#include "strict_json.h"

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;
constexpr const char* kAnybody = "*";

class Policy {
 public:
  Policy(std::string_view json, std::string_view file) : file_(file) {
    if (json.size() > kMaximumTrustPolicySize) {
      refuse("it is longer than " + std::to_string(kMaximumTrustPolicySize) + " bytes");
    }
    if (const StrictJson parsed = parse_strict(json); !parsed.fault.empty()) refuse(parsed.fault);
    document_ = Json::parse(json);
    if (!document_.is_object()) refuse("it must be an object");
    if (document_.value("version", Json()) != "1.0") refuse("version must be \"1.0\"");
    if (!document_.contains("trustPolicies") || !document_["trustPolicies"].is_array()) {
      refuse("trustPolicies must be an array");
    }
    for (const Json& statement : statements())
      check(statement);
  }

  Json& statements() { return document_["trustPolicies"]; }

  Json* covering(const std::string& scope) {
    const auto covers = [&scope](const Json& statement) {
      const Json& scopes = statement["registryScopes"];
      return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
    };
    const auto found = std::find_if(statements().begin(), statements().end(), covers);
    return found == statements().end() ? nullptr : &*found;
  }

  void require_free(const std::string& name) {
    for (const Json& statement : statements()) {
      if (statement["name"] == name) {
        refuse("there is a statement " + base::quoted(name) + " for other artifacts", "choose another name");
      }
    }
  }

  // Adds to the statement; false when it says so already.
  bool extend(Json& statement, const TrustRule& rule) const {
    if (statement["signatureVerification"].value("level", Json()) == "skip") {
      refuse("statement " + base::quoted(statement["name"].get<std::string>()) + " skips the verification of " +
                 base::printable(rule.scope),
             "change its signatureVerification.level first");
    }
    const bool new_store = add(statement["trustStores"], rule.trust_store);
    Json& identities = statement["trustedIdentities"];
    const bool anybody = std::find(identities.begin(), identities.end(), kAnybody) != identities.end();
    const bool new_identity = !anybody && rule.identity != kAnybody && add(identities, rule.identity);
    return new_store || new_identity;
  }

  std::string text() const { return document_.dump(kIndent) + "\n"; }

 private:
  [[noreturn]] void refuse(const std::string& cause, const std::string& hint = {}) const {
    throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                      "cannot change the trust policy " + base::printable(file_) + ": " + cause, hint);
  }

  void check(const Json& statement) const {
    const auto texts = [&](const char* name) {
      if (!statement.contains(name)) return true;
      const Json& list = statement[name];
      return list.is_array() &&
             std::all_of(list.begin(), list.end(), [](const Json& text) { return text.is_string(); });
    };
    const bool right = statement.is_object() && statement.contains("name") && statement["name"].is_string() &&
                       statement.contains("registryScopes") && statement.contains("signatureVerification") &&
                       statement["signatureVerification"].is_object() && texts("registryScopes") &&
                       texts("trustStores") && texts("trustedIdentities");
    if (!right) refuse("a statement in it is not one that notation reads", "notation policy show prints the policy");
  }

  static bool add(Json& list, const std::string& text) {
    if (std::find(list.begin(), list.end(), text) != list.end()) return false;
    list.push_back(text);
    return true;
  }

  std::string_view file_;
  Json document_;
};

Json statement_of(const TrustRule& rule) {
  return {{"name", rule.name},
          {"registryScopes", {rule.scope}},
          {"signatureVerification", {{"level", "strict"}}},
          {"trustStores", {rule.trust_store}},
          {"trustedIdentities", {rule.identity}}};
}

}  // namespace

std::string new_trust_policy(const TrustRule& rule) {
  const Json document = {{"version", "1.0"}, {"trustPolicies", Json::array({statement_of(rule)})}};
  return document.dump(kIndent) + "\n";
}

std::string add_trust_rule(std::string_view json, std::string_view file_name, const TrustRule& rule) {
  Policy policy(json, file_name);
  if (Json* statement = policy.covering(rule.scope)) {
    return policy.extend(*statement, rule) ? policy.text() : std::string(json);
  }
  policy.require_free(rule.name);
  policy.statements().push_back(statement_of(rule));
  return policy.text();
}

}  // namespace schema
