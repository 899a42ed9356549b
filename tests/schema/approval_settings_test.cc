#include "schema/approval_settings.h"

#include "catch.h"
#include "schema/config.h"
#include "throws_error.h"

using namespace std::chrono_literals;
using schema::ApprovalSettings;
using schema::ApproverSettings;
using schema::TsbConnection;

namespace {

const std::string kPublicKey(64, 'a');
const std::string kExec = R"("public_key":")" + kPublicKey + R"(","backend":"exec","exec":{"command":["/bin/ask"]})";

schema::Config decode(const std::string& members) {
  return schema::decode_config(R"({"version":1,)" + members + '}', "/c.json", false);
}

schema::KeySettings key_with(const std::string& members) {
  return decode(R"("keys":{"release":{)" + members + "}}").keys.at("release");
}

ApprovalSettings approval_with(const std::string& members) {
  return key_with(R"("approval":{)" + members + '}').approval.value();
}

// An approval of a backend whose own member holds these members.
ApprovalSettings exec_with(const std::string& members) {
  return approval_with(R"("public_key":")" + kPublicKey + R"(","backend":"exec","exec":{)" + members + '}');
}

ApprovalSettings tsb_with(const std::string& members) {
  return approval_with(R"("public_key":")" + kPublicKey + R"(","backend":"securosys-tsb","securosys_tsb":{)" + members +
                       '}');
}

ApprovalSettings tsb_and(const std::string& member) {
  return tsb_with(R"("url":"https://tsb.example.com","key":"release",)" + member);
}

ApproverSettings approver_with(const std::string& members) {
  return decode(R"("approver":{)" + members + '}').approver.value();
}

template <typename Action>
base::Error refusal(Action&& action) {
  base::Error error = error_of(action);
  require_error(error, base::ErrorKind::invalid_settings);
  REQUIRE(error.phase() == base::Phase::settings);
  REQUIRE((error.message() + error.hint()).find("hunter2") == std::string::npos);
  return error;
}

// What is refused and why: the message without the file, and without the path of the member in `where`.
template <typename Action>
std::string cause(Action&& action, const std::string& where) {
  const std::string prefix = "cannot read the configuration file /c.json: " + where;
  const std::string message = refusal(action).message();
  INFO("message: " << message);
  REQUIRE(message.starts_with(prefix));
  return message.substr(prefix.size());
}

std::string approval_cause(const std::string& members) {
  return cause([&] { approval_with(members); }, "keys.release.approval");
}
std::string exec_cause(const std::string& members) {
  return cause([&] { exec_with(members); }, "keys.release.approval.exec");
}
std::string tsb_cause(const std::string& members) {
  return cause([&] { tsb_with(members); }, "keys.release.approval.securosys_tsb");
}
std::string tsb_and_cause(const std::string& member) {
  return cause([&] { tsb_and(member); }, "keys.release.approval.securosys_tsb.");
}
std::string approver_cause(const std::string& members) {
  return cause([&] { approver_with(members); }, "approver");
}

}  // namespace

TEST_CASE("an approval by a program is read, with its defaults") {
  const ApprovalSettings approval = approval_with(kExec);
  REQUIRE(approval.public_key == kPublicKey);
  REQUIRE(approval.backend == "exec");
  REQUIRE(approval.exec == schema::ExecSettings{{"/bin/ask"}, {}, 30s});
  REQUIRE_FALSE(approval.securosys_tsb);
  REQUIRE(approval.request_lifetime == 24h);
  REQUIRE(approval.grant_lifetime == 1h);
  REQUIRE(approval.notify.empty());
  REQUIRE(approval.claims.empty());
}

TEST_CASE("every setting of an approval by a program is read") {
  const ApprovalSettings approval = approval_with(R"("public_key":")" + kPublicKey + R"(","backend":"exec",
    "exec":{"command":["/bin/ask","","a\nb"],"environment":["CI_JOB_URL","_A1"],"timeout":0.5},
    "request_lifetime":60,"grant_lifetime":86400,"notify":["/bin/tell","now"],"claims":{"team":"core"},"x-note":1)");
  REQUIRE(approval.exec == schema::ExecSettings{{"/bin/ask", "", "a\nb"}, {"CI_JOB_URL", "_A1"}, 500ms});
  REQUIRE(approval.request_lifetime == 60s);
  REQUIRE(approval.grant_lifetime == 24h);
  REQUIRE(approval.notify == std::vector<std::string>{"/bin/tell", "now"});
  REQUIRE(approval.claims == std::map<std::string, std::string>{{"team", "core"}});
}

TEST_CASE("a variable that the file reads a secret from is not handed to an approval program") {
  const std::string asks =
      R"("approval":{"public_key":")" + kPublicKey +
      R"(","backend":"exec","exec":{"command":["/bin/ask"],"environment":["CI_JOB_URL","X_PIN"]}})";
  const std::string tsb = R"("url":"https://tsb.example.com",)";
  const std::string broker = R"("approval":{"public_key":")" + std::string(64, 'b') +
                             R"(","backend":"securosys-tsb","securosys_tsb":{"key":"k",)" + tsb;
  const std::vector<std::pair<std::string, std::string>> secrets{
      {R"("keys":{"release":{)" + asks + R"(,"pin_source":"env:X_PIN"}})", "keys.release.pin_source"},
      {R"("keys":{"release":{)" + asks + R"(},"nightly":{"pin_source":"env:X_PIN"}})", "keys.nightly.pin_source"},
      {R"("keys":{"release":{)" + asks + R"(},"other":{)" + broker + R"("token":"env:X_PIN"}}}})",
       "keys.other.approval.securosys_tsb.token"},
      {R"("keys":{"release":{)" + asks + R"(},"other":{)" + broker +
           R"("key_operation_api_keys":["env:A","env:X_PIN"]}}}})",
       "keys.other.approval.securosys_tsb.key_operation_api_keys"},
      {R"("keys":{"release":{)" + asks + R"(},"other":{)" + broker + R"("key_password":"env:X_PIN"}}}})",
       "keys.other.approval.securosys_tsb.key_password"},
      {R"("keys":{"release":{)" + asks + R"(}},"approver":{"key":"a.pem","key_password":"env:X_PIN"})",
       "approver.key_password"},
      {R"("keys":{"release":{)" + asks + R"(}},"approver":{"key":"a.pem","securosys_tsb":{)" + tsb +
           R"("approver_api_keys":["env:X_PIN"]}})",
       "approver.securosys_tsb.approver_api_keys"},
  };
  for (const auto& [members, member] : secrets) {
    INFO(members);
    CHECK(cause([&, text = members] { decode(text); }, "keys.release.approval.exec.environment") ==
          " hands X_PIN on, and " + member + " reads a secret from it");
  }
  CHECK_NOTHROW(decode(R"("keys":{"release":{)" + asks + R"(,"pin_source":"env:X_PIN2"}})"));
  CHECK_NOTHROW(decode(R"("keys":{"release":{)" + asks + R"(,"pin_source":"file:X_PIN"}})"));
}

