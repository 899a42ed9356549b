#include "trust/verify.h"

#include "chains.h"
#include "trust/decision_signature.h"
#include "trust/public_key.h"

namespace signing {
// Stands in for the one maker of orders, so that this room can be tested without the one above it.
class SignOrders {
 public:
  static pkcs11::SignOrder over(pkcs11::KeySpec spec, const std::string& message) {
    const base::ByteView bytes = base::bytes_of(message);
    return {pkcs11::SignPurpose::challenge, spec, base::Bytes(bytes.begin(), bytes.end()),
            trust::digest(pkcs11::traits(spec).hash, bytes)};
  }
  static pkcs11::SignOrder over_with_ed25519(const std::string& message) {
    const base::ByteView bytes = base::bytes_of(message);
    return pkcs11::SignOrder(base::Bytes(bytes.begin(), bytes.end()));
  }
};
}  // namespace signing

using base::Bytes;
using pkcs11::KeySpec;
using support::TestKey;

namespace {

const std::string kText = "what is to be signed";

trust::CheckedChain chain_for(KeySpec spec) {
  return trust::check_chain(file_sources({support::self_sign(support::leaf_template(), TestKey::shared(spec))}),
                            kWallNow);
}

std::string refusal(KeySpec spec, const Bytes& signature) {
  const base::Error error = error_of([&] {
    trust::verify_with_key(TestKey::shared(spec).public_key(), signing::SignOrders::over(spec, kText), signature);
  });
  require_error(error, base::ErrorKind::signature_invalid);
  CHECK(error.phase() == base::Phase::verify);
  return error.message();
}

}  // namespace

TEST_CASE("a good signature verifies and comes out unchanged, for every spec") {
  for (const pkcs11::KeySpecTraits& traits : pkcs11::all_key_specs()) {
    INFO(traits.name);
    const Bytes signature = TestKey::shared(traits.spec).sign(traits.spec, base::bytes_of(kText));
    const pkcs11::SignOrder order = signing::SignOrders::over(traits.spec, kText);
    const trust::VerifiedSignature verified = trust::verify(chain_for(traits.spec), order, signature);
    CHECK(verified.bytes() == signature);
    CHECK(verified.bytes().size() == traits.signature_size);
    CHECK(verified.spec() == traits.spec);
  }
}

TEST_CASE("what an Ed25519 key signed never counts as a verified signature") {
  const TestKey key = TestKey::ed25519();
  const pkcs11::SignOrder order = signing::SignOrders::over_with_ed25519(kText);
  const Bytes signature = key.sign_ed25519(base::bytes_of(kText));
  REQUIRE_ERROR(trust::verify(chain_for(KeySpec::ec_256), order, signature), base::ErrorKind::internal);
  REQUIRE_ERROR(trust::verify_with_key(key.public_key(), order, signature), base::ErrorKind::internal);
  for (const pkcs11::KeySpecTraits& traits : pkcs11::all_key_specs()) {
    REQUIRE_ERROR(trust::verify_with_key(key.public_key(), signing::SignOrders::over(traits.spec, kText), signature),
                  base::ErrorKind::signature_invalid);
  }
}

TEST_CASE("an approver's Ed25519 signature is passed on when it verifies with this very key") {
  const TestKey key = TestKey::ed25519();
  const pkcs11::SignOrder order = signing::SignOrders::over_with_ed25519(kText);
  const Bytes signature = key.sign_ed25519(base::bytes_of(kText));
  CHECK(trust::finish_decision(key.public_key(), order, signature) == signature);
  Bytes changed = signature;
  changed[5] ^= 1;
  const auto refuses = [&](const pkcs11::PublicKey& with, const pkcs11::SignOrder& what, const Bytes& bytes) {
    REQUIRE_ERROR(trust::finish_decision(with, what, bytes), base::ErrorKind::signature_invalid);
  };
  refuses(key.public_key(), order, changed);
  refuses(key.public_key(), order, {});
  refuses(key.public_key(), signing::SignOrders::over_with_ed25519("another text"), signature);
  refuses(TestKey::ed25519().public_key(), order, signature);
  refuses(TestKey::rsa(1024).public_key(), order, signature);
  refuses(key.public_key(), signing::SignOrders::over(KeySpec::rsa_2048, kText), signature);
}

