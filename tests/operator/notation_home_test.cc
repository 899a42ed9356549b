#include "notation/home.h"

#include <unistd.h>

#include "../platform/environment_scope.h"
#include "../platform/temporary_folder.h"
#include "catch.h"
#include "throws_error.h"

using operators::NotationHome;

namespace {

// Everything that decides where notation's folders are.
struct Variables {
  EnvironmentScope home, xdg_config, xdg_cache;
  EnvironmentScope config{"NOTATION_CONFIG", nullptr}, libexec{"NOTATION_LIBEXEC", nullptr},
      cache{"NOTATION_CACHE", nullptr};
  Variables(const char* home_folder, const char* config_folder, const char* cache_folder)
      : home("HOME", home_folder),
        xdg_config("XDG_CONFIG_HOME", config_folder),
        xdg_cache("XDG_CACHE_HOME", cache_folder) {}
};

NotationHome in_folder(const std::string& path) {
  return {path, path, path};
}

}  // namespace

TEST_CASE("notation's folders are below the home folder") {
  const Variables variables("/home/u", nullptr, nullptr);
  const NotationHome home = NotationHome::locate();
  CHECK(home.signing_keys() == "/home/u/.config/notation/signingkeys.json");
  CHECK(home.trust_policy() == "/home/u/.config/notation/trustpolicy.json");
  CHECK(home.trust_store("ca", "prod") == "/home/u/.config/notation/truststore/x509/ca/prod");
  CHECK(home.plugin_executable() == "/home/u/.config/notation/plugins/pkcs11/notation-pkcs11");
  CHECK(home.cache == "/home/u/.cache/notation");
}

TEST_CASE("the XDG folders come before the home folder") {
  const Variables variables("/home/u", "/xdg/config", "/xdg/cache");
  const NotationHome home = NotationHome::locate();
  CHECK(home.config == "/xdg/config/notation");
  CHECK(home.libexec == "/xdg/config/notation");
  CHECK(home.cache == "/xdg/cache/notation");
}

TEST_CASE("without a home, or with a relative XDG folder, notation uses the working folder") {
  for (const auto& [home_folder, xdg] :
       {std::pair<const char*, const char*>{nullptr, nullptr}, {"/home/u", "relative"}}) {
    const Variables variables(home_folder, xdg, xdg);
    const NotationHome home = NotationHome::locate();
    CHECK(home.config == ".notation");
    CHECK(home.cache == ".notation/cache");
  }
}

TEST_CASE("notation's own variables come first, and plugins follow the configuration") {
  const Variables variables("/home/u", "/xdg/config", nullptr);
  const EnvironmentScope config("NOTATION_CONFIG", "/etc/n");
  CHECK(NotationHome::locate().plugin_folder() == "/etc/n/plugins/pkcs11");
  const EnvironmentScope libexec("NOTATION_LIBEXEC", "/usr/libexec/n");
  const NotationHome home = NotationHome::locate();
  CHECK(home.config == "/etc/n");
  CHECK(home.plugin_folder() == "/usr/libexec/n/plugins/pkcs11");
}

TEST_CASE("keys that notation has not written yet are none, and a link is refused as notation refuses it") {
  const TemporaryFolder folder;
  const NotationHome home = in_folder(folder.path());
  CHECK_FALSE(home.read_signing_keys());
  CHECK_FALSE(home.read_trust_policy());
  folder.write("elsewhere", R"({"keys": []})");
  REQUIRE(::symlink("elsewhere", home.signing_keys().c_str()) == 0);
  REQUIRE_ERROR(home.read_signing_keys(), base::ErrorKind::invalid_settings);
  REQUIRE(::unlink(home.signing_keys().c_str()) == 0);
  folder.write("signingkeys.json", R"({"keys": [{"name": "a", "pluginName": "pkcs11", "id": "b"}]})");
  CHECK(home.read_signing_keys()->find("a")->id == "b");
}

TEST_CASE("a plugin that notation cannot run is told why") {
  const TemporaryFolder folder;
  const NotationHome home = in_folder(folder.path());
  CHECK(operators::fault_of_plugin(home) == "it is not there");
  folder.make_folder("plugins");
  folder.make_folder("plugins/pkcs11");
  folder.write("plugins/pkcs11/notation-pkcs11", "#!/bin/sh\n", 0644);
  CHECK(operators::fault_of_plugin(home) == "this user may not run it");
  TemporaryFolder::set_mode(home.plugin_executable(), 0755);
  CHECK(operators::fault_of_plugin(home).empty());
}

TEST_CASE("names of trust stores are those that notation takes") {
  CHECK(operators::is_trust_store_name("prod-1.A_b"));
  for (const char* name : {"", "a b", "a/b", "\xc3\xa4"})
    CHECK_FALSE(operators::is_trust_store_name(name));
}
