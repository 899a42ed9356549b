#include "signing/settings.h"

#include <cstdio>

#include "environment_scope.h"
#include "temporary_folder.h"
#include "throws_error.h"

namespace {

using base::ErrorKind;

// Two configuration files in a folder of their own, and a module that passes the file checks.
class Files {
  TemporaryFolder folder_;

 public:
  const std::string module = folder_.write("module.so", "not looked into", 0644);

  Files& administrator(const std::string& json) {
    files_.administrator = folder_.write("administrator.json", json);
    return *this;
  }
  Files& user(const std::string& json) {
    files_.user = folder_.write("user.json", json);
    return *this;
  }
  const std::string& user_path() const { return files_.user; }
  signing::Settings load() const { return signing::Settings::load(files_); }
  signing::KeySetup key(const std::string& id, const std::map<std::string, std::string>& plugin_config = {}) const {
    return load().key(id, plugin_config);
  }
  std::string uri(const std::string& path = "pkcs11:token=t;object=o") const { return path + "?module-path=" + module; }
  std::string path(const std::string& name) const { return folder_ / name; }
  std::string keys(const std::string& members) const {
    return R"({"version": 1, "keys": {"release": {"uri": "pkcs11:token=t;object=o", "module": ")" + module + "\"" +
           (members.empty() ? "" : ", ") + members + "}}}";
  }

 private:
  signing::SettingsFiles files_;
};

}  // namespace

TEST_CASE("a URI needs no configuration file") {
  const Files files;
  const signing::KeySetup setup = files.key(files.uri());
  CHECK(setup.uri.token == "t");
  CHECK(setup.uri.object == "o");
  CHECK(setup.module.path == files.module);
  CHECK_FALSE(setup.pin_source);
  CHECK(setup.chain_file.empty());
}

