#include "schema/notation_files.h"

#include "catch.h"
#include "throws_error.h"

using base::ErrorKind;
using schema::decode_notation_keys;
using schema::decode_trust_policy;

namespace {

std::string policy(const std::string& statements) {
  return R"({"version": "1.0", "trustPolicies": [)" + statements + "]}";
}

std::string statement(const std::string& name, const std::string& scope) {
  return R"({"name": ")" + name + R"(", "registryScopes": [")" + scope +
         R"("], "signatureVerification": {"level": "strict"}, "trustStores": ["ca:prod"], "trustedIdentities": ["*"]})";
}

}  // namespace

TEST_CASE("notation's keys are read with their plugin, id and settings") {
  const auto keys = decode_notation_keys(R"({
    "default": "release",
    "keys": [
      {"name": "release", "id": "pkcs11:object=release", "pluginName": "pkcs11", "pluginConfig": {"chain_file": "/c"}},
      {"name": "local", "keyPath": "/k.key", "certPath": "/k.crt", "later": [1]}
    ]})",
                                         "keys");
  REQUIRE(keys.keys.size() == 2);
  const schema::NotationKey* release = keys.find_default();
  REQUIRE(release != nullptr);
  CHECK(release->plugin_name == "pkcs11");
  CHECK(release->id == "pkcs11:object=release");
  CHECK(release->plugin_config.at("chain_file") == "/c");
  CHECK(keys.find("local")->certificate_path == "/k.crt");
  CHECK(keys.find("local")->plugin_name.empty());
  CHECK(keys.find("other") == nullptr);
}

TEST_CASE("a file without keys, or with null in their place, has none") {
  for (const char* json : {R"({})", R"({"keys": null, "default": null})", R"({"keys": []})"}) {
    const auto keys = decode_notation_keys(json, "keys");
    CHECK(keys.keys.empty());
    CHECK(keys.find_default() == nullptr);
  }
}

TEST_CASE("what notation refuses in its keys is refused with file and place") {
  const base::Error twice = error_of([] { decode_notation_keys(R"({"keys": [{"name": "a"}, {"name": "a"}]})", "/k"); });
  CHECK(twice.kind() == ErrorKind::invalid_settings);
  CHECK(twice.message() == "cannot read notation's file /k: keys[1].name: \"a\" stands twice");
  for (const char* json : {R"({"keys": [{"name": ""}]})", R"({"keys": [{}]})", R"({"default": "a"})", R"({"keys": {}})",
                           R"([])", R"({"keys": [{"name": "a", "pluginConfig": {"b": 1}}]})", ""}) {
    CAPTURE(json);
    REQUIRE_ERROR(decode_notation_keys(json, "/k"), ErrorKind::invalid_settings);
  }
}

TEST_CASE("the statement for a scope is the one that names it, else the one for all") {
  const auto read =
      decode_trust_policy(policy(statement("all", "*") + "," + statement("one", "example.com/one")), "policy");
  CHECK(read.find_for("example.com/one")->name == "one");
  CHECK(read.find_for("example.com/two")->name == "all");
  CHECK(read.find("one")->trust_stores == std::vector<std::string>{"ca:prod"});
  const auto narrow = decode_trust_policy(policy(statement("one", "example.com/one")), "policy");
  CHECK(narrow.find_for("example.com/two") == nullptr);
}

TEST_CASE("what notation refuses in a trust policy is refused") {
  for (const std::string& json :
       {policy(statement("a", "*") + "," + statement("a", "example.com/x")),
        policy(statement("a", "*") + "," + statement("b", "*")), policy(R"({"name": "a"})"),
        std::string(R"({"trustPolicies": []})"), std::string(R"({"version": "2.0", "trustPolicies": []})")}) {
    CAPTURE(json);
    REQUIRE_ERROR(decode_trust_policy(json, "/p"), ErrorKind::invalid_settings);
  }
}
