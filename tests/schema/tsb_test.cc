#include "schema/tsb.h"

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "throws_error.h"

namespace {

using base::ErrorKind;
using Json = nlohmann::json;

base::Secret secret(std::string_view text) {
  return base::Secret(base::bytes_of(text));
}

base::Bytes bytes(std::string_view text) {
  const base::ByteView view = base::bytes_of(text);
  return {view.begin(), view.end()};
}

template <typename Action>
std::string cause_of(Action&& action) {
  const base::Error error = error_of(action);
  REQUIRE(error.kind() == ErrorKind::service_failed);
  REQUIRE(error.phase() == base::Phase::approval);
  const std::string begin = "the service's answer cannot be read: ";
  REQUIRE(error.message().starts_with(begin));
  return error.message().substr(begin.size());
}

}  // namespace

TEST_CASE("a sign request is compact text with the documented members alone") {
  const base::Bytes payload = bytes("artifact");
  schema::TsbSignRequest request;
  request.key = "release \"key\"";
  request.algorithm = "SHA256_WITH_ECDSA";
  request.payload = payload;
  REQUIRE(encode_tsb_sign_request(request) ==
          R"({"payload":"YXJ0aWZhY3Q=","payloadType":"UNSPECIFIED","signKeyName":"release \"key\"",)"
          R"("signatureAlgorithm":"SHA256_WITH_ECDSA"})");

  request.metadata = R"({"app":"x"})";
  request.metadata_signature = {1, 2, 3};
  const Json json = Json::parse(encode_tsb_sign_request(request));
  REQUIRE(json.size() == 6);
  REQUIRE(json["metaData"] == "eyJhcHAiOiJ4In0=");
  REQUIRE(json["metaDataSignature"] == "AQID");
}

TEST_CASE("a key's password is sent as an array of its characters") {
  const base::Bytes payload = bytes("artifact");
  const base::Secret password = secret("a\"\\\t\x1f\xc3\xa4\xf0\x9f\x94\x91");
  schema::TsbSignRequest request;
  request.key = "k";
  request.key_password = &password;
  request.algorithm = "EDDSA";
  request.payload = payload;
  const Json expected = {"a", "\"", "\\", "\t", "\x1f", "\xc3\xa4", "\xf0\x9f\x94\x91"};
  REQUIRE(Json::parse(encode_tsb_sign_request(request))["keyPassword"] == expected);
  REQUIRE(Json::parse(schema::encode_tsb_key_question("k", &password))["password"] == expected);
  REQUIRE(schema::encode_tsb_key_question("k", nullptr) == R"({"label":"k"})");
}

TEST_CASE("a password that is not UTF-8 cannot be sent") {
  const base::Secret password = secret("ab\xff");
  REQUIRE_ERROR(schema::encode_tsb_key_question("k", &password), ErrorKind::invalid_settings);
}

TEST_CASE("the wrapper holds the very bytes of the inner object") {
  const std::string inner = R"({"payload" : "AA==" })";
  REQUIRE(schema::wrap_tsb_sign_request(inner, std::nullopt) == R"({"signRequest":{"payload" : "AA==" }})");
  const schema::TsbRequestSignature signature{"digestAlgorithm", "SHA-256", {1}, {2}};
  REQUIRE(schema::wrap_tsb_sign_request(inner, signature) ==
          R"({"signRequest":{"payload" : "AA==" },"requestSignature":{"signature":"AQ==",)"
          R"("digestAlgorithm":"SHA-256","publicKey":"Ag=="}})");
}

TEST_CASE("a time is written in UTC with milliseconds") {
  const auto day = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2);
  REQUIRE(schema::tsb_time(day) == "2026-01-02T00:00:00.000Z");
  REQUIRE(schema::tsb_time(day + std::chrono::milliseconds(3'723'045)) == "2026-01-02T01:02:03.045Z");
}

TEST_CASE("meta data is a compact object in the order given, the last of two wins") {
  REQUIRE(schema::encode_tsb_metadata({{"b", "1"}, {"a", "\xff"}, {"b", "2"}}) ==
          "{\"b\":\"2\",\"a\":\"\xef\xbf\xbd\"}");
  REQUIRE(schema::encode_tsb_metadata({}) == "{}");
}

