#include "schema/notation.h"

#include "base/base64.h"
#include "catch.h"
#include "payload_builder.h"
#include "throws_error.h"

using base::ErrorKind;

namespace {

constexpr const char* kMalformed = "Input is not a valid JSON";

// The members of a well-formed generate-signature request; a test replaces or drops one.
struct Request {
  std::string version = R"("contractVersion":"1.0")";
  std::string key_id = R"("keyId":"release")";
  std::string key_spec = R"("keySpec":"EC-384")";
  std::string hash = R"("hashAlgorithm":"SHA-384")";
  std::string payload = R"("payload":"Zm9vYmFy")";
  std::string more;

  std::string text() const {
    std::string members;
    for (const std::string* member : {&version, &key_id, &key_spec, &hash, &payload, &more}) {
      if (!member->empty()) members += (members.empty() ? "" : ",") + *member;
    }
    return '{' + members + '}';
  }
};

// Message of the error, which carries nothing beside it.
std::string malformed(const std::string& text) {
  const base::Error error = error_of([&] { schema::decode_generate_signature_request(text); });
  require_error(error, ErrorKind::malformed_request);
  REQUIRE(error.hint().empty());
  REQUIRE_FALSE(error.return_value());
  return error.message();
}

}  // namespace

TEST_CASE("the captured requests of notation 1.3.2 are read") {
  REQUIRE(schema::decode_metadata_request("{}").plugin_config.empty());

  const auto describe = schema::decode_describe_key_request(R"({"contractVersion":"1.0","keyId":"EC-384"})");
  REQUIRE(describe.key_id == "EC-384");
  REQUIRE(describe.plugin_config.empty());

  const std::string payload = base::encode_base64(base::bytes_of(payload_builder::kCapturedJws));
  const auto sign = schema::decode_generate_signature_request(
      R"({"contractVersion":"1.0","keyId":"EC-384","keySpec":"EC-384","hashAlgorithm":"SHA-384","payload":")" +
      payload + R"(","pluginConfig":{"chain_file":"/a b.pem","module":"/m.so"}})");
  REQUIRE(sign.key_id == "EC-384");
  REQUIRE(sign.key_spec == pkcs11::KeySpec::ec_384);
  REQUIRE(base::text_of(sign.payload) == payload_builder::kCapturedJws);
  REQUIRE(sign.plugin_config == schema::PluginConfigEntries{{"chain_file", "/a b.pem"}, {"module", "/m.so"}});
}

TEST_CASE("every key spec goes with its own hash and no other") {
  for (const pkcs11::KeySpecTraits& key : pkcs11::all_key_specs()) {
    for (const std::string hash : {"SHA-256", "SHA-384", "SHA-512"}) {
      Request request;
      request.key_spec = R"("keySpec":")" + std::string(key.name) + '"';
      request.hash = R"("hashAlgorithm":")" + hash + '"';
      if (hash == key.hash_name) {
        REQUIRE(schema::decode_generate_signature_request(request.text()).key_spec == key.spec);
      } else {
        REQUIRE_ERROR(schema::decode_generate_signature_request(request.text()), ErrorKind::invalid_request);
      }
    }
  }
}

TEST_CASE("a key id comes out as Go's encoder escaped it") {
  const auto request = schema::decode_describe_key_request(
      R"({"contractVersion":"1.0","keyId":"pkcs11:token=a\u0026b;object=\u003c\u00e9\ud83d\ude00\u2028\\\"/"})");
  REQUIRE(request.key_id == "pkcs11:token=a&b;object=<\xc3\xa9\xf0\x9f\x98\x80\xe2\x80\xa8\\\"/");
}

TEST_CASE("the first missing member is named in the framework's order") {
  Request request;
  for (auto [member, name] : {std::pair{&Request::payload, "payload"},
                              {&Request::hash, "hashAlgorithm"},
                              {&Request::key_spec, "keySpec"},
                              {&Request::key_id, "keyId"},
                              {&Request::version, "contractVersion"}}) {
    const std::string expected = std::string("Input is not a valid JSON: ") + name + " cannot be empty";
    request.*member = "";
    REQUIRE(malformed(request.text()) == expected);
    request.*member = '"' + std::string(name) + R"(":"")";
    REQUIRE(malformed(request.text()) == expected);
    request.*member = '"' + std::string(name) + R"(":null)";
    REQUIRE(malformed(request.text()) == expected);
  }
  REQUIRE(malformed("null") == "Input is not a valid JSON: contractVersion cannot be empty");
}

