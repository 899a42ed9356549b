#include "signing/sign_orders.h"

#include <string_view>

#include "answer_bytes.h"
#include "base/error.h"
#include "base/random.h"
#include "schema/payload.h"
#include "trust/public_key.h"

namespace signing {
namespace {

constexpr std::string_view kChallengeText = "notation-pkcs11 proof of possession, signs nothing else\n";
constexpr std::size_t kChallengeSize = 32;

void refuse_notary_payload(base::ByteView message) {
  if (schema::resembles_notary_payload(message)) {
    throw base::Error(base::ErrorKind::internal, base::Phase::sign,
                      "bytes for another purpose have the shape of a Notary payload");
  }
}

}  // namespace

pkcs11::SignOrder SignOrders::over(pkcs11::SignPurpose purpose, pkcs11::KeySpec spec, base::ByteView message) {
  return pkcs11::SignOrder(purpose, spec, base::Bytes(message.begin(), message.end()),
                           trust::digest(pkcs11::hash_of(pkcs11::scheme_of(purpose), spec), message));
}

pkcs11::SignOrder SignOrders::artifact(const SignablePayload& payload, const trust::CheckedChain& chain,
                                       const approval::Grant& grant, const AuditedIntent&, base::WallTime now) {
  const std::string key = trust::spki_sha256(chain.leaf_key());
  if (grant.key() != key) {
    throw base::Error(base::ErrorKind::internal, base::Phase::sign,
                      "the grant is for another key than the certificate");
  }
  if (payload.spec() != chain.spec()) {
    throw base::Error(base::ErrorKind::internal, base::Phase::sign,
                      "the payload was checked for another kind of key than the certificate holds");
  }
  std::optional<schema::ApprovalSubject> subject;
  if (payload.meaning()) subject = schema::subject_of(*payload.meaning());
  if (!grant.covers(key, subject, now)) {
    throw base::Error(base::ErrorKind::undecided, base::Phase::approval,
                      "the approval has run out before the key signed", "run the command again")
        .with_request(grant.request());
  }
  return over(pkcs11::SignPurpose::artifact, chain.spec(), payload.bytes());
}

pkcs11::SignOrder SignOrders::certificate(const trust::CertificateToSign& certificate) {
  refuse_notary_payload(certificate.tbs());
  return over(pkcs11::SignPurpose::certificate, certificate.spec(), certificate.tbs());
}

pkcs11::SignOrder SignOrders::request(const trust::RequestToSign& request) {
  refuse_notary_payload(request.info());
  return over(request.pkcs1() ? pkcs11::SignPurpose::pkcs1_request : pkcs11::SignPurpose::certificate, request.spec(),
              request.info());
}

pkcs11::SignOrder SignOrders::challenge(pkcs11::KeySpec spec) {
  const base::ByteView text = base::bytes_of(kChallengeText);
  base::Bytes message(text.begin(), text.end());
  message.resize(text.size() + kChallengeSize);
  base::fill_with_random(std::span(message).subspan(text.size()));
  refuse_notary_payload(message);
  return over(pkcs11::SignPurpose::challenge, spec, message);
}

pkcs11::SignOrder SignOrders::decision(pkcs11::KeySpec spec, base::ByteView message) {
  require_answer(message);
  return over(pkcs11::SignPurpose::decision, spec, message);
}

pkcs11::SignOrder SignOrders::ed25519_decision(base::ByteView message) {
  require_answer(message);
  return pkcs11::SignOrder(base::Bytes(message.begin(), message.end()));
}

}  // namespace signing
