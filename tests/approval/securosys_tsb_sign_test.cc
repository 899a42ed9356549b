#include "securosys_tsb/securosys_tsb_sign.h"

#include "schema/tsb.h"
#include "securosys_tsb_fixture.h"
#include "trust/software_key.h"

namespace {

using base::ErrorKind;
using support::TestKey;

std::string body_of(TsbFixture& fixture) {
  return approval::tsb_sign_body(fixture.settings, fixture.context(), fixture.request, fixture.payload);
}

base::Bytes from_base64(const std::string& text) {
  const auto bytes = base::decode_base64(text);
  REQUIRE(bytes);
  return *bytes;
}

trust::SoftwareKey software_key(const TestKey& key) {
  return trust::SoftwareKey::from_pem(key.private_pem(), nullptr, "key.pem");
}

}  // namespace

TEST_CASE("each kind of key signs with the algorithm that the Notary Project wants of it") {
  using pkcs11::KeySpec;
  REQUIRE(approval::tsb_algorithm(KeySpec::rsa_2048) == "SHA256_WITH_RSA_PSS");
  REQUIRE(approval::tsb_algorithm(KeySpec::rsa_3072) == "SHA384_WITH_RSA_PSS");
  REQUIRE(approval::tsb_algorithm(KeySpec::rsa_4096) == "SHA512_WITH_RSA_PSS");
  REQUIRE(approval::tsb_algorithm(KeySpec::ec_256) == "SHA256_WITH_ECDSA");
  REQUIRE(approval::tsb_algorithm(KeySpec::ec_384) == "SHA384_WITH_ECDSA");
  REQUIRE(approval::tsb_algorithm(KeySpec::ec_521) == "SHA512_WITH_ECDSA");
}

TEST_CASE("a request without an application key says what is to be signed and what the requester says") {
  TsbFixture fixture;
  fixture.settings.metadata = {{"Project", "tools"}, {"app", "not ours"}};
  const std::string body = body_of(fixture);
  REQUIRE(body.find("requestSignature") == std::string::npos);
  REQUIRE(body.find("keyPassword") == std::string::npos);
  REQUIRE(from_base64(between(body, "\"payload\":\"", "\"")) == fixture.payload);
  const std::string metadata = base::text_of(from_base64(between(body, "\"metaData\":\"", "\"")));
  REQUIRE(metadata ==
          "{\"time\":\"1970-01-01T01:00:00.000Z\",\"app\":\"notation-pkcs11\",\"type\":\"Sign\","
          "\"user\":\"claimed\",\"Project\":\"tools\"}");
}

TEST_CASE("the application key signs the very bytes that are sent, and the meta data") {
  for (const TestKey& key : {TestKey::shared(pkcs11::KeySpec::rsa_2048), TestKey::ed25519()}) {
    TsbFixture fixture;
    fixture.folder.write("app.pem", key.private_pem());
    fixture.settings.application_key = "app.pem";
    const std::string body = body_of(fixture);
    const std::string inner = between(body, "{\"signRequest\":", ",\"requestSignature\":");
    const std::string outer = between(body, "\"requestSignature\":{", "}}");
    const trust::SoftwareKey signer = software_key(key);
    REQUIRE(inner.ends_with("}"));
    REQUIRE(from_base64(between(outer, "\"signature\":\"", "\"")) == signer.sign(base::bytes_of(inner)));
    REQUIRE(from_base64(between(outer, "\"publicKey\":\"", "\"")) == key.spki());
    REQUIRE(between(outer, "\"digestAlgorithm\":\"", "\"") == signer.digest_name());
    const base::Bytes metadata = from_base64(between(inner, "\"metaData\":\"", "\""));
    REQUIRE(from_base64(between(inner, "\"metaDataSignature\":\"", "\"")) == signer.sign(metadata));
  }
}

TEST_CASE("a newer server is told the whole algorithm of the application key") {
  const std::pair<TestKey, const char*> keys[] = {{TestKey::shared(pkcs11::KeySpec::rsa_2048), "SHA256_WITH_RSA"},
                                                  {TestKey::shared(pkcs11::KeySpec::ec_384), "SHA256_WITH_ECDSA"},
                                                  {TestKey::ed25519(), "EDDSA"}};
  for (const auto& [key, name] : keys) {
    TsbFixture fixture;
    fixture.folder.write("app.pem", key.private_pem());
    fixture.settings.application_key = "app.pem";
    fixture.settings.signature_member = "signatureAlgorithm";
    const std::string outer = between(body_of(fixture), "\"requestSignature\":{", "}}");
    REQUIRE(between(outer, "\"signatureAlgorithm\":\"", "\"") == name);
    REQUIRE(outer.find("digestAlgorithm") == std::string::npos);
  }
}

TEST_CASE("the password of the key is part of what the application key signs") {
  TsbFixture fixture;
  const TestKey key = TestKey::ed25519();
  fixture.folder.write("app.pem", key.private_pem());
  fixture.folder.write("password", "pa\"5\n");
  fixture.settings.application_key = "app.pem";
  fixture.settings.key_password = "file:password";
  const std::string body = body_of(fixture);
  const std::string inner = between(body, "{\"signRequest\":", ",\"requestSignature\":");
  REQUIRE(between(inner, "\"keyPassword\":[", "]") == R"("p","a","\"","5")");
  REQUIRE(from_base64(between(body, "\"requestSignature\":{\"signature\":\"", "\"")) ==
          software_key(key).sign(base::bytes_of(inner)));
}

TEST_CASE("more bytes than the service takes are refused with their number") {
  TsbFixture fixture;
  fixture.payload.resize(65'535);
  body_of(fixture);
  fixture.payload.resize(65'536);
  const base::Error error = error_of([&] { body_of(fixture); });
  REQUIRE(error.kind() == ErrorKind::not_capable);
  REQUIRE(error.message().ends_with("the bytes to be signed are 65536, the service takes at most 65535"));
}

TEST_CASE("an application key that others may read is refused") {
  TsbFixture fixture;
  fixture.folder.write("app.pem", TestKey::ed25519().private_pem(), 0644);
  fixture.settings.application_key = "app.pem";
  REQUIRE_ERROR(body_of(fixture), ErrorKind::invalid_settings);
}

TEST_CASE("an ECDSA signature becomes r and s, whatever else comes stays as it is") {
  using pkcs11::KeySpec;
  const base::Bytes der{0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x07};
  const base::Bytes fixed = approval::signature_of_tsb(der, KeySpec::ec_256);
  REQUIRE(fixed.size() == 64);
  REQUIRE(fixed[31] == 5);
  REQUIRE(fixed[63] == 7);
  REQUIRE(approval::signature_of_tsb(fixed, KeySpec::ec_256) == fixed);
  REQUIRE(approval::signature_of_tsb(der, KeySpec::rsa_2048) == der);
}
