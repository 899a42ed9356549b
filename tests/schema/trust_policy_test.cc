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
  const std::string merged = schema::add_trust_rule(schema::new_trust_policy(kRule), "trustpolicy.json", rule_for("*"));
  const Json policy = Json::parse(merged);
  REQUIRE(policy["trustPolicies"].size() == 1);
  REQUIRE(policy["trustPolicies"][0]["trustStores"] == Json::array({"ca:release", "ca:other"}));
  REQUIRE(policy["trustPolicies"][0]["trustedIdentities"].size() == 2);
  REQUIRE(schema::add_trust_rule(merged, "trustpolicy.json", rule_for("*")) == merged);
}

TEST_CASE("a rule for a new scope is a statement of its own") {
  const std::string merged = schema::add_trust_rule(schema::new_trust_policy(kRule), "trustpolicy.json",
                                                    rule_for("registry.example.com/team"));
  const Json policy = Json::parse(merged);
  REQUIRE(policy["trustPolicies"].size() == 2);
  REQUIRE(policy["trustPolicies"][1]["registryScopes"] == Json::array({"registry.example.com/team"}));
}

TEST_CASE("identities stay as they are where everybody is trusted") {
  schema::TrustRule anybody = kRule;
  anybody.identity = "*";
  const std::string open = schema::new_trust_policy(anybody);
  const Json policy = Json::parse(schema::add_trust_rule(open, "trustpolicy.json", rule_for("*")));
  REQUIRE(policy["trustPolicies"][0]["trustedIdentities"] == Json::array({"*"}));
}

TEST_CASE("to trust everybody is not slipped into a statement that names whom it trusts") {
  schema::TrustRule anybody = rule_for("*");
  anybody.identity = "*";
  const Json policy = Json::parse(schema::add_trust_rule(schema::new_trust_policy(kRule), "trustpolicy.json", anybody));
  REQUIRE(policy["trustPolicies"][0]["trustedIdentities"] == Json::array({kRule.identity}));
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
