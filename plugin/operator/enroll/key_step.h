#pragma once

#include <memory>
#include <optional>

#include "enroll/commands.h"
#include "found_key.h"
#include "token_access.h"

namespace operators {

// The key of an enrolment, on its token. A PIN is asked for where something has to be made or signed, or where the
// token shows nothing without it.
class EnrolledKey {
 public:
  // Finds the key, or makes and proves one. A name that is configured already says where the key is. With `certified`,
  // a file with its certificate or request, none is made. Errors: as `key generate`; invalid_request for a key of
  // another spec or on another token than the flags say.
  EnrolledKey(const EnrollFlags& flags, const std::string& certified);

  bool is_configured() const { return configured_; }
  bool was_made() const { return made_; }
  TokenAccess& access() const { return *access_; }
  const pkcs11::TokenState& token() const { return token_; }
  const pkcs11::Uri& uri() const { return uri_; }  // token and label, or as configured
  const pkcs11::PublicKey& public_key() const { return *public_key_; }
  pkcs11::KeySpec spec() const { return spec_; }

  // To sign with.
  FoundKey to_sign();

 private:
  void find();
  void require_makeable(const std::string& certified) const;
  void make(pkcs11::KeySpec spec);
  void require_spec(const EnrollFlags& flags);
  void log_in();

  std::string name_;
  bool configured_ = false, made_ = false;
  std::unique_ptr<TokenAccess> access_;
  pkcs11::TokenState token_;
  pkcs11::Uri uri_;
  std::optional<pkcs11::Login> login_;
  std::optional<pkcs11::PublicKey> public_key_;
  pkcs11::KeySpec spec_ = pkcs11::KeySpec::ec_256;
};

}  // namespace operators