TEST_CASE("an approval by a Transaction Security Broker is read, and the key needs no uri") {
  const schema::KeySettings key = key_with(R"("approval":{"public_key":")" + kPublicKey +
                                           R"(","backend":"securosys-tsb",
    "securosys_tsb":{"url":"https://tsb.example.com:8443/v","token":"file:jwt","client_certificate":"c.pem",
    "client_key":"k.pem","client_key_password":"env:CK","ca_file":"/ca.pem","key_management_api_keys":["env:M"],
    "key_operation_api_keys":["file:o","env:O"],"approver_api_keys":["env:A"],"timeout":10,"key":"release",
    "key_password":"env:KP","application_key":"app.pem","application_key_password":"file:pw",
    "signature_member":"signatureAlgorithm","metadata":{"product":"x"}}})");
  REQUIRE_FALSE(key.uri);
  TsbConnection connection;
  connection.url = "https://tsb.example.com:8443/v";
  connection.token = "file:jwt";
  connection.client_certificate = "c.pem";
  connection.client_key = "k.pem";
  connection.client_key_password = "env:CK";
  connection.ca_file = "/ca.pem";
  connection.key_management_api_keys = {"env:M"};
  connection.key_operation_api_keys = {"file:o", "env:O"};
  connection.approver_api_keys = {"env:A"};
  connection.timeout = 10s;
  REQUIRE(key.approval.value().securosys_tsb ==
          schema::TsbSettings{
              connection, "release", "env:KP", "app.pem", "file:pw", "signatureAlgorithm", {{"product", "x"}}});
  REQUIRE(tsb_and(R"("x-note":1)").securosys_tsb.value().signature_member == "digestAlgorithm");
  REQUIRE(tsb_and(R"("x-note":1)").securosys_tsb.value().connection.timeout == 30s);
}

