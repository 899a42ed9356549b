#include "schema/payload.h"

#include "catch.h"
#include "payload_builder.h"
#include "throws_error.h"

using namespace payload_builder;
using pkcs11::KeySpec;
using schema::decode_payload;
using schema::EnvelopeFormat;
using schema::NotaryPayload;

namespace {

std::int64_t seconds_of(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

void require_captured_target(const schema::Descriptor& target) {
  REQUIRE(target.media_type == "application/vnd.oci.image.manifest.v1+json");
  REQUIRE(target.digest == kDigest);
  REQUIRE(target.size == 587);
  REQUIRE(target.annotations == std::map<std::string, std::string>{{"build", "42"}});
}

}  // namespace

TEST_CASE("the COSE bytes that notation 1.3.2 hands out are read") {
  const NotaryPayload payload = decode_payload(captured_cose(), KeySpec::ec_384);
  REQUIRE(payload.format == EnvelopeFormat::cose);
  REQUIRE(payload.signing_scheme == "notary.x509");
  REQUIRE(seconds_of(payload.signing_time) == 1795225708);
  REQUIRE(payload.expiry);
  REQUIRE(seconds_of(*payload.expiry) == 1795312108);
  require_captured_target(payload.target);
}

TEST_CASE("the JWS bytes that notation 1.3.2 hands out are read") {
  const NotaryPayload payload = decode_payload(base::bytes_of(kCapturedJws), KeySpec::ec_384);
  REQUIRE(payload.format == EnvelopeFormat::jws);
  REQUIRE(payload.signing_scheme == "notary.x509");
  REQUIRE(seconds_of(payload.signing_time) == 1795226522);
  REQUIRE(payload.expiry);
  REQUIRE(seconds_of(*payload.expiry) == 1795226522 + 86400);
  require_captured_target(payload.target);
}

TEST_CASE("captured bytes are refused for every other key spec") {
  for (const pkcs11::KeySpecTraits& key : pkcs11::all_key_specs()) {
    if (key.spec == KeySpec::ec_384) continue;
    REQUIRE_ERROR(decode_payload(captured_cose(), key.spec), base::ErrorKind::invalid_payload);
    REQUIRE_ERROR(decode_payload(base::bytes_of(kCapturedJws), key.spec), base::ErrorKind::invalid_payload);
  }
}

TEST_CASE("no captured bytes pass with any one bit of their framing changed, or they mean something else") {
  const base::Bytes original = captured_cose();
  const NotaryPayload before = decode_payload(original, KeySpec::ec_384);
  unsigned refused = 0;
  for (std::size_t bit = 0; bit < original.size() * 8; ++bit) {
    base::Bytes changed = original;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << (bit % 8));
    try {
      const NotaryPayload after = decode_payload(changed, KeySpec::ec_384);
      const bool same = after.target.digest == before.target.digest && after.target.size == before.target.size &&
                        after.target.media_type == before.target.media_type &&
                        after.target.annotations == before.target.annotations && after.expiry == before.expiry &&
                        after.signing_time == before.signing_time;
      INFO("bit " << bit);
      REQUIRE_FALSE(same);
    } catch (const base::Error& error) {
      require_error(error, base::ErrorKind::invalid_payload);
      ++refused;
    }
  }
  REQUIRE(refused > original.size() * 4);
}

TEST_CASE("captured bytes cut short or lengthened are refused") {
  for (const base::Bytes& whole : {captured_cose(), base::Bytes(kCapturedJws.begin(), kCapturedJws.end())}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      REQUIRE_ERROR(decode_payload(base::ByteView(whole).first(length), KeySpec::ec_384),
                    base::ErrorKind::invalid_payload);
    }
    base::Bytes longer = whole;
    longer.push_back('A');
    REQUIRE_ERROR(decode_payload(longer, KeySpec::ec_384), base::ErrorKind::invalid_payload);
  }
}

TEST_CASE("bytes that are neither envelope are refused with the setting that allows them") {
  const base::Error error = error_of([] { decode_payload(base::bytes_of("hello"), KeySpec::ec_256); });
  REQUIRE(error.kind() == base::ErrorKind::invalid_payload);
  REQUIRE(error.phase() == base::Phase::payload);
  REQUIRE(error.message() ==
          "the bytes to sign are not a Notary payload: they are neither a JWS signing input nor a COSE Sig_structure");
  REQUIRE(error.hint().find("\"allow_opaque_payload\": true") != std::string::npos);
}

TEST_CASE("bytes beyond the bound are refused before they are looked at") {
  const std::string text(schema::kMaximumPayloadSize + 1, 'A');
  REQUIRE(error_of([&] { decode_payload(base::bytes_of(text), KeySpec::ec_256); }).message() ==
          "the bytes to sign are not a Notary payload: they are longer than 1048576 bytes");
}

TEST_CASE("a payload up to the bound is read") {
  JwsParts parts;
  parts.body = R"({"targetArtifact":{"mediaType":"text/plain","digest":")" + std::string(kDigest) +
               R"(","size":1,"annotations":{"long":")" + std::string(700'000, 'x') + R"("}}})";
  REQUIRE(decode_payload(base::bytes_of(parts.build()), KeySpec::ec_384).target.annotations.at("long").size() ==
          700'000);
}

TEST_CASE("both captured envelopes resemble a Notary payload") {
  REQUIRE(schema::resembles_notary_payload(captured_cose()));
  REQUIRE(schema::resembles_notary_payload(base::bytes_of(kCapturedJws)));
}

TEST_CASE("what a lenient verifier could still read as an envelope resembles a Notary payload") {
  std::string broken_lines(kCapturedJws);
  broken_lines.insert(100, "\r\n");
  REQUIRE(schema::resembles_notary_payload(base::bytes_of(broken_lines)));
  REQUIRE(schema::resembles_notary_payload(base::bytes_of("e30=.e30=")));
  REQUIRE(schema::resembles_notary_payload(base::bytes_of("a.b.c")));
  REQUIRE(schema::resembles_notary_payload(base::bytes_of("\x84\x6aSignature1")));
}

TEST_CASE("certificates, challenges and plain text do not resemble a Notary payload") {
  REQUIRE_FALSE(schema::resembles_notary_payload({}));
  REQUIRE_FALSE(schema::resembles_notary_payload(base::Bytes{0x30, 0x82, 0x01, 0x0a, 0x02, 0x2e}));
  REQUIRE_FALSE(schema::resembles_notary_payload(base::bytes_of("notation-pkcs11 challenge: a.b")));
  REQUIRE_FALSE(schema::resembles_notary_payload(base::bytes_of("abcdef")));
  REQUIRE_FALSE(schema::resembles_notary_payload(base::bytes_of("\x84\x6bSignature10")));
}