TEST_CASE("a key without rules needs no approval") {
  for (const char* policy : {"null", "{}", R"({"ruleUse":null})", R"({"ruleUse":{}})", R"({"ruleUse":{"tokens":[]}})",
                             R"({"ruleUse":{"tokens":null},"keyStatus":{"blocked":false}})"}) {
    const auto key = schema::decode_tsb_key(R"({"json":{"algorithm":"EC","publicKey":"AQID","policy":)" +
                                            std::string(policy) + "},\"xml\":\"x\"}");
    REQUIRE_FALSE(key.needs_approval);
    REQUIRE_FALSE(key.blocked);
    REQUIRE(key.public_key == base::Bytes{1, 2, 3});
    REQUIRE(key.algorithm == "EC");
  }
}

TEST_CASE("the approvers of a key are those of its rule for use, each once") {
  const auto key = schema::decode_tsb_key(R"({"json":{"publicKey":"AQID","policy":{
    "ruleUse":{"tokens":[
      {"name":"t","timelock":0,"timeout":0,"groups":[
        {"name":"g","quorum":1,"approvals":[
          {"type":"public_key","name":"ada","value":"AQ=="},{"type":"certificate","value":"Ag=="}]},
        {"name":"h","quorum":1,"approvals":[{"type":"public_key","name":"ada","value":"AQ=="}]}]},
      {"timelock":60,"timeout":0,"groups":null}]},
    "ruleBlock":{"tokens":[{"groups":[{"quorum":1,"approvals":[{"type":"public_key","name":"x","value":"Aw=="}]}]}]},
    "keyStatus":{"blocked":true}}}})");
  REQUIRE(key.needs_approval);
  REQUIRE(key.blocked);
  REQUIRE(key.approvers == std::vector<schema::TsbApprover>{{"ada", {1}, {}}, {"", {}, {2}}});
}

TEST_CASE("key attributes of another form are refused without their values") {
  const auto cause = [](const std::string& json) { return cause_of([&] { schema::decode_tsb_key(json); }); };
  REQUIRE(cause("<html>") == "it is not valid JSON");
  REQUIRE(cause("[]") == "it is an array, not an object");
  REQUIRE(cause("{}") == "json is missing");
  REQUIRE(cause(R"({"json":{"publicKey":null}})") == "json.publicKey is missing");
  REQUIRE(cause(R"({"json":{"publicKey":"?"}})") == "json.publicKey is not base64");
  REQUIRE(cause(R"({"json":{"publicKey":"AQ==","policy":7}})") == "json.policy is a number, not an object");
  REQUIRE(cause(R"({"json":{"publicKey":"AQ==","policy":{"ruleUse":{"tokens":{}}}}})") ==
          "json.policy.ruleUse.tokens is an object, not an array");
  REQUIRE(cause(R"({"json":{"publicKey":"AQ==","policy":{"keyStatus":{"blocked":"no"}}}})") ==
          "json.policy.keyStatus.blocked is text, not true or false");
}

TEST_CASE("the id of a new request is text that can be shown") {
  REQUIRE(schema::decode_tsb_sign_request_id(R"({"signRequestId":"1-2","new":1})") == "1-2");
  const auto refused = [](const std::string& json) {
    return cause_of([&] { schema::decode_tsb_sign_request_id(json); });
  };
  REQUIRE(refused("{}") == "signRequestId is missing");
  REQUIRE(refused(R"({"signRequestId":""})") == "signRequestId is missing");
  REQUIRE(refused(R"({"signRequestId":7})") == "signRequestId is a number, not text");
  REQUIRE(refused(R"({"signRequestId":"a\nb"})") == "signRequestId is not the id of a request");
  REQUIRE(refused(R"({"signRequestId":")" + std::string(201, 'a') + "\"}") ==
          "signRequestId is not the id of a request");
}

TEST_CASE("every documented state is known and another one is told") {
  using schema::TsbState;
  const std::pair<const char*, TsbState> states[] = {
      {"PENDING", TsbState::pending}, {"APPROVED", TsbState::approved},   {"EXECUTED", TsbState::executed},
      {"FAILED", TsbState::failed},   {"EXPIRED", TsbState::expired},     {"REJECTED", TsbState::rejected},
      {"ON_HOLD", TsbState::unknown}, {"CANCELLED", TsbState::cancelled}, {"pending", TsbState::unknown}};
  for (const auto& [text, state] : states) {
    const auto status = schema::decode_tsb_request_status("{\"status\":\"" + std::string(text) + "\"}");
    REQUIRE(status.state == state);
    REQUIRE(status.state_text == text);
    REQUIRE(status.result.empty());
  }
}