TEST_CASE("a configured name brings every setting of its entry") {
  Files files;
  files.user(files.keys(R"("chain_file": "chain.pem", "pin_source": "file:pin", "user_type": 2147483649,
      "login_user": "crypto", "timeouts": {"sign": 7}, "quirks": ["rw-session"], "leaf_expiry": "refuse",
      "allow_opaque_payload": true, "init_args": "x=y")"));
  const signing::KeySetup setup = files.key("release");
  CHECK(setup.chain_file == files.path("chain.pem"));
  REQUIRE(setup.pin_source);
  CHECK(setup.pin_source->value == files.path("pin"));
  CHECK(setup.user_type == 0x80000001UL);
  CHECK(setup.login_user == "crypto");
  CHECK(setup.timeouts.sign == std::chrono::seconds(7));
  CHECK(setup.timeouts.login == pkcs11::Timeouts{}.login);
  CHECK(setup.module.quirks.has(pkcs11::Quirk::rw_session));
  CHECK(setup.module.init_args == "x=y");
  CHECK(setup.leaf_expiry.refuse);
  CHECK(setup.allow_opaque_payload);
}

TEST_CASE("a name that nobody configured is refused and the known ones are listed") {
  Files files;
  files.user(files.keys(""));
  const base::Error error = error_of([&] { files.key("relaese"); });
  require_error(error, ErrorKind::key_not_found);
  CHECK(error.message() == R"(key "relaese" is not configured)");
  CHECK(error.hint() == "configured keys: release");
}

TEST_CASE("a URI that a shell cut at its first semicolon is refused") {
  const Files files;
  const base::Error error = error_of([&] { files.key("pkcs11:token=t"); });
  require_error(error, ErrorKind::invalid_uri);
  CHECK(error.message().find("names no object and no id") != std::string::npos);
  CHECK(error.hint().find("quote the URI") != std::string::npos);
}

TEST_CASE("a key without a module is refused with the three places to name one") {
  const Files files;
  const base::Error error = error_of([&] { files.key("pkcs11:token=t;object=o"); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.hint().find("module-path") != std::string::npos);
  CHECK(error.hint().find("--plugin-config module=") != std::string::npos);
}

TEST_CASE("what the administrator sets for a key nobody below changes") {
  Files files;
  files.administrator(files.keys(R"("chain_file": "/etc/chain.pem")"));
  files.user(files.keys(R"("chain_file": "/home/chain.pem")"));
  const base::Error error = error_of([&] { files.key("release"); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.message() ==
        "chain_file is set differently by " + files.path("administrator.json") + " and by " + files.path("user.json"));
}

TEST_CASE("plugin-config adds to a configured key but does not override it") {
  Files files;
  files.user(files.keys(R"("pin_source": "env:FIRST")"));
  CHECK(files.key("release", {{"chain_file", "/x/chain.pem"}}).chain_file == "/x/chain.pem");
  REQUIRE_ERROR(files.key("release", {{"pin_source", "env:SECOND"}}), ErrorKind::invalid_settings);
  CHECK(files.key("release", {{"pin_source", "env:FIRST"}}).pin_source->value == "FIRST");
}

TEST_CASE("a URI's query and the settings beside it must agree") {
  Files files;
  const std::string other = files.path("other.so");
  REQUIRE_ERROR(files.key(files.uri(), {{"module", other}}), ErrorKind::invalid_settings);
  CHECK(files.key(files.uri(), {{"module", files.module}}).module.path == files.module);
  REQUIRE_ERROR(files.key(files.uri() + "&pin-source=/a/pin", {{"pin_source", "file:/b/pin"}}),
                ErrorKind::invalid_settings);
}

TEST_CASE("the administrator can allow configured names only") {
  Files files;
  files.administrator(R"({"version": 1, "require_named_keys": true, "keys": {}})");
  const base::Error error = error_of([&] { files.key(files.uri()); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.hint().find("configured names only") != std::string::npos);
}

TEST_CASE("the administrator can forbid the user's own file") {
  Files files;
  files.administrator(R"({"version": 1, "allow_user_config": false, "keys": {}})");
  files.user(files.keys(""));
  const base::Error error = error_of([&] { files.key("release"); });
  require_error(error, ErrorKind::key_not_found);
  CHECK(error.hint().find("does not allow a configuration file of the user's own") != std::string::npos);
}

TEST_CASE("the administrator can list the modules that may be loaded") {
  Files files;
  files.administrator(R"({"version": 1, "allowed_modules": ["/usr/lib/other.so"], "keys": {}})");
  REQUIRE_ERROR(files.key(files.uri()), ErrorKind::invalid_settings);
  files.administrator(R"({"version": 1, "allowed_modules": [")" + files.module + R"("], "keys": {}})");
  CHECK(files.key(files.uri()).module.path == files.module);
}

TEST_CASE("a user's file may not set what is the administrator's") {
  Files files;
  files.user(R"({"version": 1, "allowed_modules": ["/x.so"], "keys": {}})");
  REQUIRE_ERROR(files.load(), ErrorKind::invalid_settings);
}

TEST_CASE("a configuration file that others may write is refused") {
  Files files;
  files.user(files.keys(""));
  TemporaryFolder::set_mode(files.path("user.json"), 0666);
  REQUIRE_ERROR(files.load(), ErrorKind::invalid_settings);
}

TEST_CASE("a program for the PIN is taken from a file that its owner alone can read") {
  Files files;
  files.user(R"({"version":1,"keys":{"release":{"uri":"pkcs11:object=a","module":")" + files.module +
             R"(","pin_command":["/usr/bin/pass","show","hsm"],"so_pin_source":"credential:so"}}})");
  const signing::KeySetup setup = files.key("release");
  REQUIRE(setup.pin_source);
  CHECK(setup.pin_source->command == std::vector<std::string>{"/usr/bin/pass", "show", "hsm"});
  CHECK(setup.so_pin_source == platform::PinSource{platform::PinSourceKind::credential, "so"});
  TemporaryFolder::set_mode(files.user_path(), 0644);
  const base::Error error = error_of([&] { files.key("release"); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.message().find("configuration file with pin_command") != std::string::npos);
  CHECK(error.hint() == "run: chmod 600 " + files.user_path());
}

TEST_CASE("a program for the PIN and a source in another place contradict each other") {
  Files files;
  files.user(R"({"version":1,"keys":{"release":{"uri":"pkcs11:object=a","module":")" + files.module +
             R"(","pin_command":["/usr/bin/pass"]}}})");
  REQUIRE_ERROR(files.key("release", {{"pin_source", "env:PIN"}}), ErrorKind::invalid_settings);
  REQUIRE_ERROR(files.key("release", {{"pin_command", "/usr/bin/pass"}}), ErrorKind::invalid_settings);
}

