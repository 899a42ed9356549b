#include "schema/trust_policy.h"

#include <nlohmann/json.hpp>

#include "throws_error.h"

using base::ErrorKind;
using Json = nlohmann::json;

namespace {

const schema::TrustRule kRule{"release", "*", "ca:release", "x509.subject: C=CH, ST=ZH, O=Example"};

schema::TrustRule rule_for(const std::string& scope, const std::string& store = "ca:other") {
  return {"other", scope, store, "x509.subject: C=CH, ST=ZH, O=Other"};
}

}  // namespace

TEST_CASE("a new policy has one strict statement") {
  const Json policy = Json::parse(schema::new_trust_policy(kRule));
  REQUIRE(policy == Json::parse(R"({"version": "1.0", "trustPolicies": [{
    "name": "release", "registryScopes": ["*"], "signatureVerification": {"level": "strict"},
    "trustStores": ["ca:release"], "trustedIdentities": ["x509.subject: C=CH, ST=ZH, O=Example"]}]})"));
}

TEST_CASE("a rule for a scope that is covered goes into that statement") {
  const std::string merged =
      schema::add_trust_rule(schema::new_trust_policy(kRule), "trustpolicy.json", rule_for("*")).text;
  const Json policy = Json::parse(merged);
  REQUIRE(policy["trustPolicies"].size() == 1);
  REQUIRE(policy["trustPolicies"][0]["trustStores"] == Json::array({"ca:release", "ca:other"}));
  REQUIRE(policy["trustPolicies"][0]["trustedIdentities"].size() == 2);
  REQUIRE(schema::add_trust_rule(merged, "trustpolicy.json", rule_for("*")).text == merged);
}

TEST_CASE("a rule for a new scope is a statement of its own") {
  const std::string merged =
      schema::add_trust_rule(schema::new_trust_policy(kRule), "trustpolicy.json", rule_for("registry.example.com/team"))
          .text;
  const Json policy = Json::parse(merged);
  REQUIRE(policy["trustPolicies"].size() == 2);
  REQUIRE(policy["trustPolicies"][1]["registryScopes"] == Json::array({"registry.example.com/team"}));
}

TEST_CASE("where everybody is trusted the change says that a new store makes more of it") {
  schema::TrustRule anybody = kRule;
  anybody.identity = "*";
  const auto change = schema::add_trust_rule(schema::new_trust_policy(anybody), "trustpolicy.json", rule_for("*"));
  REQUIRE(Json::parse(change.text)["trustPolicies"][0]["trustedIdentities"] == Json::array({"*"}));
  REQUIRE(change.identity == "*");
  REQUIRE(change.widening ==
          "statement \"release\" now trusts each of its identities (*) with each of its stores (ca:release; ca:other)");
}

TEST_CASE("a change says that old stores vouch for the new identity and new ones for the old") {
  const auto change = schema::add_trust_rule(schema::new_trust_policy(kRule), "trustpolicy.json", rule_for("*"));
  REQUIRE(change.identity == rule_for("*").identity);
  REQUIRE(change.widening.find("each of its identities (" + kRule.identity + "; " + rule_for("*").identity) !=
          std::string::npos);
  const auto same_store =
      schema::add_trust_rule(schema::new_trust_policy(kRule), "trustpolicy.json", rule_for("*", kRule.trust_store));
  REQUIRE(same_store.widening.empty());
  const auto again = schema::add_trust_rule(change.text, "trustpolicy.json", rule_for("*"));
  REQUIRE(again.widening.empty());
}

TEST_CASE("to trust everybody is not slipped into a statement that names whom it trusts") {
  schema::TrustRule anybody = rule_for("*");
  anybody.identity = "*";
  REQUIRE_ERROR(schema::add_trust_rule(schema::new_trust_policy(kRule), "trustpolicy.json", anybody),
                ErrorKind::invalid_settings);
}

TEST_CASE("a subject that a wider one of the statement includes needs no entry") {
  schema::TrustRule narrower = kRule;
  narrower.identity = "x509.subject: C=CH,ST=ZH,O=Example,CN=a\\,b";
  const std::string policy = schema::new_trust_policy(kRule);
  const auto change = schema::add_trust_rule(policy, "trustpolicy.json", narrower);
  REQUIRE(change.text == policy);
  REQUIRE(change.identity == kRule.identity);
  REQUIRE_ERROR(schema::add_trust_rule(schema::new_trust_policy(narrower), "trustpolicy.json", kRule),
                ErrorKind::invalid_settings);
}

TEST_CASE("a policy that would not do what the rule says is left alone") {
  const auto refused = [](const std::string& policy, const schema::TrustRule& rule) {
    REQUIRE_ERROR(schema::add_trust_rule(policy, "trustpolicy.json", rule), ErrorKind::invalid_settings);
  };
  const std::string skip = R"({"version": "1.0", "trustPolicies": [
    {"name": "all", "registryScopes": ["*"], "signatureVerification": {"level": "skip"}}]})";
  refused(skip, kRule);
  schema::TrustRule same_name = rule_for("registry.example.com/team");
  same_name.name = "release";
  refused(schema::new_trust_policy(kRule), same_name);
  refused("{", kRule);
  refused(R"([])", kRule);
  refused(R"({"version": "1.1", "trustPolicies": []})", kRule);
  refused(R"({"version": "1.0", "trustPolicies": {}})", kRule);
  refused(R"({"version": "1.0", "trustPolicies": [{"name": "all"}]})", kRule);
  refused(R"({"version": "1.0", "trustPolicies": [{"name": 1, "registryScopes": ["*"], "signatureVerification": {}}]})",
          kRule);
}
