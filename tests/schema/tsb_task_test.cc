#include "schema/tsb_task.h"

#include <nlohmann/json.hpp>

#include "throws_error.h"

namespace {

using base::ErrorKind;
using Json = nlohmann::json;

const schema::TsbApproverProof kProof{"2026-01-01T00:00:00.000Z", {1}, "SHA-256", {2}};

}  // namespace

TEST_CASE("an approver asks with a signed time") {
  REQUIRE(Json::parse(schema::encode_tsb_task_question(kProof, "", 1, 20)) ==
          Json::parse(R"({"timestamp":"2026-01-01T00:00:00.000Z","timestampSignature":"AQ==",
            "timestampDigestAlgorithm":"SHA-256","approverPublicKey":"Ag==","detailLevel":"level3",
            "paging":{"pageNumber":1,"pageSize":20,"sortOrder":"CREATION_DATE_ASC"}})"));
  REQUIRE(Json::parse(schema::encode_tsb_task_question(kProof, "r", 0, 20))["requestId"] == "r");
}

TEST_CASE("a task is read at every level of detail") {
  const auto tasks = schema::decode_tsb_tasks(R"({"tasks":[
    {"detailLevel":"level1","id":"1","approvalToBeSigned":"AQI=","approverPublicKey":"Aw=="},
    {"id":"2","approvalToBeSigned":"AQI=","approverPublicKey":"Aw==","metaData":"e30=","metaDataSignature":"BA==",
     "payload":"BQ==","payloadType":"UNSPECIFIED","requestBase64":"eyJhIjoxfQ==","signedSignRequest":{"a":2},
     "keyAttributes":"<xml/>","requestStatus":{"id":"r","status":"PENDING"}},
    {"id":"3","approvalToBeSigned":"AQI=","signedSignRequest":{"signRequest":{"a":2}}}]})");
  REQUIRE(tasks.size() == 3);
  schema::TsbTask first;
  first.id = "1";
  first.approval_to_be_signed = {1, 2};
  first.approver_public_key = {3};
  REQUIRE(tasks[0] == first);
  REQUIRE(tasks[1].payload == base::Bytes{5});
  REQUIRE(tasks[1].payload_type == "UNSPECIFIED");
  REQUIRE(tasks[1].metadata == "{}");
  REQUIRE(tasks[1].metadata_signature == base::Bytes{4});
  REQUIRE(tasks[1].request == R"({"a":1})");
  REQUIRE(tasks[1].request_id == "r");
  REQUIRE(tasks[2].request == R"({"signRequest":{"a":2}})");
}

TEST_CASE("tasks of another form are refused") {
  REQUIRE(schema::decode_tsb_tasks(R"({"tasks":[]})").empty());
  for (const char* json :
       {"", "{}", R"({"tasks":{}})", R"({"tasks":[7]})", R"({"tasks":[{"id":"1"}]})",
        R"({"tasks":[{"approvalToBeSigned":"AQ=="}]})", R"({"tasks":[{"id":1,"approvalToBeSigned":"AQ=="}]})",
        R"({"tasks":[{"id":"1","approvalToBeSigned":"AQ==","payload":"?"}]})"}) {
    INFO(json);
    REQUIRE_ERROR(schema::decode_tsb_tasks(json), ErrorKind::service_failed);
  }
}

TEST_CASE("an approval repeats the bytes that were signed") {
  schema::TsbTask task;
  task.id = "1";
  task.approval_to_be_signed = {1, 2};
  const base::Bytes signature{3}, key{4};
  REQUIRE(Json::parse(schema::encode_tsb_approval(task, signature, "SHA-256", key)) ==
          Json::parse(R"({"id":"1","approvalToBeSigned":"AQI=","signature":"Aw==","approvalDigestAlgorithm":"SHA-256",
            "approverPublicKey":"BA=="})"));
}

TEST_CASE("a refusal names the task beside the signed time") {
  const Json json = Json::parse(schema::encode_tsb_refusal("1", kProof));
  REQUIRE(json.size() == 5);
  REQUIRE(json["id"] == "1");
  REQUIRE(json["timestampSignature"] == "AQ==");
}

TEST_CASE("meta data is read member by member when it is an object") {
  using Members = std::vector<std::pair<std::string, std::string>>;
  REQUIRE(schema::read_tsb_metadata(R"({"b":"1","a":{"x":[2]}})") == Members{{"a", R"({"x":[2]})"}, {"b", "1"}});
  for (const char* text : {"", "7", "[]", "{", R"({"a":1,"a":2})"}) {
    REQUIRE(schema::read_tsb_metadata(text) == std::nullopt);
  }
}
