#include "base/error.h"
#include "schema/payload.h"
#include "schema/tsb.h"
#include "schema/tsb_token.h"
#include "signing/sign_orders.h"
#include "throws_error.h"
#include "trust/public_key.h"

using base::Bytes;
using pkcs11::KeySpec;
using signing::SignOrders;

namespace {

// {"alg":"ES256","crit":["io.cncf.notary.signingScheme"],"cty":"application/vnd.cncf.notary.payload.v1+json",
//  "io.cncf.notary.signingScheme":"notary.x509","io.cncf.notary.signingTime":"2026-11-21T02:02:02Z"}
constexpr std::string_view kJws =
    "eyJhbGciOiJFUzI1NiIsImNyaXQiOlsiaW8uY25jZi5ub3Rhcnkuc2lnbmluZ1NjaGVtZSJdLCJjdHkiOiJhcHBsaWNhdGlvbi92bmQuY25jZi5u"
    "b3RhcnkucGF5bG9hZC52MStqc29uIiwiaW8uY25jZi5ub3Rhcnkuc2lnbmluZ1NjaGVtZSI6Im5vdGFyeS54NTA5IiwiaW8uY25jZi5ub3Rhcnku"
    "c2lnbmluZ1RpbWUiOiIyMDI2LTExLTIxVDAyOjAyOjAyWiJ9."
    "eyJ0YXJnZXRBcnRpZmFjdCI6eyJkaWdlc3QiOiJzaGEyNTY6NDNhNmY0MzhhM2U1NDUyYTQ1NDNmMjhmYzI3OTY3OTY4ZjI2YTM2Yjg4NWRiN2Nl"
    "OTdlY2ZiYmFkM2RhYWVmOSIsIm1lZGlhVHlwZSI6ImFwcGxpY2F0aW9uL3ZuZC5vY2kuaW1hZ2UubWFuaWZlc3QudjEranNvbiIsInNpemUiOjU4"
    "N319";

Bytes bytes_of(std::string_view text) {
  const base::ByteView bytes = base::bytes_of(text);
  return {bytes.begin(), bytes.end()};
}

Bytes token(Bytes payload, std::string key = "release-key", bool timed = true) {
  schema::TsbToken token;
  token.key = std::move(key);
  token.payload = std::move(payload);
  if (timed) token.time = schema::TsbTokenTime{1'767'225'600, "timestamp-key", {0x30, 0x00}};
  return encode(token);
}

// Sig_structure (RFC 9052 section 4.4) with a protected header and payload that mean nothing.
Bytes cose() {
  Bytes bytes{0x84, 0x6A};
  for (const char letter : std::string_view("Signature1"))
    bytes.push_back(static_cast<std::uint8_t>(letter));
  bytes.insert(bytes.end(), {0x41, 0xA0, 0x40, 0x41, 0x01});
  return bytes;
}

}  // namespace

TEST_CASE("an approver signs an approval token and the time of a question, over SHA-256 whatever the key") {
  for (const pkcs11::KeySpecTraits& spec : pkcs11::all_key_specs()) {
    INFO(spec.name);
    const base::WallTime now = base::system_clock().wall();
    for (const Bytes& message : {token(bytes_of(kJws)), token({}), bytes_of(schema::tsb_time(now))}) {
      const pkcs11::SignOrder order = SignOrders::decision(spec.spec, message);
      CHECK(order.purpose() == pkcs11::SignPurpose::decision);
      CHECK(order.scheme() == pkcs11::SignScheme::approver);
      CHECK(std::ranges::equal(order.message(), message));
      CHECK(std::ranges::equal(order.digest(), trust::digest(pkcs11::Hash::sha_256, message)));
    }
  }
}

TEST_CASE("an approver's Ed25519 key is given the message itself") {
  for (const Bytes& message : {token(bytes_of(kJws)), bytes_of("2026-01-01T00:00:00.000Z")}) {
    const pkcs11::SignOrder order = SignOrders::ed25519_decision(message);
    CHECK(order.purpose() == pkcs11::SignPurpose::decision);
    CHECK(order.scheme() == pkcs11::SignScheme::approver);
    CHECK_FALSE(order.spec());
    CHECK(std::ranges::equal(order.message(), message));
    CHECK(order.digest().empty());
  }
}

TEST_CASE("an approver's answer can never be read as a Notary payload, whatever is to be signed") {
  REQUIRE(schema::resembles_notary_payload(bytes_of(kJws)));
  REQUIRE(schema::resembles_notary_payload(cose()));
  for (const Bytes& payload : {bytes_of(kJws), cose(), Bytes{}}) {
    for (const bool timed : {false, true}) {
      for (const std::string& key : {std::string(), std::string("Signature1"), std::string(kJws)}) {
        CHECK_FALSE(schema::resembles_notary_payload(token(payload, key, timed)));
      }
    }
  }
  CHECK_FALSE(schema::resembles_notary_payload(bytes_of("2026-01-01T00:00:00.000Z")));
}

TEST_CASE("an approver signs no Notary payload, and nothing else that is neither a token nor a time") {
  Bytes longer = token(bytes_of("x")), padded = token(bytes_of("x"), "release-key", false);
  longer.push_back(0);
  padded.back() = 1;
  for (const Bytes& message :
       {bytes_of(kJws), cose(), Bytes{}, bytes_of("yes"), bytes_of("2026-01-01T00:00:00Z"),
        bytes_of("2026-01-01T00:00:00.000Z "), bytes_of("2026-01-01t00:00:00.000Z"), longer, padded}) {
    INFO(base::to_hex(message));
    REQUIRE_ERROR(SignOrders::decision(KeySpec::ec_256, message), base::ErrorKind::internal);
    REQUIRE_ERROR(SignOrders::ed25519_decision(message), base::ErrorKind::internal);
  }
}
