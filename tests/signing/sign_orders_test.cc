#include "signing/sign_orders.h"

#include <set>

#include "approval/policies.h"
#include "base/clock.h"
#include "fake_terminal.h"
#include "pkcs11/local_service.h"
#include "schema/payload.h"
#include "signing/key_proof.h"
#include "support/certificates.h"
#include "throws_error.h"
#include "trust/public_key.h"

namespace {

constexpr std::string_view kPayload =
    "eyJhbGciOiJFUzM4NCIsImNyaXQiOlsiaW8uY25jZi5ub3Rhcnkuc2lnbmluZ1NjaGVtZSIsImlvLmNuY2Yubm90YXJ5LmV4cGlyeSJdLCJjdHkiOi"
    "JhcHBsaWNhdGlvbi92bmQuY25jZi5ub3RhcnkucGF5bG9hZC52MStqc29uIiwiaW8uY25jZi5ub3RhcnkuZXhwaXJ5IjoiMjAyNi0xMS0yMlQwMjow"
    "MjowMloiLCJpby5jbmNmLm5vdGFyeS5zaWduaW5nU2NoZW1lIjoibm90YXJ5Lng1MDkiLCJpby5jbmNmLm5vdGFyeS5zaWduaW5nVGltZSI6IjIwMj"
    "YtMTEtMjFUMDI6MDI6MDJaIn0.eyJ0YXJnZXRBcnRpZmFjdCI6eyJhbm5vdGF0aW9ucyI6eyJidWlsZCI6IjQyIn0sImRpZ2VzdCI6InNoYTI1Njo0"
    "M2E2ZjQzOGEzZTU0NTJhNDU0M2YyOGZjMjc5Njc5NjhmMjZhMzZiODg1ZGI3Y2U5N2VjZmJiYWQzZGFhZWY5IiwibWVkaWFUeXBlIjoiYXBwbGljYX"
    "Rpb24vdm5kLm9jaS5pbWFnZS5tYW5pZmVzdC52MStqc29uIiwic2l6ZSI6NTg3fX0";

base::Bytes payload() {
  const base::ByteView bytes = base::bytes_of(kPayload);
  return {bytes.begin(), bytes.end()};
}

trust::CheckedChain chain_for(const support::TestKey& key) {
  trust::ChainSources sources;
  sources.file = support::make_chain(key).certificates();
  sources.file_name = "chain.pem";
  return trust::check_chain(sources, base::system_clock().wall());
}

base::WallTime now() {
  return base::system_clock().wall();
}

// As a key has it whose signatures are not recorded.
signing::AuditedIntent intent() {
  FakeTerminal terminal(false);
  platform::Log log;
  platform::EnvironmentSecrets secrets;
  pkcs11::LocalService service({}, base::system_clock());
  signing::RunContext context{[&](const signing::KeySetup&) -> pkcs11::KeyService& { return service; },
                              [] {},
                              [](std::chrono::milliseconds) { return true; },
                              terminal,
                              log,
                              base::system_clock(),
                              secrets,
                              {}};
  signing::KeySetup setup;
  setup.audit = schema::AuditMode::off;
  return signing::AuditStep(setup, context)
      .sign(
          {}, [](const signing::AuditedIntent& made) { return made; },
          [](const signing::AuditedIntent&) { return signing::AuditedSignature{}; });
}

std::string hash_name(pkcs11::Hash hash) {
  return hash == pkcs11::Hash::sha_256 ? "SHA256" : hash == pkcs11::Hash::sha_384 ? "SHA384" : "SHA512";
}

}  // namespace

TEST_CASE("an artifact's order carries the payload and its digest") {
  const trust::CheckedChain chain = chain_for(support::TestKey::shared(pkcs11::KeySpec::ec_384));
  const auto checked = signing::check_payload(payload(), pkcs11::KeySpec::ec_384, false);
  const auto order = signing::SignOrders::artifact(checked, chain, approval::Policies().none_needed(chain.leaf_key()),
                                                   intent(), now());
  CHECK(order.purpose() == pkcs11::SignPurpose::artifact);
  CHECK(base::text_of(order.message()) == kPayload);
  CHECK(base::to_hex(order.digest()) == base::to_hex(trust::digest(pkcs11::Hash::sha_384, payload())));
}

TEST_CASE("a grant for another key makes no order") {
  const trust::CheckedChain chain = chain_for(support::TestKey::shared(pkcs11::KeySpec::ec_384));
  const auto checked = signing::check_payload(payload(), pkcs11::KeySpec::ec_384, false);
  const auto grant = approval::Policies().none_needed(support::TestKey::other(pkcs11::KeySpec::ec_384).public_key());
  REQUIRE_ERROR(signing::SignOrders::artifact(checked, chain, grant, intent(), now()), base::ErrorKind::internal);
}