TEST_CASE("describe-key names its missing members in order") {
  const auto message = [](const char* text) {
    return error_of([&] { schema::decode_describe_key_request(text); }).message();
  };
  REQUIRE(message("{}") == "Input is not a valid JSON: contractVersion cannot be empty");
  REQUIRE(message(R"({"contractVersion":"1.0"})") == "Input is not a valid JSON: keyId cannot be empty");
  REQUIRE(message(R"({"contractVersion":"1.0","keyId":""})") == "Input is not a valid JSON: keyId cannot be empty");
}

TEST_CASE("a member of a wrong type is malformed even when an earlier one is missing") {
  const std::string wrong = GENERATE(as<std::string>{}, "1", "true", "[]", "{}", "[102,111]");
  for (const char* name : {"contractVersion", "keyId", "keySpec", "hashAlgorithm", "payload"}) {
    REQUIRE(malformed("{\"" + std::string(name) + "\":" + wrong + "}") == kMalformed);
  }
}

TEST_CASE("plugin-config is an object of texts, or absent") {
  Request request;
  request.more = R"("pluginConfig":null)";
  REQUIRE(schema::decode_generate_signature_request(request.text()).plugin_config.empty());
  for (const char* wrong : {"[]", "\"x\"", "1", R"({"a":1})", R"({"a":null})", R"({"a":{"b":"c"}})"}) {
    request.more = R"("pluginConfig":)" + std::string(wrong);
    REQUIRE(malformed(request.text()) == kMalformed);
    REQUIRE_ERROR(schema::decode_metadata_request('{' + request.more + '}'), ErrorKind::malformed_request);
  }
}

TEST_CASE("anything but exactly one object is malformed") {
  const std::string good = Request().text();
  REQUIRE_NOTHROW(schema::decode_generate_signature_request(" \r\n\t" + good + "\n"));
  for (const std::string& text : {std::string(), std::string(" "), good + good, good + "x", good + std::string(1, '\0'),
                                  good.substr(1), good.substr(0, good.size() - 1), '[' + good + ']',
                                  "\xef\xbb\xbf" + good, std::string("\"text\""), std::string("7")}) {
    INFO(text);
    REQUIRE(malformed(text) == kMalformed);
  }
  REQUIRE_ERROR(schema::decode_metadata_request(""), ErrorKind::malformed_request);
  REQUIRE_ERROR(schema::decode_describe_key_request("[]"), ErrorKind::malformed_request);
}

TEST_CASE("a member twice at any level is malformed") {
  Request request;
  for (const char* twice : {R"("keyId":"release")", R"("key\u0049d":"release")", R"("unknown":1,"unknown":1)",
                            R"("pluginConfig":{"module":"/a","module":"/b"})", R"("unknown":[{"a":{"b":1,"b":2}}])"}) {
    request.more = twice;
    REQUIRE(malformed(request.text()) == kMalformed);
  }
}

TEST_CASE("unknown members and member names in another case are ignored") {
  Request request;
  request.more = R"("futureMember":{"a":[1,2,{"b":null}]},"KEYID":"other")";
  REQUIRE(schema::decode_generate_signature_request(request.text()).key_id == "release");
  request.key_id.clear();
  REQUIRE(malformed(request.text()) == "Input is not a valid JSON: keyId cannot be empty");
}

TEST_CASE("text that is not UTF-8 or holds half a surrogate pair is malformed") {
  for (const char* key_id : {"\"keyId\":\"\xff\"", "\"keyId\":\"\xed\xa0\x80\"", R"("keyId":"\ud800")"}) {
    Request request;
    request.key_id = key_id;
    REQUIRE(malformed(request.text()) == kMalformed);
  }
}

TEST_CASE("nesting without end is malformed") {
  Request request;
  request.more = R"("deep":)" + std::string(100'000, '[') + std::string(100'000, ']');
  REQUIRE(malformed(request.text()) == kMalformed);
}

TEST_CASE("a payload is standard base64 with padding; line breaks inside are fine") {
  Request request;
  request.payload = R"("payload":"Zm9v\r\nYg==\n")";
  REQUIRE(base::text_of(schema::decode_generate_signature_request(request.text()).payload) == "foob");
  for (const char* wrong : {"Zm9vYg", "Zm9vYg=", "-_-_", "Zm9v Yg==", "Zh==", "-----BEGIN"}) {
    request.payload = R"("payload":")" + std::string(wrong) + '"';
    REQUIRE(malformed(request.text()) == kMalformed);
  }
}

