#include "signing/sign_orders.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/random.h"
#include "schema/payload.h"
#include "schema/tsb_token.h"
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

bool is_time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00.000Z";
  const auto fits = [](char letter, char form) {
    return form == '0' ? letter >= '0' && letter <= '9' : letter == form;
  };
  return text.size() == kForm.size() && std::equal(text.begin(), text.end(), kForm.begin(), fits);
}

// A token whose encoding is not the one and only would be a place to hide something in.
bool is_approval_token(base::ByteView message) {
  try {
    const base::Bytes again = schema::encode(schema::decode_tsb_token(message));
    return std::equal(again.begin(), again.end(), message.begin(), message.end());
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

pkcs11::SignOrder SignOrders::over(pkcs11::SignPurpose purpose, pkcs11::KeySpec spec, base::ByteView message) {
  return pkcs11::SignOrder(purpose, spec, base::Bytes(message.begin(), message.end()),
                           trust::digest(pkcs11::hash_of(pkcs11::scheme_of(purpose), spec), message));
}

pkcs11::SignOrder SignOrders::artifact(const SignablePayload& payload, const trust::CheckedChain& chain,
                                       const approval::Grant& grant, base::WallTime now) {
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

pkcs11::SignOrder SignOrders::challenge(pkcs11::KeySpec spec) {
  const base::ByteView text = base::bytes_of(kChallengeText);
  base::Bytes message(text.begin(), text.end());
  message.resize(text.size() + kChallengeSize);
  base::fill_with_random(std::span(message).subspan(text.size()));
  refuse_notary_payload(message);
  return over(pkcs11::SignPurpose::challenge, spec, message);
}

pkcs11::SignOrder SignOrders::decision(pkcs11::KeySpec spec, base::ByteView message) {
  refuse_notary_payload(message);
  if (!is_time(base::text_of(message)) && !is_approval_token(message)) {
    throw base::Error(base::ErrorKind::internal, base::Phase::sign,
                      "bytes that are neither an approval token nor a time are no approver's answer");
  }
  return over(pkcs11::SignPurpose::decision, spec, message);
}

}  // namespace signing
