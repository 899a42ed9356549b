#include "trust/chain.h"

#include <type_traits>

#include "chains.h"
#include "trust/test_certificate.h"
#include "trust/verify.h"

namespace {

trust::CheckedChain ending(std::int64_t not_after) {
  support::CertificateTemplate form = support::leaf_template();
  form.not_after = not_after;
  return trust::check_chain(file_sources({support::self_sign(form, p256_key())}), kWallNow);
}

std::string warning(std::int64_t seconds_left, int days = 30) {
  return trust::expiry_warning(ending(kNow + seconds_left), kWallNow, days).value_or("");
}

constexpr std::int64_t kDay = 86400;

}  // namespace

TEST_CASE("the proofs of this room cannot be made by anybody else") {
  STATIC_REQUIRE_FALSE(std::is_default_constructible_v<trust::CheckedChain>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<trust::VerifiedSignature, base::Bytes, pkcs11::KeySpec>);
  STATIC_REQUIRE_FALSE(std::is_default_constructible_v<trust::CertificateToSign>);
}

TEST_CASE("a leaf that ends soon is a warning with the days that are left") {
  CHECK(warning(30 * kDay).empty());
  CHECK(warning(30 * kDay - 1) ==
        "the certificate \"CN=leaf\" expires in 29 days, on 2026-01-30T23:59:59Z; renew it, the key can stay");
  CHECK(contains(warning(kDay), "expires in 1 day, on"));
  CHECK(contains(warning(kDay - 1), "expires in less than a day, on"));
  CHECK(contains(warning(0), "expires in less than a day"));
  CHECK(warning(5 * kDay, 5).empty());
  CHECK_FALSE(warning(5 * kDay, 6).empty());
}

TEST_CASE("a certificate without an end that clocks could hold is no problem") {
  const trust::CheckedChain chain = ending(253'402'300'799);  // 9999-12-31T23:59:59Z, RFC 5280 section 4.1.2.5
  CHECK(chain.leaf_not_after() > kWallNow);
  CHECK_FALSE(trust::expiry_warning(chain, kWallNow, 30).has_value());
}
