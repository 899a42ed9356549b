#include "schema/plugin_config.h"

#include "catch.h"
#include "schema/config.h"
#include "throws_error.h"

using schema::decode_plugin_config;

namespace {

base::Error refusal(const std::string& name, const std::string& value = "hunter2") {
  base::Error error = error_of([&] { decode_plugin_config({{name, value}}); });
  require_error(error, base::ErrorKind::invalid_settings);
  REQUIRE((error.message() + error.hint()).find("hunter2") == std::string::npos);
  return error;
}

std::string message(const std::string& name, const std::string& value = "hunter2") {
  return refusal(name, value).message();
}

}  // namespace

TEST_CASE("no plugin-config entries set nothing") {
  const schema::PluginConfig config = decode_plugin_config({});
  REQUIRE_FALSE(config.module);
  REQUIRE_FALSE(config.chain_file);
  REQUIRE_FALSE(config.pin_source);
}

TEST_CASE("module, chain and PIN source are read from plugin-config") {
  const schema::PluginConfig config =
      decode_plugin_config({{"module", "/m.so"}, {"chain_file", "a b.pem"}, {"pin_source", "env:PIN"}});
  REQUIRE(config.module == "/m.so");
  REQUIRE(config.chain_file == "a b.pem");
  REQUIRE(config.pin_source == "env:PIN");
  REQUIRE(decode_plugin_config({{"ca_certs", "/ca.pem"}}).chain_file == "/ca.pem");
}

TEST_CASE("chain_file and ca_certs together are refused in plugin-config") {
  const base::Error error = error_of([] { decode_plugin_config({{"ca_certs", "a"}, {"chain_file", "b"}}); });
  REQUIRE(error.message() ==
          "cannot use the plugin-config entry ca_certs: it is another name for chain_file; set one of them");
}

TEST_CASE("an entry that holds a PIN is refused with the remedy") {
  for (const char* name : {"pin", "Pin", "pin-value", "user-pin", "password", "so_pin", "PASSPHRASE"}) {
    const base::Error error = refusal(name);
    REQUIRE(error.message() ==
            "cannot use the plugin-config entry " + std::string(name) + ": a PIN does not belong there");
    REQUIRE(error.hint().find("NOTATION_PKCS11_PIN") != std::string::npos);
  }
}

TEST_CASE("every setting that only a file may hold is refused by name") {
  const schema::ConfigMembers members = schema::config_members();
  std::vector<std::string> names = members.key;
  for (const auto* more : {&members.top, &members.administrator_only, &members.timeouts}) {
    names.insert(names.end(), more->begin(), more->end());
  }
  for (const std::string& name : names) {
    if (name == "module" || name == "chain_file" || name == "ca_certs" || name == "pin_source") continue;
    if (name == "approval" || name == "approval_wait") continue;
    REQUIRE(message(name) ==
            "cannot use the plugin-config entry " + name + ": it can only be set in the configuration file");
  }
}

TEST_CASE("a rule about approvals is refused in plugin-config") {
  const base::Error error = refusal("approval");
  REQUIRE(error.message() == "cannot use the plugin-config entry approval: it belongs in the configuration file");
  REQUIRE(error.hint() == "who has to agree is not for the one who wants to sign to say; set it for the key there");
}

TEST_CASE("the time to wait for approvals is read from plugin-config in whole seconds") {
  using namespace std::chrono_literals;
  REQUIRE(decode_plugin_config({{"approval_wait", "0"}}).approval_wait == 0s);
  REQUIRE(decode_plugin_config({{"approval_wait", "86400"}}).approval_wait == 24h);
  REQUIRE_FALSE(decode_plugin_config({{"module", "/m.so"}}).approval_wait);
  for (const char* wrong : {"", "-1", "-0", "+1", "1.5", "15m", " 1", "1 ", "86401", "99999999999999999999", "0x10"}) {
    REQUIRE(message("approval_wait", wrong) ==
            "cannot use the plugin-config entry approval_wait: it must be a whole number of seconds from 0 to 86400");
  }
}

TEST_CASE("an entry that this release does not have is refused, never passed over") {
  for (const char* name : {"tokens"}) {
    REQUIRE(message(name).ends_with(": this release of notation-pkcs11 does not have this setting"));
  }
}

TEST_CASE("an unknown entry is refused by name with the nearest known one") {
  REQUIRE(message("pin-source") ==
          "cannot use the plugin-config entry pin-source: there is no such setting; did you mean pin_source?");
  REQUIRE(message("module-path").ends_with("did you mean module?"));
  REQUIRE(message("self_signed") == "cannot use the plugin-config entry self_signed: there is no such setting");
  REQUIRE(message("a\x1b[0m") == "cannot use the plugin-config entry a\\x1b[0m: there is no such setting");
  REQUIRE(message("") == "cannot use the plugin-config entry : there is no such setting");
  REQUIRE(message(std::string(100'000, 'x')).size() < 400);
}

TEST_CASE("values in plugin-config are held to the rules of the file") {
  REQUIRE(message("module", "hunter2.so") ==
          "cannot use the plugin-config entry module: it must be the absolute path of a PKCS#11 library");
  REQUIRE(message("module", "") == "cannot use the plugin-config entry module: it is empty");
  REQUIRE(message("chain_file", "~/hunter2.pem").find("begins with ~") != std::string::npos);
  REQUIRE(message("ca_certs", std::string("a\0hunter2", 9)).ends_with("it holds a control character"));
  REQUIRE(message("ca_certs", "hunter2\xff").ends_with("it is not UTF-8"));
  REQUIRE(message("pin_source", "hunter2").find("must be env:NAME, file:PATH, credential:NAME or prompt") !=
          std::string::npos);
  REQUIRE(message("pin_source", "credential:hunter2/").find("must name a credential after credential:") !=
          std::string::npos);
}
