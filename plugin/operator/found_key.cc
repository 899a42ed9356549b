#include "found_key.h"

#include "pkcs11/pin_state.h"

namespace operators {

using base::Error;
using base::ErrorKind;
using base::Phase;

FoundKey::FoundKey(TokenAccess& access) : FoundKey(access, access.setup().uri, access.setup().name, std::nullopt) {}

FoundKey::FoundKey(TokenAccess& access, const pkcs11::Uri& uri, std::string name, std::optional<pkcs11::Login> login)
    : access_(access), name_(std::move(name)), login_(std::move(login)) {
  order_.uri = uri;
  find();
}

void FoundKey::find() {
  inspection_ = access_.service().inspect(order_, nullptr);
  const pkcs11::TokenState token = inspection_.token;
  if (!login_ && pkcs11::needs_login(token, access_.setup().module.quirks)) login_ = obtain();
  if (login_ && !(inspection_.key && inspection_.key->public_key)) {
    inspection_ = access_.pin().use(token, [&] { return access_.service().inspect(order_, &*login_); });
  }
  if (!inspection_.key || !inspection_.key->public_key) {
    throw Error(ErrorKind::key_not_found, Phase::find,
                "the public half of key " + base::quoted(name_) + " is not on the token",
                "a certificate needs it: keep the public key object that was made with the key");
  }
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

}  // namespace operators
