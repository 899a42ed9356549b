#include <algorithm>

#include "catch.h"
#include "payload_builder.h"
#include "schema/payload.h"
#include "throws_error.h"

using namespace payload_builder;
using pkcs11::KeySpec;
using schema::NotaryPayload;

namespace {

NotaryPayload decode(const std::string& text) {
  return schema::decode_payload(base::bytes_of(text), KeySpec::ec_384);
}
NotaryPayload decode(const CoseParts& parts) {
  return decode(parts.build());
}

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

TEST_CASE("a Sig_structure without expiry is read") {
  const NotaryPayload payload = decode(CoseParts());
  REQUIRE(payload.format == schema::EnvelopeFormat::cose);
  REQUIRE(payload.signing_scheme == "notary.x509");
  REQUIRE(seconds_of(payload.signing_time) == 1795225708);
  REQUIRE_FALSE(payload.expiry);
  REQUIRE(payload.target.size == 587);
}

TEST_CASE("each key spec goes with one COSE algorithm") {
  const auto [spec, algorithm] = GENERATE(table<KeySpec, int>({{KeySpec::rsa_2048, -37},
                                                               {KeySpec::rsa_3072, -38},
                                                               {KeySpec::rsa_4096, -39},
                                                               {KeySpec::ec_256, -7},
                                                               {KeySpec::ec_384, -35},
                                                               {KeySpec::ec_521, -36}}));
  for (const int candidate : {-7, -8, -35, -36, -37, -38, -39, -257, 7, 0, 35}) {
    CoseParts parts;
    parts.set(kAlg, cbor_number(candidate));
    const std::string bytes = parts.build();
    if (candidate == algorithm) {
      REQUIRE_NOTHROW(schema::decode_payload(base::bytes_of(bytes), spec));
    } else {
      REQUIRE_ERROR(schema::decode_payload(base::bytes_of(bytes), spec), base::ErrorKind::invalid_payload);
    }
  }
}

TEST_CASE("an algorithm number of another key, as text or missing is refused") {
  CoseParts parts;
  parts.set(kAlg, cbor_number(-7));
  REQUIRE(cause_of(parts) == "COSE header: alg is -7, but the key is EC-384, which goes with -35");
  parts.set(kAlg, cbor_text("-35"));
  REQUIRE(cause_of(parts) == "COSE header: alg is -35, but the key is EC-384, which goes with -35");
  parts.set(kAlg, cbor_bytes("x"));
  REQUIRE(cause_of(parts) == "COSE header: alg is a byte string, not a text string");
  parts.drop(kAlg);
  REQUIRE(cause_of(parts) == "COSE header has no alg");
}

TEST_CASE("the largest negative label is no way around the duplicate check") {
  CoseParts parts;
  parts.set(std::string("\x3b") + std::string(8, '\xff'), cbor_number(1));
  REQUIRE_NOTHROW(decode(parts));
}

TEST_CASE("a COSE content type other than Notary's is refused by its name and the setting") {
  CoseParts parts;
  parts.set(kContentType, cbor_text("application/cbor"));
  REQUIRE(cause_of(parts) == "COSE header has the content type \"application/cbor\"" + kUnknown);
  parts.set(kContentType, cbor_number(50));
  REQUIRE(cause_of(parts) == "COSE header has the content type \"number 50\"" + kUnknown);
  parts.drop(kContentType);
  REQUIRE(cause_of(parts) == "COSE header has no content type");
}

TEST_CASE("an unknown critical label is refused by its name and the setting") {
  CoseParts parts;
  parts.set(kCrit, cbor_array({kScheme, cbor_text("com.example.tenant")}));
  parts.set(cbor_text("com.example.tenant"), cbor_number(1));
  REQUIRE(cause_of(parts) == "COSE header has the critical member \"com.example.tenant\"" + kUnknown);
  parts.set(kCrit, cbor_array({kScheme, cbor_number(3)}));
  REQUIRE(cause_of(parts) == "COSE header has the critical member \"label 3\"" + kUnknown);
}

TEST_CASE("COSE crit names the signing scheme, and the expiry exactly when there is one") {
  CoseParts parts;
  parts.drop(kCrit);
  REQUIRE(cause_of(parts) == "COSE header has no crit");
  parts.set(kCrit, cbor_array({}));
  REQUIRE(cause_of(parts) == "COSE header does not name io.cncf.notary.signingScheme in crit");
  parts.set(kCrit, cbor_array({kScheme, kExpiry}));
  REQUIRE(cause_of(parts) == "COSE header names io.cncf.notary.expiry in crit but does not have it");
  parts.set(kExpiry, cbor_time(1795225709));
  REQUIRE(seconds_of(*decode(parts).expiry) == 1795225709);
  parts.set(kCrit, cbor_array({kScheme}));
  REQUIRE(cause_of(parts) == "COSE header does not name io.cncf.notary.expiry in crit");
  parts.set(kCrit, cbor_array({kScheme, kExpiry, kScheme}));
  REQUIRE(cause_of(parts) == "COSE header names \"io.cncf.notary.signingScheme\" twice in crit");
  parts.set(kCrit, kScheme);
  REQUIRE(cause_of(parts) == "COSE header: crit is a text string, not an array");
}

TEST_CASE("a COSE time is tag 1 around a whole number of seconds") {
  CoseParts parts;
  parts.set(kSigningTime, cbor_number(1795225708));
  REQUIRE(cause_of(parts) == "COSE header: io.cncf.notary.signingTime is an unsigned integer, not a tag");
  parts.set(kSigningTime, cbor_head(6, 0) + cbor_text("2026-11-21T01:48:29Z"));
  REQUIRE(cause_of(parts) == "COSE header: io.cncf.notary.signingTime does not have tag 1");
  parts.set(kSigningTime, cbor_head(6, 1) + cbor_number(-1));
  REQUIRE(cause_of(parts) == "COSE header: io.cncf.notary.signingTime is a negative integer, not an unsigned integer");
  parts.set(kSigningTime, cbor_head(6, 1) + std::string("\xfb\x41\xd2\x00\x00\x00\x00\x00\x00", 9));
  REQUIRE(cause_of(parts) == "COSE header: io.cncf.notary.signingTime is a simple value, not an unsigned integer");
  parts.set(kSigningTime, cbor_time(UINT64_MAX));
  REQUIRE(cause_of(parts) ==
          "COSE header: io.cncf.notary.signingTime 18446744073709551615 is not a time between 1970 and 2262");
  parts.drop(kSigningTime);
  REQUIRE(cause_of(parts) == "COSE header has no io.cncf.notary.signingTime");
}

TEST_CASE("an expiry that is not later than the signing time is refused in COSE too") {
  CoseParts parts;
  parts.set(kCrit, cbor_array({kScheme, kExpiry}));
  parts.set(kExpiry, cbor_time(1795225708));
  REQUIRE(cause_of(parts) == "COSE header has an expiry that is not later than the signing time");
}

TEST_CASE("the signing authority's scheme is read from COSE") {
  CoseParts parts;
  parts.set(kScheme, cbor_text("notary.x509.signingAuthority"));
  parts.drop(kSigningTime);
  parts.set(kAuthenticSigningTime, cbor_time(1795225700));
  parts.set(kCrit, cbor_array({kScheme, kAuthenticSigningTime}));
  const NotaryPayload payload = decode(parts);
  REQUIRE(payload.signing_scheme == "notary.x509.signingAuthority");
  REQUIRE(seconds_of(payload.signing_time) == 1795225700);
}

TEST_CASE("COSE members outside crit that are not known are ignored, whatever they hold") {
  CoseParts parts;
  parts.set(cbor_number(4), cbor_bytes("kid"));
  parts.set(cbor_number(-70000), cbor_array({cbor_number(1), cbor_text("x"), std::string("\xf9\x3c\x00", 3)}));
  parts.set(cbor_text("com.example.map"), cbor_head(5, 1) + cbor_number(1) + cbor_time(7));
  parts.set(cbor_text("1"), std::string("\xf6"));
  REQUIRE_NOTHROW(decode(parts));
}

TEST_CASE("a COSE label twice is refused even outside crit") {
  for (const std::string& label : {kAlg, kScheme, cbor_number(99), cbor_text("x")}) {
    CoseParts parts;
    parts.set(cbor_number(99), cbor_number(0));
    parts.set(cbor_text("x"), cbor_number(0));
    const CborPair again = *std::find_if(parts.members.begin(), parts.members.end(),
                                         [&](const CborPair& member) { return member.first == label; });
    parts.members.push_back(again);
    REQUIRE(cause_of(parts).ends_with("stands twice"));
  }
}

TEST_CASE("a label that is neither number nor text is refused") {
  CoseParts parts;
  parts.set(cbor_bytes("x"), cbor_number(0));
  REQUIRE(cause_of(parts) == "COSE header: a label is a byte string, not a text string");
}

TEST_CASE("bytes left over anywhere are refused") {
  CoseParts parts;
  parts.after = std::string(1, '\0');
  REQUIRE(cause_of(parts) == "COSE Sig_structure has bytes after its end");
  const CoseParts good;
  REQUIRE(cause_of(good.build_with(good.header() + '\0')) == "COSE header has bytes after its end");
  REQUIRE(cause_of(good.build_with("")) == "COSE header: ends too early");
  REQUIRE(cause_of(good.build_with(cbor_array({}))) == "COSE header: it is an array, not a map");
}

TEST_CASE("external data must be empty") {
  CoseParts parts;
  parts.external = "x";
  REQUIRE(cause_of(parts) == "COSE Sig_structure has external data");
}

TEST_CASE("indefinite lengths are refused in the header and around it") {
  const CoseParts good;
  const std::string header = good.header();
  REQUIRE(cause_of(good.build_with('\xbf' + header.substr(1) + '\xff')) ==
          "COSE header: has an item of indefinite length");
  std::string bytes = cbor_array({cbor_text("Signature1"), std::string("\x5f") + cbor_bytes(header) + '\xff',
                                  cbor_bytes(""), cbor_bytes(good.body)});
  REQUIRE(cause_of(bytes) == "COSE Sig_structure: has an item of indefinite length");
}

TEST_CASE("a COSE body that is not the Notary payload is refused") {
  CoseParts parts;
  parts.body = "{}";
  REQUIRE(cause_of(parts) == "body has no targetArtifact");
  parts.body = "";
  REQUIRE(cause_of(parts) == "body: not valid JSON at line 1, column 1");
}
