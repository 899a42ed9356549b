#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "module.h"
#include "pkcs11/key_spec.h"
#include "pkcs11/sign_order.h"

namespace pkcs11 {

// What a mechanism is given.
enum class SignInput { digest, message, digest_info };

// One way to make the signature that a key spec, or an Ed25519 key, demands.
struct SignMechanism {
  CK_MECHANISM_TYPE type;
  std::string_view name;  // "CKM_RSA_PKCS_PSS"
  SignInput input;
};

// The mechanisms that serve a key spec, in the order to try them. The raw ones come first: they work with most tokens
// and leave hashing to us. The quirk hashed_mechanisms_first turns that round. Here and below no spec means Ed25519.
std::vector<SignMechanism> sign_mechanisms(SignScheme scheme, std::optional<KeySpec> spec, const Quirks& quirks);

// The same, with the first one that C_GetMechanismInfo says fits moved to the front. Asks no further than that; changes
// nothing when none fits, because tokens sign with mechanisms that they do not announce (tpm2-pkcs11 and PSS).
std::vector<SignMechanism> preferred_mechanisms(const Module& module, CK_SLOT_ID slot, SignScheme scheme,
                                                std::optional<KeySpec> spec);

// What C_Sign is given for this order.
base::Bytes sign_input(const SignMechanism& mechanism, const SignOrder& order);

// Owns the parameters that a CK_MECHANISM points to (PKCS#11 v2.40 mechanisms, section 2.1.8: salt as long as the
// hash; v3.0, section 2.3.14: CKM_EDDSA without parameters is Ed25519).
class MechanismArguments {
 public:
  MechanismArguments(const SignMechanism& mechanism, std::optional<KeySpec> spec);
  MechanismArguments(const MechanismArguments&) = delete;
  MechanismArguments& operator=(const MechanismArguments&) = delete;
  CK_MECHANISM* get() { return &mechanism_; }

 private:
  CK_RSA_PKCS_PSS_PARAMS pss_{};
  CK_MECHANISM mechanism_{};
};

}  // namespace pkcs11
