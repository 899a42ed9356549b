#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "token_access.h"

namespace operators {

// One key on a token with its public half, and a login as soon as one is needed. `access` must outlive it.
class FoundKey {
 public:
  // The key that the command names, or the one that `uri` means. A token that wants a login gets one now, before
  // anything is asked of the key, unless `login` is one already. Errors: as KeyService::inspect and PinStep; and
  // key_not_found when the public half is not on the token.
  explicit FoundKey(TokenAccess& access);
  FoundKey(TokenAccess& access, const pkcs11::Uri& uri, std::string name, std::optional<pkcs11::Login> login);

  const std::string& name() const { return name_; }
  const pkcs11::Inspection& inspection() const { return inspection_; }
  const pkcs11::PublicKey& public_key() const { return *inspection_.key->public_key; }
  TokenAccess& access() const { return access_; }

  // Error(not_capable) for a key that cannot sign for notation.
  pkcs11::KeySpec spec() const;

  // Signs once with it. Errors: as KeyService::sign.
  base::Bytes sign(const pkcs11::SignOrder& order);

  // Runs a job that changes the token, with the login; an empty one where the token wants none.
  template <typename Job>
  auto change(Job&& job) {
    if (!login_) return job(pkcs11::Login{});
    return access_.pin().use(inspection_.token, [&] { return job(*login_); });
  }

 private:
  void find();
  pkcs11::Login obtain() { return access_.pin().obtain(inspection_.token); }

  TokenAccess& access_;
  std::string name_;
  pkcs11::InspectOrder order_;
  pkcs11::Inspection inspection_;
  std::optional<pkcs11::Login> login_;
};

}  // namespace operators