TEST_CASE("a signature with any bit changed does not verify") {
  for (const KeySpec spec : {KeySpec::ec_256, KeySpec::rsa_2048}) {
    const Bytes good = TestKey::shared(spec).sign(spec, base::bytes_of(kText));
    for (const std::size_t index : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
      Bytes bad = good;
      bad[index] ^= 1;
      CHECK(contains(refusal(spec, bad), "the certificate is not for this private key, or the module returned"));
    }
  }
}

TEST_CASE("a signature over other bytes does not verify") {
  const Bytes signature = p256_key().sign(KeySpec::ec_256, base::bytes_of("something else"));
  CHECK(contains(refusal(KeySpec::ec_256, signature), "the certificate is not for this private key"));
}

TEST_CASE("the signature of another key of the same kind does not verify") {
  const Bytes signature = other_p256_key().sign(KeySpec::ec_256, base::bytes_of(kText));
  CHECK(contains(refusal(KeySpec::ec_256, signature), "the certificate is not for this private key"));
}

TEST_CASE("a salt of another length is named with both lengths") {
  for (const KeySpec spec : {KeySpec::rsa_2048, KeySpec::rsa_3072, KeySpec::rsa_4096}) {
    const pkcs11::KeySpecTraits& traits = pkcs11::traits(spec);
    const int longest = static_cast<int>(traits.signature_size - traits.digest_size) - 2;
    const int demanded = static_cast<int>(traits.digest_size);
    for (const int salt : {0, 20, demanded - 1, demanded + 1, longest}) {
      const std::string message = refusal(spec, TestKey::shared(spec).sign(spec, base::bytes_of(kText), salt));
      INFO(message);
      CHECK(contains(message, "the module used a salt of " + std::to_string(salt) + " bytes"));
      CHECK(contains(message, "demands " + std::to_string(demanded)));
    }
  }
}

TEST_CASE("an RSA signature with PKCS 1 version 1.5 padding is recognised") {
  const Bytes signature = TestKey::shared(KeySpec::rsa_2048).sign_pkcs1("SHA256", base::bytes_of(kText));
  CHECK(contains(refusal(KeySpec::rsa_2048, signature), "it is RSASSA-PKCS1-v1_5"));
}

TEST_CASE("a mask from another hash does not verify") {
  const Bytes signature = TestKey::shared(KeySpec::rsa_2048).sign_pss("SHA256", base::bytes_of(kText), 32, "SHA1");
  CHECK(contains(refusal(KeySpec::rsa_2048, signature), "does not verify"));
}

TEST_CASE("an ECDSA signature in DER is recognised") {
  CHECK(contains(refusal(KeySpec::ec_256, p256_key().sign_der("SHA256", base::bytes_of(kText))),
                 "the module returned it as DER"));
}

TEST_CASE("a signature of the wrong length is named with both lengths") {
  Bytes signature = p256_key().sign(KeySpec::ec_256, base::bytes_of(kText));
  signature.pop_back();
  CHECK(contains(refusal(KeySpec::ec_256, signature), "it has 63 bytes, but a signature of EC-256 has 64"));
  CHECK(contains(refusal(KeySpec::ec_256, {}), "it has 0 bytes"));
  CHECK(contains(refusal(KeySpec::rsa_2048, Bytes(255, 1)), "it has 255 bytes, but a signature of RSA-2048 has 256"));
}

TEST_CASE("a module that hashes the digest once more is found out") {
  const Bytes digest = trust::digest(pkcs11::Hash::sha_256, base::bytes_of(kText));
  CHECK(contains(refusal(KeySpec::ec_256, p256_key().sign(KeySpec::ec_256, digest)), "hashed the digest once more"));
}

TEST_CASE("a signature with r or s of zero does not verify") {
  CHECK(contains(refusal(KeySpec::ec_256, Bytes(64, 0)), "does not verify"));
}

TEST_CASE("a key that is not of the order's spec is refused before any arithmetic") {
  const base::Error error = error_of([&] {
    trust::verify_with_key(p256_key().public_key(), signing::SignOrders::over(KeySpec::ec_384, kText), Bytes(96, 1));
  });
  require_error(error, base::ErrorKind::signature_invalid);
  CHECK(contains(error.message(), "the public key is EC-256, the order is for EC-384"));
}
