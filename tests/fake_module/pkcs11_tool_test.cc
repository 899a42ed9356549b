#include <sys/wait.h>

#include <cstdlib>

#include "catch.h"
#include "client.h"

using fake::Bytes;

// OpenSC's pkcs11-tool, an independent client, gets along with the module.
namespace {

struct Ran {
  int status;
  std::string output;
};

Ran run(const FakeToken& token, const std::string& command) {
  const std::string file = token.folder() + "/output";
  const int status = ::system((command + " >'" + file + "' 2>&1").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(file)};
}

Ran tool(const FakeToken& token, const std::string& arguments) {
  return run(token, "pkcs11-tool --module '" + FakeToken::module_path() + "' " + arguments);
}

bool has(const Ran& ran, const std::string& text) {
  return ran.output.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("pkcs11-tool lists slots, objects and mechanisms") {
  FakeToken token;
  const std::string certificate = token.folder() + "/leaf.pem";
  REQUIRE(run(token, "openssl req -x509 -new -key '" + FakeToken::key_file("P-256") + "' -subj /CN=leaf -out '" +
                         certificate + "'")
              .status == 0);
  token.rule("token label=build serial=0042\nkey P-256 label=ec id=01\nkey RSA-2048 label=rsa id=02");
  token.rule("certificate pem=\"" + certificate + "\" label=ec id=01");
  const Ran slots = tool(token, "-L");
  INFO(slots.output);
  REQUIRE((slots.status == 0 && has(slots, "build") && has(slots, "0042")));
  const Ran objects = tool(token, "--login --pin 1234 -O");
  INFO(objects.output);
  REQUIRE((has(objects, "Private Key Object; EC") && has(objects, "Private Key Object; RSA")));
  REQUIRE(has(objects, "DN: CN=leaf"));
  REQUIRE(has(tool(token, "-M"), "RSA-PKCS-PSS, keySize={1024,4096}, hw, sign"));
}

TEST_CASE("pkcs11-tool signs") {
  FakeToken token;
  token.rule("key P-256 label=ec id=01\nkey RSA-2048 label=rsa id=02");
  const Bytes data(100, 'x');
  const std::string input = token.write("data", std::string(100, 'x'));
  const std::string output = token.folder() + "/signature";
  const std::string common = "--login --pin 1234 -s -i '" + input + "' -o '" + output + "' ";
  const auto signature = [&] {
    const std::string content = content_of(output);
    return Bytes(content.begin(), content.end());
  };
  REQUIRE(tool(token, common + "-m ECDSA-SHA256 --id 01").status == 0);
  REQUIRE(verifies_ecdsa(FakeToken::key_file("P-256"), digest(256, data), signature()));
  REQUIRE(tool(token, common + "-m SHA256-RSA-PKCS-PSS --id 02").status == 0);
  REQUIRE(verifies_pss(FakeToken::key_file("RSA-2048"), 256, digest(256, data), signature()));
  REQUIRE(token.calls("C_Login") == 2);
  REQUIRE(token.loads() == 2);
}

TEST_CASE("pkcs11-tool generates a key that the next process finds") {
  FakeToken token;
  token.keep_state();
  REQUIRE(tool(token, "--login --pin 1234 --keypairgen --key-type EC:prime256v1 --label new --id 0a").status == 0);
  const Ran objects = tool(token, "--login --pin 1234 -O");
  INFO(objects.output);
  REQUIRE((has(objects, "Private Key Object; EC") && has(objects, "new") && has(objects, "0a")));
}

TEST_CASE("pkcs11-tool sees a wrong PIN as such") {
  FakeToken token;
  const Ran refused = tool(token, "--login --pin 9999 -O");
  REQUIRE((refused.status != 0 && has(refused, "CKR_PIN_INCORRECT")));
}
