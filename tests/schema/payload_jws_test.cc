#include "catch.h"
#include "payload_builder.h"
#include "schema/payload.h"
#include "throws_error.h"

using payload_builder::base64url;
using payload_builder::JwsParts;
using pkcs11::KeySpec;
using schema::NotaryPayload;

namespace {

NotaryPayload decode(const std::string& text) {
  return schema::decode_payload(base::bytes_of(text), KeySpec::ec_384);
}
NotaryPayload decode(const JwsParts& parts) {
  return decode(parts.build());
}

// The cause behind the colon.
template <typename Input>
std::string cause_of(const Input& input) {
  const base::Error error = error_of([&] { decode(input); });
  REQUIRE(error.kind() == base::ErrorKind::invalid_payload);
  const std::string prefix = "the bytes to sign are not a Notary payload: ";
  REQUIRE(error.message().starts_with(prefix));
  return error.message().substr(prefix.size());
}

const std::string kUnknown = ", which is not known here; only with the setting allow_opaque_payload is it signed";

std::int64_t seconds_of(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

TEST_CASE("a JWS without expiry is read") {
  const NotaryPayload payload = decode(JwsParts());
  REQUIRE(payload.format == schema::EnvelopeFormat::jws);
  REQUIRE_FALSE(payload.expiry);
  REQUIRE(payload.target.annotations.empty());
}

TEST_CASE("each key spec goes with one JWS algorithm") {
  const auto [spec, algorithm] = GENERATE(table<KeySpec, std::string>({{KeySpec::rsa_2048, "PS256"},
                                                                       {KeySpec::rsa_3072, "PS384"},
                                                                       {KeySpec::rsa_4096, "PS512"},
                                                                       {KeySpec::ec_256, "ES256"},
                                                                       {KeySpec::ec_384, "ES384"},
                                                                       {KeySpec::ec_521, "ES512"}}));
  JwsParts parts;
  parts.alg = '"' + algorithm + '"';
  REQUIRE_NOTHROW(schema::decode_payload(base::bytes_of(parts.build()), spec));
  for (const char* other : {"\"RS256\"", "\"RS384\"", "\"HS256\"", "\"none\"", "\"es256\"", "\"EdDSA\"", "\"\""}) {
    parts.alg = other;
    REQUIRE_ERROR(schema::decode_payload(base::bytes_of(parts.build()), spec), base::ErrorKind::invalid_payload);
  }
}

TEST_CASE("an algorithm of another key is refused with both names") {
  JwsParts parts;
  parts.alg = R"("ES256")";
  REQUIRE(cause_of(parts) == "JWS header: alg is \"ES256\", but the key is EC-384, which goes with ES384");
  parts.alg.reset();
  REQUIRE(cause_of(parts) == "JWS header has no alg");
}

TEST_CASE("a signing time in the machine's own zone is read") {
  JwsParts parts;
  parts.signing_time = R"("2026-11-21T07:18:29+05:30")";
  REQUIRE(seconds_of(decode(parts).signing_time) == 1795225709);
  parts.signing_time = R"("2026-11-20T20:48:29-05:00")";
  REQUIRE(seconds_of(decode(parts).signing_time) == 1795225709);
}

TEST_CASE("a JWT is refused even when it is signed with the same algorithm") {
  REQUIRE(cause_of(base64url(R"({"alg":"ES384","typ":"JWT"})") + '.' + base64url(R"({"sub":"admin"})")) ==
          "body has the member \"sub\" beside targetArtifact" + kUnknown);
  JwsParts parts;
  parts.cty.reset();
  parts.crit.reset();
  REQUIRE(cause_of(parts) == "JWS header has no content type");
}

TEST_CASE("another content type is refused by its name and the setting") {
  JwsParts parts;
  parts.cty = R"("application/jwt\u001b")";
  REQUIRE(cause_of(parts) == "JWS header has the content type \"application/jwt\\x1b\"" + kUnknown);
  parts.cty = R"("Application/vnd.cncf.notary.payload.v1+json")";
  REQUIRE(cause_of(parts) ==
          "JWS header has the content type \"Application/vnd.cncf.notary.payload.v1+json\"" + kUnknown);
}

TEST_CASE("an unknown critical member is refused by its name and the setting") {
  JwsParts parts;
  parts.crit = R"(["io.cncf.notary.signingScheme","io.cncf.notary.verificationPlugin"])";
  parts.more = R"(,"io.cncf.notary.verificationPlugin":"x")";
  REQUIRE(cause_of(parts) == "JWS header has the critical member \"io.cncf.notary.verificationPlugin\"" + kUnknown);
}

TEST_CASE("members outside crit that are not known are ignored") {
  JwsParts parts;
  parts.more = R"(,"typ":"x","kid":["a",{"b":null}],"com.example.more":1.5)";
  REQUIRE_NOTHROW(decode(parts));
}

TEST_CASE("a header member twice is refused even outside crit") {
  JwsParts parts;
  parts.more = R"(,"kid":"a","kid":"b")";
  REQUIRE(cause_of(parts) == "JWS header: member \"kid\" stands twice in one object");
  parts.more = R"(,"cty":"application/vnd.cncf.notary.payload.v1+json")";
  REQUIRE(cause_of(parts) == "JWS header: member \"cty\" stands twice in one object");
}

TEST_CASE("crit names the signing scheme, and the expiry exactly when there is one") {
  JwsParts parts;
  parts.crit.reset();
  REQUIRE(cause_of(parts) == "JWS header has no crit");
  parts.crit = "[]";
  REQUIRE(cause_of(parts) == "JWS header does not name io.cncf.notary.signingScheme in crit");
  parts.crit = R"(["io.cncf.notary.expiry"])";
  REQUIRE(cause_of(parts) == "JWS header names io.cncf.notary.expiry in crit but does not have it");
  parts.crit = R"(["io.cncf.notary.signingScheme"])";
  parts.expiry = R"("2026-11-22T02:02:02Z")";
  REQUIRE(cause_of(parts) == "JWS header does not name io.cncf.notary.expiry in crit");
  parts.crit = R"(["io.cncf.notary.expiry","io.cncf.notary.signingScheme"])";
  REQUIRE(decode(parts).expiry);
  parts.crit = R"(["io.cncf.notary.expiry","io.cncf.notary.signingScheme","io.cncf.notary.expiry"])";
  REQUIRE(cause_of(parts) == "JWS header names \"io.cncf.notary.expiry\" twice in crit");
}

TEST_CASE("crit of another shape is refused") {
  JwsParts parts;
  parts.crit = R"("io.cncf.notary.signingScheme")";
  REQUIRE(cause_of(parts) == "JWS header: crit is text, not an array");
  parts.crit = R"(["io.cncf.notary.signingScheme",1])";
  REQUIRE(cause_of(parts) == "JWS header: crit does not hold text alone");
}

TEST_CASE("a missing or unknown signing scheme is refused") {
  JwsParts parts;
  parts.scheme.reset();
  REQUIRE(cause_of(parts) == "JWS header has no io.cncf.notary.signingScheme");
  parts.scheme = R"("notary.x509.other")";
  REQUIRE(cause_of(parts) == "JWS header has the signing scheme \"notary.x509.other\"" + kUnknown);
}

TEST_CASE("a missing or malformed time is refused") {
  JwsParts parts;
  parts.signing_time.reset();
  REQUIRE(cause_of(parts) == "JWS header has no io.cncf.notary.signingTime");
  parts.signing_time = R"("yesterday")";
  REQUIRE(cause_of(parts) ==
          "JWS header: io.cncf.notary.signingTime \"yesterday\" is not an RFC 3339 time between 1970 and 2262");
  parts.signing_time = "1795225709";
  REQUIRE(cause_of(parts) == "JWS header: io.cncf.notary.signingTime is a number, not text");
}

TEST_CASE("an expiry at or before the signing time is refused") {
  JwsParts parts;
  parts.crit = R"(["io.cncf.notary.signingScheme","io.cncf.notary.expiry"])";
  parts.expiry = GENERATE(as<std::string>{}, R"("2026-11-21T02:02:02Z")", R"("2026-11-21T03:02:01+01:00")");
  REQUIRE(cause_of(parts) == "JWS header has an expiry that is not later than the signing time");
}

TEST_CASE("the signing authority's scheme goes with an authentic signing time in crit") {
  JwsParts parts;
  parts.scheme = R"("notary.x509.signingAuthority")";
  parts.crit = R"(["io.cncf.notary.signingScheme","io.cncf.notary.authenticSigningTime"])";
  parts.authentic_signing_time = R"("2026-11-21T01:48:29Z")";
  REQUIRE(cause_of(parts) ==
          "JWS header has io.cncf.notary.signingTime, which does not belong to the signing scheme "
          "notary.x509.signingAuthority");
  parts.signing_time.reset();
  const NotaryPayload payload = decode(parts);
  REQUIRE(payload.signing_scheme == "notary.x509.signingAuthority");
  REQUIRE(seconds_of(payload.signing_time) == 1795225709);

  parts.crit = R"(["io.cncf.notary.signingScheme"])";
  REQUIRE(cause_of(parts) == "JWS header does not name io.cncf.notary.authenticSigningTime in crit");
  parts.authentic_signing_time.reset();
  REQUIRE(cause_of(parts) == "JWS header has no io.cncf.notary.authenticSigningTime");
}

TEST_CASE("an authentic signing time does not go with the plain scheme") {
  JwsParts parts;
  parts.crit = R"(["io.cncf.notary.signingScheme","io.cncf.notary.authenticSigningTime"])";
  parts.authentic_signing_time = R"("2026-11-21T01:48:29Z")";
  REQUIRE(
      cause_of(parts) ==
      "JWS header has io.cncf.notary.authenticSigningTime, which does not belong to the signing scheme notary.x509");
}

TEST_CASE("both parts are strict base64url around exactly one dot") {
  const std::string good = JwsParts().build();
  const std::size_t dot = good.find('.');
  REQUIRE(cause_of(good + '.') == "JWS body is not strict base64url without padding");
  REQUIRE(cause_of(good + ".AAAA") == "JWS body is not strict base64url without padding");
  REQUIRE(cause_of(good + '=') == "JWS body is not strict base64url without padding");
  REQUIRE(cause_of(good + '\n') == "JWS body is not strict base64url without padding");
  REQUIRE(cause_of(' ' + good) == "JWS header is not strict base64url without padding");
  REQUIRE(cause_of(good.substr(0, dot) + "\r\n" + good.substr(dot)) ==
          "JWS header is not strict base64url without padding");
  REQUIRE(cause_of("." + good.substr(dot + 1)) == "JWS header: not valid JSON at line 1, column 1");
}

TEST_CASE("non-zero trailing bits are refused") {
  JwsParts parts;
  while (parts.body.size() % 3 != 1)
    parts.body += ' ';
  const std::string good = parts.build();
  REQUIRE_NOTHROW(decode(good));
  std::string changed = good;
  REQUIRE(changed.back() == 'A');  // 0x20 is 001000 00(0000)
  changed.back() = 'B';
  REQUIRE(cause_of(changed) == "JWS body is not strict base64url without padding");
}

TEST_CASE("a header that is not one JSON object is refused") {
  const auto with_header = [](const std::string& header) { return base64url(header) + '.' + base64url("{}"); };
  REQUIRE(cause_of(with_header("[]")) == "JWS header is an array, not an object");
  REQUIRE(cause_of(with_header("null")) == "JWS header is null, not an object");
  REQUIRE(cause_of(with_header("{}{}")) == "JWS header: not valid JSON at line 1, column 3");
  REQUIRE(cause_of(with_header("{\"alg\":\"\xff\"}")).starts_with("JWS header: not valid JSON"));
}
