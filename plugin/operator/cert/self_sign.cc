#include <iostream>

#include "cert/commands.h"
#include "cert/subject.h"
#include "new_file.h"
#include "pkcs11/pin_state.h"
#include "signing/sign_orders.h"
#include "token_access.h"
#include "trust/certificate.h"
#include "trust/test_certificate.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

// The key's public half, and a login when nothing of it is visible without one.
struct FoundKey {
  pkcs11::InspectOrder order;
  pkcs11::Inspection inspection;
  std::optional<pkcs11::Login> login;
};

FoundKey find_key(TokenAccess& access) {
  FoundKey found;
  found.order.uri = access.setup().uri;
  found.inspection = access.service().inspect(found.order, nullptr);
  const pkcs11::TokenState token = found.inspection.token;
  if (pkcs11::needs_login(token, access.setup().module.quirks)) found.login = access.pin().obtain(token);
  if (found.login && !(found.inspection.key && found.inspection.key->public_key)) {
    found.inspection = access.pin().use(token, [&] { return access.service().inspect(found.order, &*found.login); });
  }
  if (!found.inspection.key || !found.inspection.key->public_key) {
    throw Error(ErrorKind::key_not_found, Phase::find,
                "the public half of key " + base::quoted(access.setup().name) + " is not on the token",
                "a certificate needs it: keep the public key object that was made with the key");
  }
  return found;
}

void print(const schema::CertificateReport& made) {
  std::cout << "wrote test certificate " << made.file << " (" << made.subject << ", " << made.key_spec << ", until "
            << made.not_after << ")\n"
            << "  self-signed: for tests; verifiers must trust this very certificate\n"
            << "  trust it: notation cert add --type ca --store NAME " << made.file << "\n";
}

}  // namespace

void self_sign_certificate(const CertSelfSignFlags& flags) {
  const trust::Subject subject = parse_subject(flags.subject);
  NewFile file(flags.out, flags.force, "certificate file");
  const auto access = TokenAccess::by_key(flags.key, flags.module);
  const FoundKey found = find_key(*access);
  const pkcs11::PublicKey& key = *found.inspection.key->public_key;
  const auto spec = pkcs11::key_spec_of(key);
  if (!spec) {
    throw Error(
        ErrorKind::not_capable, Phase::find,
        "key " + base::quoted(access->setup().name) + ": " + pkcs11::describe(key) + " cannot sign for notation");
  }

  const trust::CertificateToSign prepared =
      trust::prepare_self_signed(key, *spec, subject, flags.days, access->clock().wall());
  const pkcs11::SignOrder order = signing::SignOrders::certificate(prepared);
  const pkcs11::Login* login = found.login ? &*found.login : nullptr;
  const auto sign = [&] { return access->service().sign(order, found.order, key, login); };
  const pkcs11::SignResult result = login ? access->pin().use(found.inspection.token, sign) : sign();
  const base::Bytes der = trust::assemble(prepared, result.signature);
  const trust::Certificate certificate = trust::Certificate::parse(der, flags.out);
  file.write(trust::to_pem(der));
  const schema::CertificateReport made{base::printable(flags.out), certificate.subject(),
                                       base::to_hex(certificate.serial()), trust::format_time(certificate.not_after()),
                                       std::string(pkcs11::traits(*spec).name)};
  if (flags.json) {
    std::cout << schema::encode(made);
  } else {
    print(made);
  }
}

}  // namespace operators
