#include "approval/policies.h"

#include "approval_fixture.h"
#include "catch.h"
#include "throws_error.h"
#include "trust/public_key.h"

using namespace fixture;
using base::ErrorKind;

namespace {

approval::Policy make_policy(const std::string& key_name, const std::string& public_key, const std::string& origin) {
  approval::Policy policy;
  policy.settings.public_key = public_key;
  policy.settings.backend = "exec";
  policy.key_name = key_name;
  policy.origin = origin;
  policy.folder = "/etc/notation-pkcs11/";
  return policy;
}

}  // namespace

TEST_CASE("a policy is found by its public key and by the key's name") {
  const std::string first(64, 'a');
  const std::string second(64, 'b');
  const approval::Policies policies(
      {make_policy("release", first, "/etc/a.json"), make_policy("nightly", second, "/etc/a.json")});
  REQUIRE(policies.find(second) != nullptr);
  CHECK(policies.find(second)->key_name == "nightly");
  REQUIRE(policies.of_name("release") != nullptr);
  CHECK(policies.of_name("release")->settings.public_key == first);
  CHECK(policies.find(std::string(64, 'c')) == nullptr);
  CHECK(policies.of_name("other") == nullptr);
}

TEST_CASE("policies are empty when no key has one") {
  CHECK(approval::Policies().empty());
  CHECK_FALSE(approval::Policies({make_policy("release", std::string(64, 'a'), "/etc/a.json")}).empty());
}

TEST_CASE("two names for one public key may have the same policy") {
  const std::string key(64, 'a');
  CHECK_NOTHROW(
      approval::Policies({make_policy("release", key, "/etc/a.json"), make_policy("also", key, "/home/b.json")}));
}

TEST_CASE("equal policies in two folders agree, unless a relative path in them means two files") {
  const std::string key(64, 'a');
  const auto agree = [&](const schema::TsbSettings& tsb) {
    std::vector<approval::Policy> policies{make_policy("release", key, "/etc/a.json"),
                                           make_policy("release", key, "/home/b.json")};
    policies.back().folder = "/home/";
    for (approval::Policy& policy : policies)
      policy.settings.securosys_tsb = tsb;
    try {
      (void)approval::Policies(policies);
      return true;
    } catch (const base::Error& error) {
      require_error(error, ErrorKind::invalid_settings);
      return false;
    }
  };
  schema::TsbSettings tsb;
  tsb.connection.token = "file:/run/token";
  tsb.connection.key_operation_api_keys = {"env:KEY", "file:///run/key"};
  tsb.application_key = "/etc/app.pem";
  CHECK(agree(tsb));
  tsb.connection.token = "file:token";
  CHECK_FALSE(agree(tsb));
  tsb.connection.token = "env:TOKEN";
  CHECK(agree(tsb));
  tsb.connection.key_operation_api_keys.push_back("file:key");
  CHECK_FALSE(agree(tsb));
  tsb.connection.key_operation_api_keys.clear();
  tsb.connection.ca_file = "ca.pem";
  CHECK_FALSE(agree(tsb));
}

TEST_CASE("two different policies for one public key are refused, naming both places") {
  const std::string key(64, 'a');
  approval::Policy other = make_policy("also", key, "/home/b.json");
  other.settings.grant_lifetime = 24h;
  const base::Error error =
      error_of([&] { (void)approval::Policies({make_policy("release", key, "/etc/a.json"), other}); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.message() ==
        "one public key has two different approvals: key \"release\" in /etc/a.json and key \"also\" in "
        "/home/b.json");
}

TEST_CASE("a key with a policy gets no grant without asking, under whatever name it is used") {
  const approval::Question question = make_question();
  const approval::Policies policies({make_policy("release", trust::spki_sha256(question.key), "/etc/a.json")});
  REQUIRE_ERROR((void)policies.none_needed(question.key), ErrorKind::internal);
}
