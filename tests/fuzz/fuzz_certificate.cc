#include <string>

#include "der_certificate.h"
#include "expect.h"
#include "trust/certificate.h"
#include "trust/chain.h"

namespace {

using fuzz::expect;

void expect_refusal(const base::Error& error) {
  expect(error.kind() == base::ErrorKind::invalid_chain, "a refusal is of kind invalid_chain");
  fuzz::expect_readable(error);
}

// What trust/ accepts, the plain walk on the token's side must read the same way.
void check_accepted(const trust::Certificate& certificate, base::ByteView der) {
  expect(certificate.der().size() == der.size(), "a certificate is the whole of its bytes");
  expect(base::printable(certificate.subject(), 1'000'000) == certificate.subject(), "a subject is safe to show");
  const auto names = pkcs11::read_names(der);
  expect(names.has_value(), "both readers take the certificate");
  expect(base::to_hex(names->subject) == base::to_hex(certificate.subject_der()), "both read one subject");
  expect(base::to_hex(names->issuer) == base::to_hex(certificate.issuer_der()), "both read one issuer");
  if (names->public_key && certificate.key().public_key) {
    expect(*names->public_key == *certificate.key().public_key, "both read one public key");
  }
}

void read_der(base::ByteView der) {
  (void)pkcs11::read_names(der);
  try {
    check_accepted(trust::Certificate::parse(der, "certificate 1 of input"), der);
  } catch (const base::Error& error) {
    expect_refusal(error);
  }
}

}  // namespace

// The input is DER, and, as a second attempt, a PEM file whose certificates are read as well.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_der({data, size});
  try {
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const base::Bytes& der : trust::read_pem_certificates(text, "input.pem"))
      read_der(der);
  } catch (const base::Error& error) {
    expect_refusal(error);
  }
  return 0;
}
