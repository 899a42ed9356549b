#include "schema/config.h"

#include "catch.h"
#include "throws_error.h"

using namespace std::chrono_literals;
using schema::Config;
using schema::decode_config;
using schema::KeySettings;

namespace {

Config decode(std::string_view json) {
  return decode_config(json, "/c.json", false);
}
Config decode_as_administrator(std::string_view json) {
  return decode_config(json, "/c.json", true);
}

// A file with one key, "release", that has these members.
KeySettings key_with(const std::string& members) {
  return decode(R"({"version":1,"keys":{"release":{)" + members + "}}}").keys.at("release");
}

std::string cause_of(const base::Error& error) {
  require_error(error, base::ErrorKind::invalid_settings);
  REQUIRE(error.phase() == base::Phase::settings);
  const std::string prefix = "cannot read the configuration file /c.json: ";
  REQUIRE(error.message().starts_with(prefix));
  return error.message().substr(prefix.size());
}

std::string file_cause(const std::string& json) {
  return cause_of(error_of([&] { decode(json); }));
}

std::string key_cause(const std::string& members) {
  return cause_of(error_of([&] { key_with(members); }));
}

}  // namespace

TEST_CASE("the least configuration file sets nothing") {
  const Config config = decode(" {\"version\": 1}\n");
  REQUIRE(config.keys.empty());
  REQUIRE_FALSE(config.log_level);
  REQUIRE_FALSE(config.log_file);
  REQUIRE_FALSE(config.allow_user_config);
}

TEST_CASE("every setting of a key is read") {
  const KeySettings key = key_with(R"("uri":"pkcs11:token=prod;object=release","module":"/usr/lib/m.so",
    "chain_file":"release.pem","pin_source":"file:/run/secrets/pin","user_type":2147483649,"login_user":"cu",
    "init_args":"configdir='sql:/db'","busy_wait":0,"quirks":["no-finalize","deepbind"],"leaf_expiry":14,
    "allow_opaque_payload":true,
    "timeouts":{"load":1,"initialise":2,"slots":3,"open":4,"login":5,"find":6,"sign":60.5,"generate":0.001})");
  REQUIRE(key.uri == "pkcs11:token=prod;object=release");
  REQUIRE(key.module == "/usr/lib/m.so");
  REQUIRE(key.chain_file == "release.pem");
  REQUIRE(key.pin_source == "file:/run/secrets/pin");
  REQUIRE(key.user_type == 0x80000001UL);
  REQUIRE(key.login_user == "cu");
  REQUIRE(key.init_args == "configdir='sql:/db'");
  REQUIRE(key.busy_wait == 0ms);
  REQUIRE(key.quirks);
  REQUIRE(key.quirks->has(pkcs11::Quirk::no_finalize));
  REQUIRE(key.quirks->has(pkcs11::Quirk::deepbind));
  REQUIRE_FALSE(key.quirks->has(pkcs11::Quirk::rw_session));
  REQUIRE(key.leaf_expiry == schema::LeafExpiry{14, false});
  REQUIRE(key.allow_opaque_payload == true);
  const schema::TimeoutSettings& timeouts = key.timeouts;
  REQUIRE(timeouts.load == 1s);
  REQUIRE(timeouts.initialise == 2s);
  REQUIRE(timeouts.slots == 3s);
  REQUIRE(timeouts.open == 4s);
  REQUIRE(timeouts.login == 5s);
  REQUIRE(timeouts.find == 6s);
  REQUIRE(timeouts.sign == 60500ms);
  REQUIRE(timeouts.generate == 1ms);
}

TEST_CASE("a key with no settings is a key") {
  const KeySettings key = key_with("");
  REQUIRE_FALSE(key.uri);
  REQUIRE_FALSE(key.quirks);
  REQUIRE_FALSE(key.leaf_expiry);
  REQUIRE_FALSE(key.timeouts.sign);
}

TEST_CASE("the top level's settings are read") {
  const Config config = decode_as_administrator(
      R"({"version":1,"log_level":"debug","log_file":"/var/log/p.log","allow_user_config":false,
          "require_named_keys":true,"allowed_modules":["/a.so","/b.so"]})");
  REQUIRE(config.log_level == schema::LogLevel::debug);
  REQUIRE(config.log_file == "/var/log/p.log");
  REQUIRE(config.allow_user_config == false);
  REQUIRE(config.require_named_keys == true);
  REQUIRE(config.allowed_modules == std::vector<std::string>{"/a.so", "/b.so"});
}

