#include "mechanisms.h"

#include <algorithm>
#include <array>

namespace fake {
namespace {

// CKF_EC_F_P, CKF_EC_NAMEDCURVE and CKF_EC_UNCOMPRESS: the second has another name in newer headers.
constexpr CK_FLAGS kCurveFlags = 0x00100000 | 0x00800000 | 0x01000000;

constexpr std::array kMechanisms = {
    Mechanism{CKM_RSA_PKCS_KEY_PAIR_GEN, Scheme::generate, nullptr, CKK_RSA},
    Mechanism{CKM_RSA_X9_31_KEY_PAIR_GEN, Scheme::generate, nullptr, CKK_RSA},
    Mechanism{CKM_EC_KEY_PAIR_GEN, Scheme::generate, nullptr, CKK_EC},
    Mechanism{CKM_RSA_PKCS_PSS, Scheme::pss, nullptr, CKK_RSA},
    Mechanism{CKM_SHA256_RSA_PKCS_PSS, Scheme::pss, "SHA256", CKK_RSA},
    Mechanism{CKM_SHA384_RSA_PKCS_PSS, Scheme::pss, "SHA384", CKK_RSA},
    Mechanism{CKM_SHA512_RSA_PKCS_PSS, Scheme::pss, "SHA512", CKK_RSA},
    Mechanism{CKM_RSA_PKCS, Scheme::pkcs1, nullptr, CKK_RSA},
    Mechanism{CKM_SHA256_RSA_PKCS, Scheme::pkcs1, "SHA256", CKK_RSA},
    Mechanism{CKM_SHA384_RSA_PKCS, Scheme::pkcs1, "SHA384", CKK_RSA},
    Mechanism{CKM_SHA512_RSA_PKCS, Scheme::pkcs1, "SHA512", CKK_RSA},
    Mechanism{CKM_ECDSA, Scheme::ecdsa, nullptr, CKK_EC},
    Mechanism{CKM_ECDSA_SHA256, Scheme::ecdsa, "SHA256", CKK_EC},
    Mechanism{CKM_ECDSA_SHA384, Scheme::ecdsa, "SHA384", CKK_EC},
    Mechanism{CKM_ECDSA_SHA512, Scheme::ecdsa, "SHA512", CKK_EC},
};

// X9.31 is what few tokens know: it must be named.
bool is_offered(const Rules& rules, CK_MECHANISM_TYPE type) {
  const auto& allowed = rules.mechanisms;
  if (!allowed) return type != CKM_RSA_X9_31_KEY_PAIR_GEN;
  return std::find(allowed->begin(), allowed->end(), type) != allowed->end();
}

}  // namespace

std::vector<Mechanism> offered_mechanisms(const Rules& rules) {
  std::vector<Mechanism> offered;
  for (const Mechanism& mechanism : kMechanisms) {
    if (is_offered(rules, mechanism.type)) offered.push_back(mechanism);
  }
  for (const MechanismRule& rule : rules.mechanism_limits) {
    if (rule.generates) offered.push_back(Mechanism{rule.type, Scheme::generate, nullptr, *rule.generates});
  }
  return offered;
}

Mechanism offered_mechanism(const Rules& rules, CK_MECHANISM_TYPE type) {
  for (const Mechanism& mechanism : offered_mechanisms(rules)) {
    if (mechanism.type == type) return mechanism;
  }
  throw Refusal{CKR_MECHANISM_INVALID};
}

CK_MECHANISM_INFO mechanism_info(const Rules& rules, const Mechanism& mechanism) {
  CK_MECHANISM_INFO info{};
  const bool rsa = mechanism.key_type == CKK_RSA;
  info.ulMinKeySize = rsa ? 1024 : 224;
  info.ulMaxKeySize = rsa ? 4096 : 521;
  info.flags = CKF_HW | (mechanism.signs() ? CKF_SIGN : CKF_GENERATE_KEY_PAIR);
  if (!rsa) info.flags |= kCurveFlags;
  for (const MechanismRule& rule : rules.mechanism_limits) {
    if (rule.type != mechanism.type) continue;
    info.ulMinKeySize = rule.min_size.value_or(info.ulMinKeySize);
    info.ulMaxKeySize = rule.max_size.value_or(info.ulMaxKeySize);
    info.flags = rule.flags.value_or(info.flags);
  }
  return info;
}

}  // namespace fake
