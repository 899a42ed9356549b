#include "contract/words.h"

#include "catch.h"
#include "throws_error.h"

TEST_CASE("the metadata is what notation asks for at installation") {
  CHECK(contract::answer_metadata("{}") ==
        R"({"name":"pkcs11","description":"Signs with keys in HSMs, smart cards and TPMs through PKCS#11",)"
        R"("version":"0.1.0","url":"https://github.com/notation-pkcs11/notation-pkcs11",)"
        R"("supportedContractVersions":["1.0"],"capabilities":["SIGNATURE_GENERATOR.RAW"]})");
}

TEST_CASE("metadata is answered whatever the plugin-config says") {
  CHECK_FALSE(contract::answer_metadata(R"({"pluginConfig":{"pin":"1"}})").empty());
}

TEST_CASE("a metadata request that is no JSON is refused with the framework's text") {
  const base::Error error = error_of([] { contract::answer_metadata("{"); });
  require_error(error, base::ErrorKind::malformed_request);
  CHECK(error.message() == "Input is not a valid JSON");
}