TEST_CASE("the administrator's settings are refused in a user's file") {
  for (const char* member :
       {R"("allow_user_config":true)", R"("require_named_keys":false)", R"("allowed_modules":[])"}) {
    const std::string json = R"({"version":1,)" + std::string(member) + '}';
    REQUIRE_NOTHROW(decode_as_administrator(json));
    REQUIRE(file_cause(json).ends_with(": only the administrator's file may set this"));
  }
}

TEST_CASE("what is recorded is said for a key, and by the administrator for all of them") {
  using schema::AuditMode;
  REQUIRE_FALSE(key_with("").audit);
  REQUIRE(key_with(R"("audit":"required")").audit == AuditMode::required);
  REQUIRE(key_with(R"("audit":"on")").audit == AuditMode::on);
  REQUIRE(key_with(R"("audit":"off")").audit == AuditMode::off);
  REQUIRE(key_cause(R"("audit":"maybe")") == "keys.release.audit: must be required, on or off");
  const std::string for_all = R"({"version":1,"audit":"required","audit_syslog":true})";
  REQUIRE(decode_as_administrator(for_all).audit == AuditMode::required);
  REQUIRE(decode_as_administrator(for_all).audit_syslog == true);
  REQUIRE(file_cause(R"({"version":1,"audit":"off"})") ==
          "audit: only the administrator's file may set this for all keys: put it under keys.NAME");
  REQUIRE(decode(R"({"version":1,"audit_syslog":false})").audit_syslog == false);
}

TEST_CASE("a newer version is refused before anything else is looked at") {
  REQUIRE(file_cause(R"({"keys":7,"new_member":true,"version":2})") ==
          "version: 2 needs a newer notation-pkcs11; this release reads version 1");
}

TEST_CASE("a version that is missing or none is refused") {
  REQUIRE(file_cause("{}") == "version is missing");
  for (const char* version : {"0", "-1", "1.0", "\"1\"", "null", "true", "[1]"}) {
    REQUIRE(file_cause(R"({"version":)" + std::string(version) + '}') == "version: must be 1");
  }
}

TEST_CASE("an unknown member is refused with the nearest known one") {
  REQUIRE(key_cause(R"("chainfile":"a")") == "keys.release.chainfile: is not a setting; did you mean chain_file?");
  REQUIRE(key_cause(R"("modul":"/a")") == "keys.release.modul: is not a setting; did you mean module?");
  REQUIRE(key_cause(R"("pin-source":"prompt")") ==
          "keys.release.pin-source: is not a setting; did you mean pin_source?");
  REQUIRE(key_cause(R"("module_path":"/a")") == "keys.release.module_path: is not a setting; did you mean module?");
  REQUIRE(key_cause(R"("timeouts":{"signing":3})") ==
          "keys.release.timeouts.signing: is not a setting; did you mean sign?");
  REQUIRE(key_cause(R"("timeouts":{"initialize":3})") ==
          "keys.release.timeouts.initialize: is not a setting; did you mean initialise?");
  REQUIRE(file_cause(R"({"version":1,"key":{}})") == "key: is not a setting; did you mean keys?");
  REQUIRE(file_cause(R"({"version":1,"completely different":{}})") == "completely different: is not a setting");
}

TEST_CASE("an unknown member's value is never shown, and its name is made safe") {
  const base::Error error = error_of([] { decode(R"({"version":1,"a\u001b\u202e":"hunter2"})"); });
  const std::string all = error.message() + error.hint();
  REQUIRE(all.find("hunter2") == std::string::npos);
  REQUIRE(all.find('\x1b') == std::string::npos);
  REQUIRE(all.find("\xe2\x80\xae") == std::string::npos);
  REQUIRE(error.hint().find("settings here: version, keys, log_level, log_file") == 0);
}

TEST_CASE("members that begin with x- are ignored at every level but not as key names") {
  REQUIRE_NOTHROW(decode(R"({"version":1,"x-note":[1],"keys":{"a":{"x-":null,"timeouts":{"x-y":{}}}}})"));
  REQUIRE(decode(R"({"version":1,"keys":{"x-a":{}}})").keys.contains("x-a"));
  REQUIRE(file_cause(R"({"version":1,"keys":{"x-a":7}})") == "keys.x-a is a number, not an object");
}

TEST_CASE("settings that this release does not act on are refused, never passed over") {
  for (const char* name : {"tokens"}) {
    const std::string member = '"' + std::string(name) + R"(":{"required":true})";
    const std::string cause = ": this release of notation-pkcs11 does not have this setting";
    REQUIRE(key_cause(member) == "keys.release." + std::string(name) + cause);
    REQUIRE(file_cause(R"({"version":1,)" + member + '}') == name + cause);
  }
}

