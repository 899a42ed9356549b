#include "catch.h"
#include "payload_builder.h"
#include "schema/payload.h"
#include "throws_error.h"

using payload_builder::CoseParts;
using payload_builder::JwsParts;
using payload_builder::kDigest;
using pkcs11::KeySpec;
using schema::Descriptor;

namespace {

// Both envelopes carry the same body; it must mean the same in both.
Descriptor decode(const std::string& body) {
  JwsParts jws;
  jws.body = body;
  CoseParts cose;
  cose.body = body;
  const Descriptor from_cose = schema::decode_payload(base::bytes_of(cose.build()), KeySpec::ec_384).target;
  const Descriptor from_jws = schema::decode_payload(base::bytes_of(jws.build()), KeySpec::ec_384).target;
  REQUIRE(from_cose.digest == from_jws.digest);
  REQUIRE(from_cose.annotations == from_jws.annotations);
  return from_jws;
}

struct Target {
  std::string media_type = R"("mediaType":"application/octet-stream")";
  std::string digest = R"(,"digest":")" + std::string(kDigest) + '"';
  std::string size = R"(,"size":1)";
  std::string more;
  std::string text() const { return R"({"targetArtifact":{)" + media_type + digest + size + more + "}}"; }
};

std::string cause_of(const std::string& body) {
  const base::Error error = error_of([&] { decode(body); });
  REQUIRE(error.kind() == base::ErrorKind::invalid_payload);
  const std::string prefix = "the bytes to sign are not a Notary payload: ";
  REQUIRE(error.message().starts_with(prefix));
  return error.message().substr(prefix.size());
}

const std::string kUnknown = ", which is not known here; only with the setting allow_opaque_payload is it signed";

}  // namespace

TEST_CASE("blobs are signed with the digests that go with larger keys") {
  Target target;
  target.digest = R"(,"digest":"sha384:)" + std::string(96, 'a') + '"';
  REQUIRE(decode(target.text()).digest == "sha384:" + std::string(96, 'a'));
  target.digest = R"(,"digest":"sha512:)" + std::string(128, '0') + '"';
  target.media_type = R"("mediaType":"text/x-anything; charset=\"utf-8\"")";
  REQUIRE(decode(target.text()).digest == "sha512:" + std::string(128, '0'));
  REQUIRE(decode(target.text()).media_type == "text/x-anything; charset=\"utf-8\"");
}

TEST_CASE("member order, white space and Go's escapes do not matter") {
  const Descriptor target = decode(" {\n\"targetArtifact\" : { \"size\":3,\"digest\":\"" + std::string(kDigest) +
                                   "\",\"annotations\":{},\"mediaType\":\"a\\u002bb\\u003c\" } }\n");
  REQUIRE(target.media_type == "a+b<");
  REQUIRE(target.size == 3);
}

TEST_CASE("annotations keep any text they hold") {
  Target target;
  target.more = R"(,"annotations":{"":"","\u00e9":"\ud83d\ude00","k":"\u202e\u0000\n","z":"<&>"})";
  REQUIRE(decode(target.text()).annotations ==
          std::map<std::string, std::string>{
              {"", ""}, {"\xc3\xa9", "\xf0\x9f\x98\x80"}, {"k", std::string("\xe2\x80\xae\0\n", 5)}, {"z", "<&>"}});
}

TEST_CASE("annotations that are not texts are refused") {
  Target target;
  target.more = R"(,"annotations":{"build":42})";
  REQUIRE(cause_of(target.text()) == "targetArtifact: annotation \"build\" is a number, not text");
  target.more = R"(,"annotations":null)";
  REQUIRE(cause_of(target.text()) == "targetArtifact: annotations is null, not an object");
  target.more = R"(,"annotations":{"a":"1","a":"2"})";
  REQUIRE(cause_of(target.text()) == "body: member \"a\" stands twice in one object");
}

TEST_CASE("sizes are whole numbers from 0 to 2^63 - 1") {
  for (const auto& [text, value] : {std::pair<std::string, std::int64_t>{"0", 0},
                                    {"587", 587},
                                    {"9007199254740993", 9007199254740993},
                                    {"9223372036854775807", INT64_MAX}}) {
    Target target;
    target.size = R"(,"size":)" + text;
    REQUIRE(decode(target.text()).size == value);
  }
}

TEST_CASE("every other size is refused") {
  const auto [size, cause] =
      GENERATE(table<std::string, std::string>({{"587.0", "is not a whole number"},
                                                {"1e3", "is not a whole number"},
                                                {"-1", "is less than 0"},
                                                {"9223372036854775808", "is beyond 64 bits"},
                                                {"18446744073709551616", "is not a whole number"},
                                                {"\"587\"", "is not a whole number"},
                                                {"null", "is not a whole number"},
                                                {"true", "is not a whole number"}}));
  Target target;
  target.size = R"(,"size":)" + size;
  REQUIRE(cause_of(target.text()) == "targetArtifact: size " + cause);
}