TEST_CASE("an approval without the key it belongs to says how to get its hash") {
  const base::Error error = refusal([] { approval_with(R"("backend":"exec","exec":{"command":["/bin/ask"]})"); });
  REQUIRE(error.message() ==
          "cannot read the configuration file /c.json: keys.release.approval.public_key: is missing");
  REQUIRE(error.hint() ==
          "the SHA-256 of the key's SubjectPublicKeyInfo: `notation-pkcs11 key list --json` shows it as spkiSha256");
}

TEST_CASE("a public key is 64 lower-case hexadecimal digits") {
  for (const std::string& wrong : {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'A'),
                                   std::string(64, 'g'), "sha256:" + kPublicKey, "aa:" + std::string(61, 'a')}) {
    REQUIRE(approval_cause(R"("public_key":")" + wrong + '"') ==
            ".public_key: must be 64 lower-case hexadecimal digits");
  }
}

TEST_CASE("the backend is one that is known, with its own member and no other") {
  const std::string key = R"("public_key":")" + kPublicKey + '"';
  REQUIRE(approval_cause(key) == ".backend: is missing");
  REQUIRE(approval_cause(key + R"(,"backend":"securosys_tsb")") ==
          ".backend: \"securosys_tsb\" is not a backend; did you mean securosys-tsb?");
  REQUIRE(approval_cause(key + R"(,"backend":"pigeon")") == ".backend: \"pigeon\" is not a backend");
  REQUIRE(approval_cause(key + R"(,"backend":"exec")") == ".exec: is missing; the backend exec needs it");
  REQUIRE(approval_cause(key + R"(,"backend":"securosys-tsb")") ==
          ".securosys_tsb: is missing; the backend securosys-tsb needs it");
  REQUIRE(approval_cause(kExec + R"(,"securosys_tsb":{"url":"https://a","key":"k"})") ==
          ".securosys_tsb: belongs to the backend securosys-tsb, and the backend is exec");
}

TEST_CASE("a setting of a backend beside its member is told where it belongs") {
  REQUIRE(approval_cause(kExec + R"(,"command":["/bin/ask"])") == ".command: belongs in exec");
  REQUIRE(approval_cause(kExec + R"(,"token":"hunter2")") == ".token: belongs in securosys_tsb");
  REQUIRE(approval_cause(kExec + R"(,"request_lifetme":60)") ==
          ".request_lifetme: is not a setting; did you mean request_lifetime?");
  REQUIRE(exec_cause(R"("comand":["/bin/ask"])") == ".comand: is not a setting; did you mean command?");
  REQUIRE(tsb_and_cause(R"("api_key":"hunter2")").starts_with("api_key: is not a setting"));
}

TEST_CASE("a command begins with the absolute path of a program") {
  REQUIRE(exec_cause("") == ".command: is missing");
  REQUIRE(exec_cause(R"("command":[])") == ".command: is missing");
  REQUIRE(exec_cause(R"("command":["ask"])") == ".command: entry 1 must be the absolute path of a program");
  REQUIRE(exec_cause(R"("command":[""])") == ".command: entry 1 is empty");
  REQUIRE(exec_cause(R"("command":["/bin/ask","a\u0000b"])") == ".command: entry 2 holds a NUL character");
  REQUIRE(exec_cause(R"("command":"/bin/ask")") == ".command: is text, not an array");
  REQUIRE(approval_cause(kExec + R"(,"notify":["tell"])") == ".notify: entry 1 must be the absolute path of a program");
}

TEST_CASE("the PIN's variable is never handed to a program") {
  const std::string command = R"("command":["/bin/ask"],"environment":)";
  REQUIRE(exec_cause(command + R"(["A","NOTATION_PKCS11_PIN"])") ==
          ".environment: entry 2 is the PIN's variable, which is never handed on");
  for (const char* wrong : {"", "1A", "A=B", "A B", "Ä"}) {
    REQUIRE(exec_cause(command + "[\"" + wrong + "\"]") ==
            ".environment: entry 1 is not the name of an environment variable");
  }
}