TEST_CASE("a PIN in the file is refused with the remedy and without its value") {
  for (const char* name : {"pin", "PIN", "user_pin", "pin-value", "password", "passphrase", "secret"}) {
    const base::Error error = error_of([&] { key_with('"' + std::string(name) + R"(":"hunter2")"); });
    REQUIRE(cause_of(error) ==
            "keys.release." + std::string(name) + ": a PIN does not belong in the configuration file");
    REQUIRE(error.hint().find("pin_source file:PATH") != std::string::npos);
    REQUIRE((error.message() + error.hint()).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a setting at the wrong level is told where it belongs") {
  REQUIRE(file_cause(R"({"version":1,"uri":"pkcs11:"})") == "uri: belongs to a key: put it under keys.NAME");
  REQUIRE(key_cause(R"("log_level":"debug")") ==
          "keys.release.log_level: belongs at the top level of the file, not to a key");
}

TEST_CASE("chain_file and ca_certs are one setting") {
  REQUIRE(key_with(R"("ca_certs":"ca.pem")").chain_file == "ca.pem");
  REQUIRE(key_cause(R"("ca_certs":"a.pem","chain_file":"b.pem")") ==
          "keys.release.ca_certs: is another name for chain_file; set one of them");
}

TEST_CASE("a value of a wrong type is refused with the member's path") {
  REQUIRE(key_cause(R"("uri":7)") == "keys.release.uri: is a number, not text");
  REQUIRE(key_cause(R"("module":null)") == "keys.release.module: is null, not text");
  REQUIRE(key_cause(R"("allow_opaque_payload":"true")") ==
          "keys.release.allow_opaque_payload: is text, not true or false");
  REQUIRE(key_cause(R"("quirks":"deepbind")") == "keys.release.quirks: is text, not an array");
  REQUIRE(key_cause(R"("quirks":[1])") == "keys.release.quirks: holds a number where text belongs");
  REQUIRE(key_cause(R"("timeouts":5)") == "keys.release.timeouts is a number, not an object");
  REQUIRE(file_cause(R"({"version":1,"keys":[]})") == "keys is an array, not an object");
  REQUIRE(file_cause(R"({"version":1,"log_level":"loud"})") == "log_level: must be debug, info, warning or error");
  REQUIRE(file_cause("[]") == "it is an array, not an object");
}

TEST_CASE("paths must be usable as they stand") {
  REQUIRE(key_cause(R"("module":"libsofthsm2.so")") ==
          "keys.release.module: must be the absolute path of a PKCS#11 library");
  REQUIRE(key_cause(R"("module":"~/m.so")") ==
          "keys.release.module: begins with ~, which is not expanded here; write the whole path");
  REQUIRE(key_cause(R"("chain_file":"~/c.pem")").ends_with("write the whole path"));
  REQUIRE(key_cause(R"("chain_file":"")") == "keys.release.chain_file: is empty");
  REQUIRE(key_cause(R"("chain_file":"a\u0000b")") == "keys.release.chain_file: holds a control character");
  REQUIRE(cause_of(error_of([] { decode_as_administrator(R"({"version":1,"allowed_modules":["/a","b"]})"); })) ==
          "allowed_modules: entry 2 must be the absolute path of a PKCS#11 library");
}

TEST_CASE("a PIN source names a place and its value is never repeated") {
  for (const char* good :
       {"prompt", "env:MY_PIN", "file:pin", "file:/run/pin", "file:///run/pin", "credential:hsm.pin"}) {
    REQUIRE(key_with(R"("pin_source":")" + std::string(good) + '"').pin_source == good);
  }
  for (const char* wrong :
       {"hunter2", "", "env:", "env:1A", "env:hunter2!", "file:", "file:~/hunter2", "/hunter2", "credential:hunter2/x",
        "credential:", "credential:..", "|hunter2", "Prompt", "prompt ", "exec:hunter2", "file:hunter2\\n"}) {
    const std::string cause = key_cause(R"("pin_source":")" + std::string(wrong) + '"');
    REQUIRE(cause.starts_with("keys.release.pin_source: "));
    REQUIRE(cause.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a URI is not looked into and never shown") {
  REQUIRE(key_with(R"("uri":"not a uri")").uri == "not a uri");
  const base::Error error = error_of([] { key_with(R"("uri":"pkcs11:?pin-value=hunter2\n")"); });
  REQUIRE(cause_of(error) == "keys.release.uri: holds a control character");
}

TEST_CASE("a user type is the user or a vendor's number") {
  REQUIRE(key_with(R"("user_type":"user")").user_type == 1UL);
  REQUIRE(key_with(R"("user_type":1)").user_type == 1UL);
  REQUIRE(key_with(R"("user_type":4294967295)").user_type == 0xffffffffUL);
  for (const char* wrong : {"0", "2", "-1", "1.0", "4294967296", "\"so\"", "null", "true", "18446744073709551616"}) {
    REQUIRE(key_cause(R"("user_type":)" + std::string(wrong)).starts_with("keys.release.user_type: must be \"user\""));
  }
}

TEST_CASE("a leaf's expiry warns some days before, or refuses") {
  REQUIRE(key_with(R"("leaf_expiry":0)").leaf_expiry == schema::LeafExpiry{0, false});
  REQUIRE(key_with(R"("leaf_expiry":"refuse")").leaf_expiry == schema::LeafExpiry{30, true});
  for (const char* wrong : {"-1", "30.5", "30.0", "3651", "\"30\"", "true", "null"}) {
    REQUIRE(key_cause(R"("leaf_expiry":)" + std::string(wrong)) ==
            "keys.release.leaf_expiry: must be a whole number of days from 0 to 3650, or \"refuse\"");
  }
}

TEST_CASE("timeouts are seconds greater than 0 and up to a day") {
  REQUIRE(key_with(R"("timeouts":{"sign":86400})").timeouts.sign == 24h);
  for (const char* wrong : {"0", "-1", "0.0001", "86401", "1e300", "\"5\"", "null", "true"}) {
    REQUIRE(key_cause(R"("timeouts":{"sign":)" + std::string(wrong) + '}') ==
            "keys.release.timeouts.sign: must be a number of seconds, greater than 0 and up to 86400");
  }
  REQUIRE(key_cause(R"("busy_wait":-1)") == "keys.release.busy_wait: must be a number of seconds, from 0 up to 86400");
}

TEST_CASE("an unknown quirk is refused with the nearest one") {
  REQUIRE(key_cause(R"("quirks":["deepbind","no_finalise"])") ==
          "keys.release.quirks: \"no_finalise\" is not a quirk; did you mean no-finalize?");
}

TEST_CASE("a key's name is printable text that is no URI") {
  REQUIRE(decode("{\"version\":1,\"keys\":{\"Freigabe f\xc3\xbcr alle\":{}}}").keys.size() == 1);
  REQUIRE(file_cause(R"({"version":1,"keys":{"":{}}})") == "keys.\"\": a key's name must not be empty");
  for (const char* name : {"pkcs11:object=a", "PKCS11:", "Pkcs11:?pin-value=hunter2"}) {
    REQUIRE(file_cause(R"({"version":1,"keys":{")" + std::string(name) + R"(":{}}})") ==
            "keys.\"pkcs11:...\": a key's name must not begin with pkcs11:");
  }
  REQUIRE(file_cause(R"({"version":1,"keys":{"a\nb":{}}})") == "keys.a\\x0ab: a key's name must be printable text");
  REQUIRE_NOTHROW(decode(R"({"version":1,"keys":{"pkcs11":{},"pkcs11-a":{}}})"));
}

TEST_CASE("a member twice is refused by name") {
  REQUIRE(file_cause(R"({"version":1,"keys":{"a":{"uri":"x","uri":"y"}}})") ==
          "member \"uri\" stands twice in one object");
  REQUIRE(file_cause(R"({"version":1,"keys":{"a":{},"a":{}}})") == "member \"a\" stands twice in one object");
}

TEST_CASE("a file that is not JSON is refused with line and column and without its text") {
  const base::Error error = error_of([] { decode("{\n \"version\": 1, // hunter2\n}"); });
  REQUIRE(cause_of(error) == "not valid JSON at line 2, column 16");
  REQUIRE(error.hint() == "JSON has no comments, no comma before a closing bracket and no single quotes");
  REQUIRE(file_cause(" \n") == "it is empty");
  REQUIRE(file_cause(std::string("{\"version\":1}\0{}", 16)).starts_with("not valid JSON"));
}

TEST_CASE("a file beyond the bound is refused") {
  const std::string json = R"({"version":1})";
  REQUIRE_NOTHROW(decode(json + std::string(schema::kMaximumConfigSize - json.size(), ' ')));
  REQUIRE(file_cause(json + std::string(schema::kMaximumConfigSize, ' ')) == "it is longer than 1048576 bytes");
}

TEST_CASE("the file's name is made safe in a message") {
  const base::Error error = error_of([] { decode_config("{}", "/a\x1b[31m/config.json", false); });
  REQUIRE(error.message() == "cannot read the configuration file /a\\x1b[31m/config.json: version is missing");
}