TEST_CASE("a file that NOTATION_PKCS11_CONFIG names must exist") {
  const TemporaryFolder folder;
  const std::string path = folder / "absent.json";
  const EnvironmentScope scope("NOTATION_PKCS11_CONFIG", path.c_str());
  signing::SettingsFiles files = signing::SettingsFiles::locate();
  CHECK(files.user == path);
  files.administrator.clear();
  REQUIRE_ERROR(signing::Settings::load(files), ErrorKind::invalid_settings);
}

TEST_CASE("the user's file is found below XDG_CONFIG_HOME, else below HOME") {
  const EnvironmentScope none("NOTATION_PKCS11_CONFIG", nullptr);
  const EnvironmentScope home("HOME", "/home/me");
  {
    const EnvironmentScope config("XDG_CONFIG_HOME", "/conf");
    CHECK(signing::SettingsFiles::locate().user == "/conf/notation-pkcs11/config.json");
  }
  const EnvironmentScope config("XDG_CONFIG_HOME", nullptr);
  CHECK(signing::SettingsFiles::locate().user == "/home/me/.config/notation-pkcs11/config.json");
}

TEST_CASE("the log's level and file come from the highest file that sets them") {
  Files files;
  files.administrator(R"({"version": 1, "log_level": "info", "keys": {}})");
  files.user(R"({"version": 1, "log_level": "debug", "log_file": "plugin.log", "keys": {}})");
  const platform::LogSettings log = files.load().log();
  CHECK(log.level == platform::LogLevel::info);
  CHECK(log.file == files.path("plugin.log"));
}

TEST_CASE("what looks like a PIN in a key id is never shown") {
  const Files files;
  for (const char* id : {"pkcs:token=t?pin-value=98765432", "relase;pin-value=98765432",
                         "pkcs11:token=t;pin-value=98765432", "pkcs11:object=o?pin-value=98765432"}) {
    const base::Error error = error_of([&] { files.key(id); });
    CHECK((error.message() + error.hint()).find("98765432") == std::string::npos);
  }
}

TEST_CASE("a module named by flags is held against the administrator's list") {
  Files files;
  signing::ModuleFlags flags;
  flags.module = files.module;
  flags.user_type = 0x80000001UL;
  flags.login_user = "crypto";
  flags.init_args = "x=y";
  files.administrator(R"({"version": 1, "allowed_modules": [")" + files.module + R"("], "keys": {}})");
  const signing::KeySetup setup = files.load().module(flags);
  CHECK(setup.module.path == files.module);
  CHECK(setup.user_type == 0x80000001UL);
  CHECK(setup.login_user == "crypto");
  CHECK(setup.module.init_args == "x=y");
  files.administrator(R"({"version": 1, "allowed_modules": ["/usr/lib/other.so"], "keys": {}})");
  const base::Error error = error_of([&] { files.load().module(flags); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.message().find("allowed_modules") != std::string::npos);
}

TEST_CASE("what is wrong on a command line is told in the command line's words") {
  const Files files;
  const signing::Settings settings = files.load();
  signing::ModuleFlags flags;
  CHECK(error_of([&] { settings.key("pkcs11:token=t;object=o", flags); }).hint().find("--module /") !=
        std::string::npos);
  CHECK(error_of([&] { settings.key("pkcs11:token=t", flags); }).hint().find("--id") == std::string::npos);
  flags.module = files.module;
  flags.pin_source = "98765432";
  const base::Error error = error_of([&] { settings.key("pkcs11:token=t;object=o", flags); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.message().find("cannot use --pin-source: ") == 0);
  CHECK((error.message() + error.hint()).find("98765432") == std::string::npos);
}

namespace {

const std::string kHash(64, 'a');

std::string approval_of(const std::string& hash, const std::string& program = "/bin/true") {
  return R"("approval": {"public_key": ")" + hash + R"(", "backend": "exec", "exec": {"command": [")" + program +
         R"("]}})";
}

}  // namespace

