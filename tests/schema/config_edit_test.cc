#include "schema/config_edit.h"

#include "schema/config.h"
#include "throws_error.h"

using base::ErrorKind;

namespace {

const schema::KeyEntry kEntry{
    "pkcs11:token=prod;object=release", "/usr/lib/module.so", "release.pem", {}, {}, {}, {}, {}};

}  // namespace

TEST_CASE("a key is added to a file that is not there yet") {
  const std::string text = schema::add_key_entry("", "config.json", "release", kEntry);
  REQUIRE(text ==
          "{\n"
          "  \"version\": 1,\n"
          "  \"keys\": {\n"
          "    \"release\": {\n"
          "      \"uri\": \"pkcs11:token=prod;object=release\",\n"
          "      \"module\": \"/usr/lib/module.so\",\n"
          "      \"chain_file\": \"release.pem\"\n"
          "    }\n"
          "  }\n"
          "}\n");
}

TEST_CASE("what the file says already keeps its order and values") {
  const std::string before =
      R"({"x-note": "ours", "log_level": "info", "version": 1, "keys": {"team": {"uri": "pkcs11:object=team"}}})";
  const std::string after = schema::add_key_entry(before, "config.json", "release", kEntry);
  REQUIRE(after.find("x-note") < after.find("log_level"));
  REQUIRE(after.find("log_level") < after.find("version"));
  const schema::Config config = schema::decode_config(after, "config.json", false);
  REQUIRE(config.keys.at("team").uri == "pkcs11:object=team");
  REQUIRE(config.keys.at("release").chain_file == "release.pem");
  REQUIRE_FALSE(config.keys.at("release").pin_source.has_value());
}

TEST_CASE("a key that is there already is never changed") {
  const std::string text = schema::add_key_entry("", "config.json", "release", kEntry);
  const base::Error error = error_of([&] { schema::add_key_entry(text, "config.json", "release", kEntry); });
  require_error(error, ErrorKind::invalid_settings);
  REQUIRE(error.message().find("keys.release is there already") != std::string::npos);
}

TEST_CASE("neither a broken file nor a wrong name is written") {
  REQUIRE_ERROR(schema::add_key_entry("{", "config.json", "release", kEntry), ErrorKind::invalid_settings);
  REQUIRE_ERROR(schema::add_key_entry(R"({"version": 2})", "config.json", "release", kEntry),
                ErrorKind::invalid_settings);
  REQUIRE_ERROR(schema::add_key_entry("", "config.json", "", kEntry), ErrorKind::invalid_settings);
}

TEST_CASE("what a login needs goes into the entry") {
  schema::KeyEntry entry = kEntry;
  entry.pin_source = "env:PIN";
  entry.user_type = 0x80000001;
  entry.login_user = "anna";
  entry.init_args = "configdir=x";
  entry.quirks.set(pkcs11::Quirk::rw_session);
  entry.quirks.set(pkcs11::Quirk::force_login);
  const std::string text = schema::add_key_entry("", "config.json", "release", entry);
  const schema::KeySettings key = schema::decode_config(text, "config.json", false).keys.at("release");
  REQUIRE(key.pin_source == "env:PIN");
  REQUIRE(key.user_type == 0x80000001);
  REQUIRE(key.login_user == "anna");
  REQUIRE(key.init_args == "configdir=x");
  REQUIRE(key.quirks == entry.quirks);
}
