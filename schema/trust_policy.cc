#include "schema/trust_policy.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "strict_json.h"

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;
constexpr const char* kAnybody = "*";
constexpr std::string_view kSubjectPrefix = "x509.subject:";
constexpr const char* kOwnStatement = "--scope HOST/REPOSITORY gives it a statement of its own";

using Texts = std::vector<std::string>;

Texts texts_of(const Json& list) {
  return list.is_array() ? list.get<Texts>() : Texts();
}

// The parts of a subject, as they are written; empty for what is none.
std::set<std::string> parts_of(std::string_view identity) {
  std::set<std::string> parts;
  if (!identity.starts_with(kSubjectPrefix)) return parts;
  identity.remove_prefix(kSubjectPrefix.size());
  std::string part;
  const auto close = [&] {
    const std::size_t begin = part.find_first_not_of(' ');
    if (begin != std::string::npos) parts.insert(part.substr(begin));
    part.clear();
  };
  for (std::size_t at = 0; at < identity.size(); ++at) {
    if (identity[at] == ',') {
      close();
      continue;
    }
    part += identity[at];
    if (identity[at] == '\\' && at + 1 < identity.size()) part += identity[++at];
  }
  close();
  return parts;
}

// Whether whoever has this subject has the other one too, which names less (notation-go v1.3.2 IsSubsetDN).
bool belongs_to(std::string_view identity, std::string_view wider) {
  if (identity == wider) return true;
  const std::set<std::string> all = parts_of(identity), some = parts_of(wider);
  return !some.empty() && std::includes(all.begin(), all.end(), some.begin(), some.end());
}

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

  // Adds to the statement what it does not say.
  TrustChange extend(Json& statement, const TrustRule& rule) const {
    const std::string name = base::quoted(statement["name"].get<std::string>());
    if (statement["signatureVerification"].value("level", Json()) == "skip") {
      refuse("statement " + name + " skips the verification of " + base::printable(rule.scope),
             "change its signatureVerification.level first");
    }
    const Texts stores = texts_of(statement["trustStores"]), identities = texts_of(statement["trustedIdentities"]);
    TrustChange change;
    change.identity = covering_identity(identities, rule.identity, name);
    const bool new_store = add(statement["trustStores"], rule.trust_store);
    const bool new_identity = add(statement["trustedIdentities"], change.identity);
    if (!new_store && !new_identity) return change;
    const std::size_t before = stores.size() * identities.size();
    const std::size_t after =
        texts_of(statement["trustStores"]).size() * texts_of(statement["trustedIdentities"]).size();
    if (after - before > 1 || change.identity != rule.identity) change.widening = widening_of(statement, name);
    change.text = text();
    return change;
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

  // Of the statement's identities the one to which the rule's belongs, else the rule's own.
  std::string covering_identity(const Texts& identities, const std::string& wanted, const std::string& name) const {
    if (std::find(identities.begin(), identities.end(), kAnybody) != identities.end()) return kAnybody;
    if (wanted == kAnybody && !identities.empty()) {
      refuse("statement " + name + " names whom it trusts, and this would trust whoever the store vouches for",
             kOwnStatement);
    }
    for (const std::string& identity : identities) {
      if (belongs_to(wanted, identity)) return identity;
      if (belongs_to(identity, wanted)) {
        refuse("statement " + name + " trusts " + base::printable(identity) + ", and notation allows no " +
                   base::printable(wanted) + " beside it",
               kOwnStatement);
      }
    }
    return wanted;
  }

  static std::string widening_of(const Json& statement, const std::string& name) {
    return "statement " + name + " now trusts each of its identities (" + list_of(statement["trustedIdentities"]) +
           ") with each of its stores (" + list_of(statement["trustStores"]) + ")";
  }

  static std::string list_of(const Json& texts) {
    std::string list;
    for (const std::string& text : texts_of(texts))
      list += (list.empty() ? "" : "; ") + base::printable(text);
    return list;
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

TrustChange add_trust_rule(std::string_view json, std::string_view file_name, const TrustRule& rule) {
  Policy policy(json, file_name);
  if (Json* statement = policy.covering(rule.scope)) {
    TrustChange change = policy.extend(*statement, rule);
    if (change.text.empty()) change.text = json;
    return change;
  }
  policy.require_free(rule.name);
  policy.statements().push_back(statement_of(rule));
  return {policy.text(), rule.identity, ""};
}

}  // namespace schema