TEST_CASE("an approval is found by the public key and by the key's name") {
  Files files;
  const approval::Policies policies = files.user(files.keys(approval_of(kHash))).load().policies();
  REQUIRE(policies.find(kHash) != nullptr);
  CHECK(policies.find(kHash) == policies.of_name("release"));
  CHECK(policies.find(kHash)->origin == files.path("user.json"));
  CHECK(policies.find(std::string(64, 'b')) == nullptr);
  CHECK(policies.of_name("other") == nullptr);
}

TEST_CASE("two different approvals for one public key are refused with both places") {
  Files files;
  files.administrator(files.keys(approval_of(kHash))).user(files.keys(approval_of(kHash, "/bin/false")));
  const base::Error error = error_of([&] { files.load().policies(); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.message().find(files.path("administrator.json")) != std::string::npos);
  CHECK(error.message().find(files.path("user.json")) != std::string::npos);
}

TEST_CASE("how long a run waits is the caller's business, unless the administrator says") {
  Files files;
  files.user(files.keys(R"("approval_wait": 60)"));
  CHECK(files.key("release").approval_wait == std::chrono::seconds(60));
  CHECK(files.key("release", {{"approval_wait", "0"}}).approval_wait == std::chrono::seconds(0));
  files.administrator(files.keys(""));
  CHECK(files.key("release").approval_wait == std::chrono::seconds(60));
  CHECK(files.key("release", {{"approval_wait", "0"}}).approval_wait == std::chrono::seconds(0));
  files.administrator(files.keys(R"("approval_wait": 30)"));
  CHECK(files.key("release").approval_wait == std::chrono::seconds(30));
  CHECK(files.key("release", {{"approval_wait", "0"}}).approval_wait == std::chrono::seconds(30));
}

TEST_CASE("a key that a service holds needs neither URI nor module") {
  Files files;
  files.user(
      R"({"version": 1, "keys": {"release": {"approval": {"public_key": ")" + kHash +
      R"(", "backend": "securosys-tsb", "securosys_tsb": {"url": "https://tsb.example.com", "key": "release"}}}}})");
  const signing::KeySetup setup = files.key("release");
  CHECK(setup.at_service);
  CHECK(setup.module.path.empty());
}

TEST_CASE("a plan says who set what, and does not look at the module's file") {
  Files files;
  files.administrator(files.keys(R"("timeouts": {"sign": 7})"));
  files.user(R"({"version": 1, "keys": {"release": {"leaf_expiry": "refuse"}}})");
  std::remove(files.module.c_str());
  signing::ModuleFlags flags;
  flags.login_user = "crypto";
  const signing::KeyPlan plan = files.load().plan("release", flags);
  const auto origin_of = [&](const std::string& setting) {
    for (const signing::SettingOrigin& one : plan.origins) {
      if (one.setting == setting) return one.origin;
    }
    return std::string("nobody");
  };
  CHECK(plan.setup.module.path == files.module);
  CHECK(origin_of("uri") == files.path("administrator.json"));
  CHECK(origin_of("timeouts.sign") == files.path("administrator.json"));
  CHECK(origin_of("leaf_expiry") == files.user_path());
  CHECK(origin_of("login_user") == "the command line");
  CHECK(origin_of("timeouts.load") == "default");
}
