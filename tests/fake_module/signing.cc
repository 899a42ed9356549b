#include "signing.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstring>

#include "signature_form.h"

namespace fake {
namespace {

const char* digest_of(CK_MECHANISM_TYPE type) {
  if (type == CKM_SHA256) return "SHA256";
  if (type == CKM_SHA384) return "SHA384";
  if (type == CKM_SHA512) return "SHA512";
  throw Refusal{CKR_MECHANISM_PARAM_INVALID};
}

const char* digest_of_mgf(CK_RSA_PKCS_MGF_TYPE type) {
  if (type == CKG_MGF1_SHA256) return "SHA256";
  if (type == CKG_MGF1_SHA384) return "SHA384";
  if (type == CKG_MGF1_SHA512) return "SHA512";
  throw Refusal{CKR_MECHANISM_PARAM_INVALID};
}

std::size_t digest_length(const std::string& digest) {
  return static_cast<std::size_t>(EVP_MD_get_size(EVP_get_digestbyname(digest.c_str())));
}

void take_pss_parameters(SignOperation& operation, const CK_MECHANISM& mechanism) {
  CK_RSA_PKCS_PSS_PARAMS parameters{};
  if (mechanism.pParameter == nullptr || mechanism.ulParameterLen != sizeof parameters) {
    throw Refusal{CKR_MECHANISM_PARAM_INVALID};
  }
  std::memcpy(&parameters, mechanism.pParameter, sizeof parameters);
  operation.digest = digest_of(parameters.hashAlg);
  operation.mgf_digest = digest_of_mgf(parameters.mgf);
  const bool own_hash_differs = operation.mechanism.digest != nullptr && operation.digest != operation.mechanism.digest;
  const std::size_t room = operation.length() - digest_length(operation.digest) - 2;
  if (own_hash_differs || operation.mgf_digest != operation.digest || parameters.sLen > room) {
    throw Refusal{CKR_MECHANISM_PARAM_INVALID};
  }
  operation.salt_length = static_cast<int>(parameters.sLen);
}

void check_mechanism(const Rules& rules, const Mechanism& mechanism, const Object& key) {
  if (!mechanism.signs()) throw Refusal{CKR_MECHANISM_INVALID};
  if (key.number(CKA_KEY_TYPE) != mechanism.key_type) throw Refusal{CKR_KEY_TYPE_INCONSISTENT};
  if (!key.flag(CKA_SIGN)) throw Refusal{CKR_KEY_FUNCTION_NOT_PERMITTED};
  const Bytes* allowed = key.find(CKA_ALLOWED_MECHANISMS);
  if (allowed != nullptr && !allowed->empty()) {
    std::vector<CK_MECHANISM_TYPE> types(allowed->size() / sizeof(CK_MECHANISM_TYPE));
    std::memcpy(types.data(), allowed->data(), types.size() * sizeof(CK_MECHANISM_TYPE));
    if (std::find(types.begin(), types.end(), mechanism.type) == types.end()) throw Refusal{CKR_MECHANISM_INVALID};
  }
  const CK_MECHANISM_INFO info = mechanism_info(rules, mechanism);
  const unsigned long bits = bits_of(key.key);
  if (info.ulMaxKeySize != 0 && (bits < info.ulMinKeySize || bits > info.ulMaxKeySize)) {
    throw Refusal{CKR_KEY_SIZE_RANGE};
  }
}

Bytes hashed(const std::string& digest, const Bytes& data) {
  Bytes value(EVP_MAX_MD_SIZE);
  unsigned int length = 0;
  if (EVP_Digest(data.data(), data.size(), value.data(), &length, EVP_get_digestbyname(digest.c_str()), nullptr) != 1) {
    throw Refusal{CKR_FUNCTION_FAILED};
  }
  value.resize(length);
  return value;
}

void check_input(const SignOperation& operation, const Bytes& input) {
  const std::size_t key_length = operation.length();
  const Scheme scheme = operation.mechanism.scheme;
  const bool fits = scheme == Scheme::pss     ? input.size() == digest_length(operation.digest)
                    : scheme == Scheme::pkcs1 ? input.size() + 11 <= key_length
                                              : !input.empty();
  if (!fits) throw Refusal{CKR_DATA_LEN_RANGE};
}

}  // namespace

SignOperation start_signing(const Rules& rules, const CK_MECHANISM& mechanism, const Object& key) {
  SignOperation operation{};
  operation.mechanism = offered_mechanism(rules, mechanism.mechanism);
  operation.key = key.key;
  check_mechanism(rules, operation.mechanism, key);
  if (operation.mechanism.scheme == Scheme::pss) {
    take_pss_parameters(operation, mechanism);
  } else {
    if (mechanism.pParameter != nullptr || mechanism.ulParameterLen != 0) throw Refusal{CKR_MECHANISM_PARAM_INVALID};
    if (operation.mechanism.digest != nullptr) operation.digest = operation.mechanism.digest;
  }
  operation.needs_authentication =
      key.authentication == Authentication::always || key.authentication == Authentication::demanded;
  return operation;
}

Bytes sign(const SignOperation& operation, const Bytes& data, SignatureForm form) {
  const Bytes input = operation.mechanism.digest != nullptr ? hashed(operation.digest, data) : data;
  if (operation.mechanism.digest == nullptr) check_input(operation, input);
  return formed_signature(operation, input, form);
}

}  // namespace fake