TEST_CASE("the state of a request names who answered and holds the signature") {
  const auto status = schema::decode_tsb_request_status(
      R"({"id":"1","status":"EXECUTED","executionTime":"2026-01-01T00:00:00Z","approvedBy":["AQ==","Ag=="],)"
      R"("notYetApprovedBy":null,"rejectedBy":["Aw=="],"result":"BAU=","inputOfflineHsm":{"a":[]}})");
  REQUIRE(status.approved_by == std::vector<std::string>{"AQ==", "Ag=="});
  REQUIRE(status.not_yet_approved_by.empty());
  REQUIRE(status.rejected_by == std::vector<std::string>{"Aw=="});
  REQUIRE(status.result == base::Bytes{4, 5});
}

TEST_CASE("a state of another form is refused without its values") {
  const auto cause = [](const std::string& json) { return cause_of([&] { schema::decode_tsb_request_status(json); }); };
  REQUIRE(cause("") == "it is not valid JSON");
  REQUIRE(cause(R"({"status":"PENDING","status":"EXECUTED"})") == "it is not valid JSON");
  REQUIRE(cause("{}") == "status is missing");
  REQUIRE(cause(R"({"status":["PENDING"]})") == "status is an array, not text");
  REQUIRE(cause(R"({"status":"PENDING","approvedBy":"AQ=="})") == "approvedBy is text, not an array");
  REQUIRE(cause(R"({"status":"PENDING","approvedBy":[1]})") == "approvedBy holds a number where text belongs");
  REQUIRE(cause(R"({"status":"EXECUTED","result":"-"})") == "result is not base64");
  std::string many = "\"\"";
  for (int i = 0; i < 200; ++i)
    many += ",\"\"";
  REQUIRE(cause("{\"status\":\"PENDING\",\"approvedBy\":[" + many + "]}") == "approvedBy has more than 200 entries");
  REQUIRE(cause(R"({"status":"EXECUTED","result":")" + base::encode_base64(base::Bytes(16'385)) + "\"}") ==
          "the signature is too long");
  REQUIRE(cause(std::string(1'048'577, ' ')) == "it is longer than 1048576 bytes");
}

TEST_CASE("the signature of a key without rules is the reply") {
  REQUIRE(schema::decode_tsb_signature(R"({"signature":"AQI="})") == base::Bytes{1, 2});
  REQUIRE(cause_of([] { schema::decode_tsb_signature(R"({"signature":""})"); }) == "signature is missing");
}

TEST_CASE("a certificate is one text or several") {
  REQUIRE(schema::decode_tsb_certificates(R"({"label":"k","certificate":"AQ=="})") == std::vector<std::string>{"AQ=="});
  REQUIRE(schema::decode_tsb_certificates(R"({"certificate":["AQ==","Ag=="]})").size() == 2);
  REQUIRE(cause_of([] { schema::decode_tsb_certificates("{}"); }) == "certificate is missing");
  REQUIRE(cause_of([] { schema::decode_tsb_certificates(R"({"certificate":[7]})"); }) ==
          "certificate holds a number where text belongs");
}

TEST_CASE("a fault is a number and a reason of the service's own form, never its message") {
  using schema::TsbFault;
  const auto fault = schema::decode_tsb_fault;
  REQUIRE(fault(R"({"errorCode":631,"reason":"res.error.invalid.api.key","message":"k3y"})") ==
          TsbFault{631, "res.error.invalid.api.key"});
  REQUIRE(fault(R"({"message":"boom"})") == TsbFault{});
  REQUIRE(fault(R"({"errorCode":"631","reason":"your key k3y is wrong"})") == TsbFault{});
  REQUIRE(fault(R"({"errorCode":-1,"reason":7})") == TsbFault{});
  REQUIRE(fault(R"({"errorCode":18446744073709551615})") == TsbFault{});
  REQUIRE(fault(R"({"reason":"res.error.a b"})") == TsbFault{});
  REQUIRE(fault("<html>") == TsbFault{});
  REQUIRE(fault("") == TsbFault{});
  REQUIRE(fault("[1]") == TsbFault{});
}
