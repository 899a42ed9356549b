#include "doctor/registered_key.h"

#include "catch.h"

namespace operators {
namespace {

schema::NotationKeys one_key(const std::string& name, const std::string& id, const std::string& plugin = "pkcs11") {
  schema::NotationKey key;
  key.name = name;
  key.id = id;
  key.plugin_name = plugin;
  key.plugin_config = {{"module", "/usr/lib/x.so"}, {"ca_certs", "chain.pem"}};
  return {std::nullopt, {key}};
}

TEST_CASE("a key is found by its id, whatever the order and the query of its URI") {
  const auto keys = one_key("image-key", "pkcs11:token=prod;object=release?module-path=/usr/lib/x.so");
  const RegisteredKey found = find_registered(&keys, "pkcs11:object=release;token=prod", {}, {});
  REQUIRE(found.name == "image-key");
  REQUIRE(found.id == "pkcs11:object=release;token=prod");
  REQUIRE(found.flags.module == "/usr/lib/x.so");
  REQUIRE(found.flags.chain_file == "chain.pem");
  REQUIRE(found.completed == std::vector<std::string>{"module", "chain_file"});
}

TEST_CASE("a key is found by notation's name for it, unless we have a key of that name") {
  const auto keys = one_key("release", "pkcs11:object=release");
  REQUIRE(find_registered(&keys, "release", {}, {}).id == "pkcs11:object=release");
  const RegisteredKey ours = find_registered(&keys, "release", {}, {"release"});
  REQUIRE(ours.id == "release");
  REQUIRE(ours.name.empty());
}

TEST_CASE("what a flag says goes before what notation hands on") {
  const auto keys = one_key("image-key", "release");
  signing::ModuleFlags flags;
  flags.module = "/usr/lib/y.so";
  const RegisteredKey found = find_registered(&keys, "release", flags, {});
  REQUIRE(found.flags.module == "/usr/lib/y.so");
  REQUIRE(found.completed == std::vector<std::string>{"chain_file"});
}

TEST_CASE("another plugin's key of that id is not ours") {
  const auto keys = one_key("release", "release", "other");
  REQUIRE(find_registered(&keys, "release", {}, {}).name.empty());
  REQUIRE(find_registered(nullptr, "release", {}, {}).id == "release");
}

TEST_CASE("ids are the same as texts, or as URIs but for the query") {
  REQUIRE(same_key_id("release", "release"));
  REQUIRE(same_key_id("pkcs11:object=a;token=b", "pkcs11:token=b;object=a?pin-source=/x"));
  REQUIRE_FALSE(same_key_id("pkcs11:object=a", "pkcs11:object=b"));
  REQUIRE_FALSE(same_key_id("pkcs11:pin-value=1", "pkcs11:pin-value=2"));
}

}  // namespace
}  // namespace operators