TEST_CASE("a service is reached by https alone") {
  const auto fault = [](const std::string& url) { return tsb_cause(R"("key":"release","url":")" + url + '"'); };
  REQUIRE(fault("http://hunter2.example.com") ==
          ".url: must begin with https://; over http:// anybody on the way could read the secrets and answer in the "
          "service's name");
  REQUIRE(fault("tsb.example.com") == ".url: must begin with https://");
  REQUIRE(fault("https://user:hunter2@tsb.example.com") == ".url: must hold no user and no password");
  REQUIRE(fault("https://hunter2@tsb.example.com/a") == ".url: must hold no user and no password");
  REQUIRE(fault("https://tsb.example.com/?key=hunter2") == ".url: must have no query (?...)");
  REQUIRE(fault("https://tsb.example.com#hunter2") == ".url: must have no fragment (#...)");
  REQUIRE(fault("https://tsb.example.com/a b") == ".url: holds a character that does not belong in a URL");
  for (const char* wrong : {"https://", "https:///a", "https://:443", "https://[::1", "https://[]", "https://[::1]a",
                            "https://a_b", "https://[example.com]"}) {
    REQUIRE(fault(wrong) == ".url: names no host after https://");
  }
  for (const char* wrong : {"https://a:", "https://a:0", "https://a:65536", "https://a:1a", "https://a:443:443"}) {
    REQUIRE(fault(wrong) == ".url: has a port that is not a number from 1 to 65535");
  }
  for (const char* good : {"https://a", "https://a/", "https://10.0.0.1:65535/x/y@z", "https://[::1]",
                           "https://[2001:DB8::1]:8443/a%20b"}) {
    REQUIRE(tsb_with(R"("key":"release","url":")" + std::string(good) + '"').securosys_tsb.value().connection.url ==
            good);
  }
}

TEST_CASE("a secret in clear is refused without being shown") {
  const std::string told = ": must be env:NAME or file:PATH; it names where the secret is, never the secret itself";
  for (const char* name : {"token", "client_key_password", "key_password", "application_key_password"}) {
    REQUIRE(tsb_and_cause('"' + std::string(name) + R"(":"hunter2")") == name + told);
    REQUIRE(tsb_and_cause('"' + std::string(name) + R"(":"prompt")") == name + told);
    REQUIRE(tsb_and_cause('"' + std::string(name) + R"(":"env:hunter2!")") ==
            std::string(name) + ": must name an environment variable after env:");
  }
  for (const char* name : {"key_management_api_keys", "key_operation_api_keys", "approver_api_keys"}) {
    REQUIRE(tsb_and_cause('"' + std::string(name) + R"(":["env:A","hunter2"])") ==
            std::string(name) + ": entry 2 " + told.substr(2));
  }
  REQUIRE(approver_cause(R"("key":"me.pem","key_password":"hunter2")") == ".key_password" + told);
}

TEST_CASE("settings of a service that need each other are there together") {
  REQUIRE(tsb_cause(R"("key":"release")") == ".url: is missing");
  REQUIRE(tsb_cause(R"("url":"https://a")") == ".key: is missing");
  REQUIRE(tsb_and_cause(R"("client_key":"k.pem")") == "client_certificate: is missing; client_key needs it");
  REQUIRE(tsb_and_cause(R"("client_certificate":"c.pem")") == "client_key: is missing; client_certificate needs it");
  REQUIRE(tsb_and_cause(R"("client_key_password":"env:A")") == "client_key: is missing; client_key_password needs it");
  REQUIRE(tsb_and_cause(R"("application_key_password":"env:A")") ==
          "application_key: is missing; application_key_password needs it");
  REQUIRE(tsb_and_cause(R"("signature_member":"algorithm")") ==
          "signature_member: must be digestAlgorithm or signatureAlgorithm");
}

TEST_CASE("claims and meta data are bounded text") {
  REQUIRE(approval_cause(kExec + R"(,"claims":{"a":1})") == ".claims.a: is a number, not text");
  REQUIRE(approval_cause(kExec + R"(,"claims":{"":"a"})") == ".claims: a name in it is empty");
  REQUIRE(approval_cause(kExec + R"(,"claims":{"a":"b\u001b"})") == ".claims.a: holds a control character");
  REQUIRE(approval_cause(kExec + R"(,"claims":{"a":")" + std::string(257, 'b') + "\"}") ==
          ".claims.a: is longer than 256 bytes");
  REQUIRE(approval_cause(kExec + R"(,"claims":{")" + std::string(257, 'b') + "\":\"a\"}") ==
          ".claims: a name in it is longer than 256 bytes");
  std::string many = R"("e":"")";
  for (int i = 0; i < 32; ++i)
    many += ",\"n" + std::to_string(i) + R"(":"v")";
  REQUIRE(tsb_and_cause(R"("metadata":{)" + many + '}') == "metadata: holds more than 32 entries");
}

TEST_CASE("lifetimes and waits are whole seconds within bounds") {
  for (const char* wrong : {"59", "2592001", "60.0", "-60", "\"60\"", "null"}) {
    REQUIRE(approval_cause(kExec + R"(,"request_lifetime":)" + wrong) ==
            ".request_lifetime: must be a whole number of seconds from 60 to 2592000");
  }
  REQUIRE(approval_cause(kExec + R"(,"grant_lifetime":0)") ==
          ".grant_lifetime: must be a whole number of seconds from 60 to 86400");
  REQUIRE(key_with(R"("approval_wait":0)").approval_wait == 0s);
  REQUIRE(key_with(R"("approval_wait":86400)").approval_wait == 24h);
  REQUIRE_FALSE(key_with("").approval_wait);
  for (const char* wrong : {"-1", "86401", "0.5", "1e3", "\"1\"", "18446744073709551615"}) {
    REQUIRE(cause([&] { key_with(R"("approval_wait":)" + std::string(wrong)); }, "keys.release.") ==
            "approval_wait: must be a whole number of seconds from 0 to 86400");
  }
}

TEST_CASE("a key that needs approvals signs no opaque payload") {
  const std::string both = R"("approval":{)" + kExec + R"(},"allow_opaque_payload":)";
  REQUIRE(cause([&] { key_with(both + "true"); }, "keys.release.") ==
          "allow_opaque_payload: cannot be true beside approval: nobody could be shown what would be signed");
  REQUIRE(key_with(both + "false").approval);
}

TEST_CASE("an approver's key is in a file or on a token") {
  REQUIRE(approver_with(R"("key":"me.pem","key_password":"env:PW")").key == "me.pem");
  const ApproverSettings approver = approver_with(R"("key":"pkcs11:object=me","module":"/m.so","pin_source":"prompt",
    "securosys_tsb":{"url":"https://tsb.example.com","approver_api_keys":["env:K"]})");
  REQUIRE(approver.key == "pkcs11:object=me");
  REQUIRE(approver.module == "/m.so");
  REQUIRE(approver.pin_source == "prompt");
  REQUIRE(approver.securosys_tsb.value().approver_api_keys == std::vector<std::string>{"env:K"});
  REQUIRE(approver_cause("") == ".key: is missing");
  REQUIRE(approver_cause(R"("key":"~/hunter2")") ==
          ".key: begins with ~, which is not expanded here; write the whole path");
  REQUIRE(approver_cause(R"("key":"pkcs11:object=me","key_password":"env:PW")") ==
          ".key_password: belongs to a key in a file, and this one is on a token");
  REQUIRE(approver_cause(R"("key":"me.pem","pin_source":"prompt")") ==
          ".pin_source: belongs to a key on a token, and this one is in a file");
  REQUIRE(approver_cause(R"("key":"me.pem","securosys_tsb":{})") == ".securosys_tsb.url: is missing");
  REQUIRE(approver_cause(R"("key":"me.pem","securosys_tsb":{"url":"https://a","key":"k"})")
              .starts_with(".securosys_tsb.key: is not a setting"));
}

TEST_CASE("approval and approver stand at their own level") {
  REQUIRE(cause([] { decode(R"("approval":{})"); }, "") == "approval: belongs to a key: put it under keys.NAME");
  REQUIRE(cause([] { key_with(R"("approver":{"key":"a"})"); }, "keys.release.") ==
          "approver: belongs at the top level of the file, not to a key");
}