TEST_CASE("another contract version is refused by its name") {
  Request request;
  request.version = R"("contractVersion":"2.0\u001b[31m")";
  const base::Error error = error_of([&] { schema::decode_generate_signature_request(request.text()); });
  require_error(error, ErrorKind::unsupported_contract_version);
  REQUIRE(error.message().find("\"2.0\\x1b[31m\"") != std::string::npos);
  REQUIRE_ERROR(schema::decode_describe_key_request(R"({"contractVersion":"1","keyId":"k"})"),
                ErrorKind::unsupported_contract_version);
}

TEST_CASE("a key spec that we do not know is refused by its name") {
  const std::string name = GENERATE(as<std::string>{}, "rsa-2048", "RSA_2048", "EC-512", "ED25519", "RSA-1024");
  Request request;
  request.key_spec = R"("keySpec":")" + name + '"';
  const base::Error error = error_of([&] { schema::decode_generate_signature_request(request.text()); });
  require_error(error, ErrorKind::invalid_request);
  REQUIRE(error.message() == "cannot sign: keySpec \"" + name + "\" is not known");
  REQUIRE(error.hint() == "known: RSA-2048, RSA-3072, RSA-4096, EC-256, EC-384, EC-521");
}

TEST_CASE("a hash of another key spec is refused by its name") {
  Request request;
  request.hash = R"("hashAlgorithm":"SHA-256")";
  const base::Error error = error_of([&] { schema::decode_generate_signature_request(request.text()); });
  require_error(error, ErrorKind::invalid_request);
  REQUIRE(error.message() ==
          "cannot sign: hashAlgorithm \"SHA-256\" does not belong to keySpec EC-384, which uses SHA-384");
}

TEST_CASE("plugin metadata is one compact object") {
  REQUIRE(schema::encode(schema::PluginMetadata{
              "pkcs11", "signs", "0.1.0", "https://example.org", {"1.0"}, {"SIGNATURE_GENERATOR.RAW"}}) ==
          R"({"name":"pkcs11","description":"signs","version":"0.1.0","url":"https://example.org",)"
          R"("supportedContractVersions":["1.0"],"capabilities":["SIGNATURE_GENERATOR.RAW"]})");
}

TEST_CASE("a key id is echoed so that it reads back byte for byte") {
  const std::string key_id =
      GENERATE(as<std::string>{}, "release", "pkcs11:token=a;object=b?module-path=/x&pin-source=file:/y",
               "quote\" backslash\\ tab\t newline\n", "\xc3\xa9\xf0\x9f\x98\x80\xe2\x80\xa8<>&",
               std::string("\x01\x1f\x7f", 3), std::string("nul\0inside", 10));
  const std::string answer = schema::encode(schema::DescribeKeyResponse{key_id, pkcs11::KeySpec::ec_521});
  REQUIRE(answer.find('\n') == std::string::npos);
  REQUIRE(answer.ends_with(R"(,"keySpec":"EC-521"})"));
  const std::string request = R"({"contractVersion":"1.0",)" + answer.substr(1);
  REQUIRE(schema::decode_describe_key_request(request).key_id == key_id);
}

TEST_CASE("a signature is answered with algorithm and chain in standard base64") {
  schema::GenerateSignatureResponse response;
  response.key_id = "k";
  response.signature = {0xfb, 0xff, 0xbf, 0x00};
  response.key_spec = pkcs11::KeySpec::rsa_3072;
  response.certificate_chain = {{0x30, 0x00}, {0x30}};
  REQUIRE(
      schema::encode(response) ==
      R"({"keyId":"k","signature":"+/+/AA==","signingAlgorithm":"RSASSA-PSS-SHA-384","certificateChain":["MAA=","MA=="]})");
}

TEST_CASE("an error without metadata has no member for it") {
  REQUIRE(schema::encode(schema::ErrorResponse{"VALIDATION_ERROR", kMalformed, {}}) ==
          R"({"errorCode":"VALIDATION_ERROR","errorMessage":"Input is not a valid JSON"})");
}

TEST_CASE("an error keeps its lines and its metadata and never breaks the encoder") {
  REQUIRE(
      schema::encode(schema::ErrorResponse{"ERROR", "one\ntwo", {{"phase", "sign"}, {"ckr", "CKR_DEVICE_ERROR"}}}) ==
      R"({"errorCode":"ERROR","errorMessage":"one\ntwo","errorMetadata":{"ckr":"CKR_DEVICE_ERROR","phase":"sign"}})");
  REQUIRE(schema::encode(schema::ErrorResponse{"ERROR", "bad \xff byte", {}}) ==
          "{\"errorCode\":\"ERROR\",\"errorMessage\":\"bad \xef\xbf\xbd byte\"}");
}
