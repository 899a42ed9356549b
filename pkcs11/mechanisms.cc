#include "mechanisms.h"

#include <algorithm>
#include <array>

namespace pkcs11 {
namespace {

using base::Phase;

// DER of DigestInfo up to the digest itself (RFC 8017 section 9.2, note 1): SHA-2 of a digest of that many bytes.
std::array<std::uint8_t, 19> digest_info(std::size_t digest_size) {
  const auto size = static_cast<std::uint8_t>(digest_size);
  const auto whole = static_cast<std::uint8_t>(17 + digest_size);
  const std::uint8_t hash = size == 32 ? 1 : size == 48 ? 2 : 3;  // last arc of id-sha256, id-sha384, id-sha512
  return {0x30, whole, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
          0x65, 0x03,  0x04, 0x02, hash, 0x05, 0x00, 0x04, size};
}

SignMechanism hashing_mechanism(KeyFamily family, Hash hash) {
  const bool rsa = family == KeyFamily::rsa;
  switch (hash) {
    case Hash::sha_256:
      if (rsa) return {CKM_SHA256_RSA_PKCS_PSS, "CKM_SHA256_RSA_PKCS_PSS", SignInput::message};
      return {CKM_ECDSA_SHA256, "CKM_ECDSA_SHA256", SignInput::message};
    case Hash::sha_384:
      if (rsa) return {CKM_SHA384_RSA_PKCS_PSS, "CKM_SHA384_RSA_PKCS_PSS", SignInput::message};
      return {CKM_ECDSA_SHA384, "CKM_ECDSA_SHA384", SignInput::message};
    default:
      if (rsa) return {CKM_SHA512_RSA_PKCS_PSS, "CKM_SHA512_RSA_PKCS_PSS", SignInput::message};
      return {CKM_ECDSA_SHA512, "CKM_ECDSA_SHA512", SignInput::message};
  }
}

SignMechanism raw_mechanism(KeyFamily family) {
  if (family == KeyFamily::rsa) return {CKM_RSA_PKCS_PSS, "CKM_RSA_PKCS_PSS", SignInput::digest};
  return {CKM_ECDSA, "CKM_ECDSA", SignInput::digest};
}

SignMechanism hashing_pkcs1_mechanism(Hash hash) {
  switch (hash) {
    case Hash::sha_256:
      return {CKM_SHA256_RSA_PKCS, "CKM_SHA256_RSA_PKCS", SignInput::message};
    case Hash::sha_384:
      return {CKM_SHA384_RSA_PKCS, "CKM_SHA384_RSA_PKCS", SignInput::message};
    default:
      return {CKM_SHA512_RSA_PKCS, "CKM_SHA512_RSA_PKCS", SignInput::message};
  }
}

std::vector<SignMechanism> mechanisms_for(SignScheme scheme, std::optional<KeySpec> spec) {
  if (!spec) return {{CKM_EDDSA, "CKM_EDDSA", SignInput::message}};
  const KeySpecTraits& key = traits(*spec);
  if (scheme != SignScheme::notary && key.family == KeyFamily::rsa) {
    return {{CKM_RSA_PKCS, "CKM_RSA_PKCS", SignInput::digest_info}, hashing_pkcs1_mechanism(hash_of(scheme, *spec))};
  }
  return {raw_mechanism(key.family), hashing_mechanism(key.family, hash_of(scheme, *spec))};
}

bool takes_pss_parameters(CK_MECHANISM_TYPE type) {
  return type != CKM_RSA_PKCS && type != CKM_SHA256_RSA_PKCS && type != CKM_SHA384_RSA_PKCS &&
         type != CKM_SHA512_RSA_PKCS;
}

// 0 and 0 mean that the module does not say; RSA sizes are in bits, from some modules in bytes.
bool size_fits(const CK_MECHANISM_INFO& info, const KeySpecTraits& key) {
  if (info.ulMinKeySize == 0 && info.ulMaxKeySize == 0) return true;
  const auto within = [&](CK_ULONG size) { return size >= info.ulMinKeySize && size <= info.ulMaxKeySize; };
  return within(key.bits) || (key.family == KeyFamily::rsa && within(key.bits / 8));
}

bool fits(const Module& module, CK_SLOT_ID slot, const SignMechanism& mechanism, KeySpec spec) {
  CK_MECHANISM_INFO info{};
  const CK_RV answer = module.call_patiently(Phase::find, "C_GetMechanismInfo", &CK_FUNCTION_LIST::C_GetMechanismInfo,
                                             slot, mechanism.type, &info);
  return answer == CKR_OK && (info.flags & CKF_SIGN) != 0 && size_fits(info, traits(spec));
}

}  // namespace

std::vector<SignMechanism> sign_mechanisms(SignScheme scheme, std::optional<KeySpec> spec, const Quirks& quirks) {
  std::vector<SignMechanism> mechanisms = mechanisms_for(scheme, spec);
  if (mechanisms.size() == 2 && quirks.has(Quirk::hashed_mechanisms_first)) std::swap(mechanisms[0], mechanisms[1]);
  return mechanisms;
}

std::vector<SignMechanism> preferred_mechanisms(const Module& module, CK_SLOT_ID slot, SignScheme scheme,
                                                std::optional<KeySpec> spec) {
  std::vector<SignMechanism> mechanisms = sign_mechanisms(scheme, spec, module.quirks());
  if (!spec) return mechanisms;
  const auto first = std::find_if(mechanisms.begin(), mechanisms.end(),
                                  [&](const SignMechanism& mechanism) { return fits(module, slot, mechanism, *spec); });
  if (first != mechanisms.end()) std::rotate(mechanisms.begin(), first, first + 1);
  return mechanisms;
}

base::Bytes sign_input(const SignMechanism& mechanism, const SignOrder& order) {
  const base::ByteView source = mechanism.input == SignInput::message ? order.message() : order.digest();
  if (mechanism.input != SignInput::digest_info) return {source.begin(), source.end()};
  const auto info = digest_info(source.size());
  base::Bytes input(info.begin(), info.end());
  input.insert(input.end(), source.begin(), source.end());
  return input;
}

MechanismArguments::MechanismArguments(const SignMechanism& mechanism, std::optional<KeySpec> spec) {
  mechanism_.mechanism = mechanism.type;
  if (!spec) return;
  const KeySpecTraits& key = traits(*spec);
  if (key.family != KeyFamily::rsa || !takes_pss_parameters(mechanism.type)) return;
  switch (key.hash) {
    case Hash::sha_256:
      pss_.hashAlg = CKM_SHA256, pss_.mgf = CKG_MGF1_SHA256;
      break;
    case Hash::sha_384:
      pss_.hashAlg = CKM_SHA384, pss_.mgf = CKG_MGF1_SHA384;
      break;
    case Hash::sha_512:
      pss_.hashAlg = CKM_SHA512, pss_.mgf = CKG_MGF1_SHA512;
      break;
  }
  pss_.sLen = static_cast<CK_ULONG>(key.digest_size);
  mechanism_.pParameter = &pss_;
  mechanism_.ulParameterLen = sizeof pss_;
}

}  // namespace pkcs11
