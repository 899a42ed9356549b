#include <iostream>

#include "confirm.h"
#include "found_key.h"
#include "key/commands.h"
#include "key/mentions.h"
#include "platform/shell_line.h"
#include "trust/certificate.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

std::string text_of(const schema::KeyReport& key, const std::string& token,
                    const std::vector<base::Bytes>& certificates, bool with_certificates) {
  std::string text = "key " + key.key_spec + " on token " + base::quoted(token) + "\n  " + key.uri +
                     "\n  SHA-256 of the public key: " + key.spki_sha256 + "\n";
  for (const base::Bytes& der : certificates) {
    const auto certificate = trust::Certificate::parse(der, "the certificate on the token");
    text += "  certificate " + certificate.subject() + ", serial " + base::to_hex(certificate.serial()) +
            (with_certificates ? ", goes as well\n" : ", stays\n");
  }
  return text;
}

pkcs11::Uri token_of(const pkcs11::TokenState& state) {
  pkcs11::Uri token;
  token.token = state.label;
  token.serial = state.serial;
  token.slot_id = state.slot_id;
  return token;
}

void require_consent(const KeyDeleteFlags& flags, const std::string& uri, const std::string& text) {
  if (flags.yes || confirm_in_full("to destroy key " + uri, text, "Destroy this key for good?")) return;
  throw Error(ErrorKind::cancelled, Phase::approval,
              "key " + pkcs11::shown_quoted(flags.key) + " was not destroyed: not confirmed");
}

std::size_t remove_certificates(FoundKey& found, const std::vector<base::Bytes>& certificates) {
  try {
    return found.change([&](const pkcs11::Login& login) {
      return found.access().service().remove_certificates(token_of(found.inspection().token), certificates, login);
    });
  } catch (const Error& error) {
    throw Error(error.kind(), error.phase(),
                "the key was destroyed, but its certificates are still on the token: " + error.message(), error.hint())
        .with_module(error.module());
  }
}

void print(const schema::DeletedKeyReport& gone) {
  std::cout << "destroyed key " << gone.key.key_spec << " on token " << base::quoted(gone.token) << "\n"
            << "  " << gone.key.uri << "\n"
            << "  SHA-256 of the public key: " << gone.key.spki_sha256 << "\n"
            << "  certificates: " << gone.certificates_destroyed << " destroyed, " << gone.certificates_left
            << " left on the token\n";
  for (const std::string& name : gone.still_configured)
    std::cout << "  the configuration still names it: keys." << base::printable(name) << "\n";
  for (const std::string& name : gone.still_registered) {
    std::cout << "  notation still has it: " << platform::shell_line({"notation", "key", "delete", name}) << "\n";
  }
}

}  // namespace

void delete_key(const KeyDeleteFlags& flags) {
  const auto access = TokenAccess::by_key(flags.key, flags.module);
  FoundKey found(*access);
  const pkcs11::KeyView& key = *found.inspection().key;
  const std::vector<base::Bytes> certificates = own_certificates(key);
  schema::DeletedKeyReport gone;
  gone.key = report(key);
  gone.token = found.inspection().token.label;
  require_consent(flags, gone.key.uri, text_of(gone.key, gone.token, certificates, flags.with_certificates));

  const pkcs11::PublicKey expected = found.public_key();
  found.change([&](const pkcs11::Login& login) { access->service().remove(key.uri, expected, login); });
  if (flags.with_certificates && !certificates.empty()) {
    gone.certificates_destroyed = remove_certificates(found, certificates);
  }
  gone.certificates_left = key.certificates.size() - std::min(key.certificates.size(), gone.certificates_destroyed);
  KeyMentions mentions = mentions_of(key.uri);
  gone.still_configured = std::move(mentions.configured);
  gone.still_registered = std::move(mentions.registered);
  if (flags.json) {
    std::cout << schema::encode(gone);
  } else {
    print(gone);
  }
}

}  // namespace operators