TEST_CASE("a digest of another algorithm or length is refused") {
  const auto digest_cause = [](const std::string& digest) {
    Target target;
    target.digest = R"(,"digest":")" + digest + '"';
    return cause_of(target.text());
  };
  const std::string hex64(64, 'a');
  for (const std::string& wrong :
       {"md5:" + std::string(32, 'a'), hex64, "SHA256:" + hex64, ":" + hex64, "sha-256:" + hex64}) {
    REQUIRE(digest_cause(wrong).ends_with("does not begin with sha256:, sha384: or sha512:"));
  }
  for (const std::string& wrong :
       {std::string("sha256:"), "sha256:" + hex64 + "a", "sha256:" + hex64.substr(1), "sha256:" + std::string(64, 'A'),
        "sha256:" + std::string(64, 'g'), "sha256:" + hex64.substr(1) + " "}) {
    REQUIRE(digest_cause(wrong).ends_with("does not have 64 lower-case hexadecimal digits"));
  }
  REQUIRE(digest_cause("sha512:" + hex64).ends_with("does not have 128 lower-case hexadecimal digits"));
  REQUIRE(digest_cause("") == "targetArtifact: digest is empty");
}

TEST_CASE("each required member that is missing or of another type is named") {
  Target target;
  target.size.clear();
  REQUIRE(cause_of(target.text()) == "targetArtifact has no size");
  target.digest.clear();
  REQUIRE(cause_of(target.text()) == "targetArtifact has no digest");
  target = Target();
  target.media_type = R"("mediaType":"")";
  REQUIRE(cause_of(target.text()) == "targetArtifact: mediaType is empty");
  target.media_type = R"("mediaType":["a"])";
  REQUIRE(cause_of(target.text()) == "targetArtifact: mediaType is an array, not text");
}

TEST_CASE("a member that the descriptor does not have is refused by its name and the setting") {
  Target target;
  target.more = R"(,"artifactType":"x")";
  REQUIRE(cause_of(target.text()) == "targetArtifact has the member \"artifactType\"" + kUnknown);
  target.more = R"(,"urls":[])";
  REQUIRE(cause_of(target.text()) == "targetArtifact has the member \"urls\"" + kUnknown);
}

TEST_CASE("the body holds targetArtifact alone") {
  std::string body = Target().text();
  body.back() = ',';
  REQUIRE(cause_of(body + R"("other":1})") == "body has the member \"other\" beside targetArtifact" + kUnknown);
  REQUIRE(cause_of(R"({"targetArtifact":[]})") == "targetArtifact is an array, not an object");
  REQUIRE(cause_of(R"({"TargetArtifact":{}})") ==
          "body has the member \"TargetArtifact\" beside targetArtifact" + kUnknown);
  REQUIRE(cause_of("[]") == "body is an array, not an object");
  REQUIRE(cause_of(Target().text() + "{}").starts_with("body: not valid JSON at line 1"));
}

TEST_CASE("an OCI descriptor gives media type, digest and size, whatever else it holds") {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const schema::Descriptor descriptor =
      schema::decode_oci_descriptor(R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + digest +
                                    R"(","size":587,"annotations":{"a":"b"},"platform":{"os":"linux"}})");
  CHECK(descriptor.media_type == "application/vnd.oci.image.manifest.v1+json");
  CHECK(descriptor.digest == digest);
  CHECK(descriptor.size == 587);
  CHECK(descriptor.annotations.empty());
}

TEST_CASE("what is no OCI descriptor is refused by that name") {
  const auto cause = [](std::string_view text) {
    const base::Error error = error_of([&] { (void)schema::decode_oci_descriptor(text); });
    require_error(error, base::ErrorKind::invalid_payload);
    const std::string prefix = "not an OCI descriptor: ";
    REQUIRE(error.message().starts_with(prefix));
    return error.message().substr(prefix.size());
  };
  CHECK(cause("").starts_with("not valid JSON at line 1"));
  CHECK(cause("[]") == "it is an array, not an object");
  CHECK(cause("{}") == "it has no mediaType");
  CHECK(cause(R"({"mediaType":"a","digest":"sha256:00","size":1})").starts_with("digest \"sha256:00\" "));
  CHECK(cause(R"({"mediaType":"a","size":1,"digest":1})") == "digest is a number, not text");
  CHECK(cause(R"({"mediaType":"a","size":-1,"digest":"sha256:)" + std::string(64, 'a') + "\"}") ==
        "size is less than 0");
}
