#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "token_access.h"

namespace operators {

// How a key is looked for.
struct KeySearch {
  bool only_looks = false;                    // the PIN is asked for only when the key is hidden without a login
  bool issuers = false;                       // also collect the issuers' certificates
  std::optional<pkcs11::PublicKey> expected;  // selects among several matches
};

// One key on a token with its public half, and a login as soon as one is needed. `access` must outlive it.
class FoundKey {
 public:
  // The key that the command names, or the one that `uri` means. The PIN of a token that wants a login is asked for
  // now, before anything is done with the key, unless `login` is one already. Errors: as KeyService::inspect and
  // PinStep; and key_not_found when the public half is not on the token.
  explicit FoundKey(TokenAccess& access, KeySearch search = {});
  FoundKey(TokenAccess& access, const pkcs11::Uri& uri, std::string name, std::optional<pkcs11::Login> login,
           KeySearch search = {});

  const std::string& name() const { return name_; }
  const pkcs11::Inspection& inspection() const { return inspection_; }
  const pkcs11::PublicKey& public_key() const { return *inspection_.key->public_key; }
  pkcs11::Uri token() const;  // the token it is on, and nothing else of it
  TokenAccess& access() const { return access_; }

  // Error(not_capable) for a key that cannot sign for notation.
  pkcs11::KeySpec spec() const;

  // Signs once with it. Errors: as KeyService::sign.
  base::Bytes sign(const pkcs11::SignOrder& order);

  // Runs a job that changes the token, with the login; an empty one where the token wants none.
  template <typename Job>
  auto change(Job&& job) {
    obtain_if_wanted();
    if (!login_) return job(pkcs11::Login{});
    return access_.pin().use(inspection_.token, [&] { return job(*login_); });
  }

 private:
  void find(bool only_looks);
  void obtain_if_wanted();

  TokenAccess& access_;
  std::string name_;
  pkcs11::InspectOrder order_;
  pkcs11::Inspection inspection_;
  std::optional<pkcs11::Login> login_;
};

// Of the certificates beside a key those that hold its very public key; others may share its label or id.
std::vector<base::Bytes> own_certificates(const pkcs11::KeyView& key);

}  // namespace operators
