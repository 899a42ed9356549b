#include "found_key.h"

#include "pkcs11/pin_state.h"
#include "trust/certificate.h"

namespace operators {

using base::Error;
using base::ErrorKind;
using base::Phase;

FoundKey::FoundKey(TokenAccess& access, KeySearch search)
    : FoundKey(access, access.setup().uri, access.setup().name, std::nullopt, std::move(search)) {}

FoundKey::FoundKey(TokenAccess& access, const pkcs11::Uri& uri, std::string name, std::optional<pkcs11::Login> login,
                   KeySearch search)
    : access_(access), name_(std::move(name)), login_(std::move(login)) {
  order_.uri = uri;
  order_.expected = std::move(search.expected);
  order_.chain_from_token = search.issuers;
  find(search.only_looks);
}

void FoundKey::obtain_if_wanted() {
  if (login_ || !pkcs11::needs_login(inspection_.token, access_.setup().module.quirks)) return;
  login_ = access_.pin().obtain(inspection_.token);
}

void FoundKey::find(bool only_looks) {
  inspection_ = access_.service().inspect(order_, nullptr);
  const auto visible = [&] { return inspection_.key && inspection_.key->public_key; };
  if (!only_looks || !visible()) obtain_if_wanted();
  if (login_ && !visible()) {
    const pkcs11::TokenState token = inspection_.token;
    inspection_ = access_.pin().use(token, [&] { return access_.service().inspect(order_, &*login_); });
  }
  if (!visible()) {
    throw Error(ErrorKind::key_not_found, Phase::find,
                "the public half of key " + base::quoted(name_) + " is not on the token",
                "without it nobody can tell which key it is: keep the object that was made with it");
  }
}

pkcs11::Uri FoundKey::token() const {
  pkcs11::Uri uri = inspection_.key->uri;
  uri.object.reset();
  uri.id.reset();
  uri.type.reset();
  return uri;
}

pkcs11::KeySpec FoundKey::spec() const {
  if (const auto spec = pkcs11::key_spec_of(public_key())) return *spec;
  throw Error(ErrorKind::not_capable, Phase::find,
              "key " + base::quoted(name_) + ": " + pkcs11::describe(public_key()) + " cannot sign for notation");
}

base::Bytes FoundKey::sign(const pkcs11::SignOrder& order) {
  const pkcs11::Login* login = login_ ? &*login_ : nullptr;
  const auto job = [&] { return access_.service().sign(order, order_, public_key(), login); };
  return (login != nullptr ? access_.pin().use(inspection_.token, job) : job()).signature;
}

std::vector<base::Bytes> own_certificates(const pkcs11::KeyView& key) {
  std::vector<base::Bytes> own;
  for (const base::Bytes& der : key.certificates) {
    try {
      const auto certificate = trust::Certificate::parse(der, "the certificate on the token");
      if (certificate.key().public_key == key.public_key) own.push_back(der);
    } catch (const Error&) {
      continue;
    }
  }
  return own;
}

}  // namespace operators