TEST_CASE("a payload for another kind of key makes no order") {
  const trust::CheckedChain chain = chain_for(support::TestKey::shared(pkcs11::KeySpec::ec_256));
  const auto checked = signing::check_payload(payload(), pkcs11::KeySpec::ec_384, false);
  REQUIRE_ERROR(signing::SignOrders::artifact(checked, chain, approval::Policies().none_needed(chain.leaf_key()),
                                              intent(), now()),
                base::ErrorKind::internal);
}

TEST_CASE("bytes that are no Notary payload pass only where the configuration allows opaque ones") {
  const base::Bytes token = {'e', 'y', 'J', '9', '.', 'e', '3', '0'};
  REQUIRE_ERROR(signing::check_payload(token, pkcs11::KeySpec::ec_256, false), base::ErrorKind::invalid_payload);
  CHECK_FALSE(signing::check_payload(token, pkcs11::KeySpec::ec_256, true).meaning());
  CHECK(signing::check_payload(payload(), pkcs11::KeySpec::ec_384, true).meaning());
}

TEST_CASE("a challenge is fresh each time and can never be read as a Notary payload") {
  std::set<std::string> seen;
  for (const pkcs11::KeySpecTraits& spec : pkcs11::all_key_specs()) {
    const pkcs11::SignOrder order = signing::SignOrders::challenge(spec.spec);
    CHECK(order.purpose() == pkcs11::SignPurpose::challenge);
    CHECK(order.digest().size() == spec.digest_size);
    CHECK_FALSE(schema::resembles_notary_payload(order.message()));
    CHECK(seen.insert(base::to_hex(order.message())).second);
  }
}

TEST_CASE("a certificate to sign can never be read as a Notary payload") {
  for (const pkcs11::KeySpecTraits& spec : pkcs11::all_key_specs()) {
    trust::Subject subject;
    subject.common_name = "test";
    const auto prepared = trust::prepare_self_signed(support::TestKey::shared(spec.spec).public_key(), spec.spec,
                                                     subject, 30, base::system_clock().wall());
    const pkcs11::SignOrder order = signing::SignOrders::certificate(prepared);
    CHECK(order.purpose() == pkcs11::SignPurpose::certificate);
    CHECK_FALSE(schema::resembles_notary_payload(order.message()));
  }
}

TEST_CASE("a certification request can never be read as a Notary payload, and alone is signed in PKCS#1 v1.5") {
  for (const pkcs11::KeySpecTraits& spec : pkcs11::all_key_specs()) {
    for (const bool pkcs1 : {false, true}) {
      if (pkcs1 && spec.family == pkcs11::KeyFamily::ec) continue;
      trust::RequestContent content;
      content.subject.common_name = R"({"targetArtifact":{}})";
      content.subject.organization = "eyJhbGciOiJFUzI1NiJ9.e30";
      content.pkcs1 = pkcs1;
      const auto prepared =
          trust::prepare_request(support::TestKey::shared(spec.spec).public_key(), spec.spec, content);
      const pkcs11::SignOrder order = signing::SignOrders::request(prepared);
      CHECK(order.scheme() == (pkcs1 ? pkcs11::SignScheme::ca : pkcs11::SignScheme::notary));
      CHECK(order.purpose() != pkcs11::SignPurpose::artifact);
      CHECK(order.digest().size() == spec.digest_size);
      CHECK_FALSE(schema::resembles_notary_payload(order.message()));
      CHECK_FALSE(schema::resembles_notary_payload(trust::assemble(
          prepared, pkcs1 ? support::TestKey::shared(spec.spec).sign_pkcs1(hash_name(spec.hash), order.message())
                          : support::TestKey::shared(spec.spec).sign(spec.spec, order.message()))));
    }
  }
  for (const auto purpose : {pkcs11::SignPurpose::artifact, pkcs11::SignPurpose::certificate,
                             pkcs11::SignPurpose::challenge, pkcs11::SignPurpose::decision}) {
    CHECK(pkcs11::scheme_of(purpose) != pkcs11::SignScheme::ca);
  }
}

TEST_CASE("an Ed25519 key gets no order for an artifact, a certificate or a challenge") {
  const support::TestKey key = support::TestKey::ed25519();
  REQUIRE_ERROR(chain_for(key), base::ErrorKind::invalid_chain);
  trust::Subject subject;
  subject.common_name = "test";
  for (const pkcs11::KeySpecTraits& spec : pkcs11::all_key_specs()) {
    INFO(spec.name);
    REQUIRE_ERROR(trust::prepare_self_signed(key.public_key(), spec.spec, subject, 30, now()),
                  base::ErrorKind::invalid_settings);
  }
  pkcs11::LocalService nobody(pkcs11::Timeouts{}, base::system_clock());
  REQUIRE_ERROR(signing::prove_key(nobody, pkcs11::Uri{}, key.public_key(), nullptr), base::ErrorKind::not_capable);
}
