#include "signature_form.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <algorithm>

namespace fake {
namespace {

constexpr int kTries = 20000;        // until a signature happens to have the leading zero that a form needs
constexpr int kWrongSaltLength = 7;  // no hash is that long

using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

void require(bool success) {
  if (!success) throw Refusal{CKR_FUNCTION_FAILED};
}

void set_padding(EVP_PKEY_CTX* context, const SignOperation& operation, SignatureForm form) {
  if (operation.mechanism.scheme == Scheme::pkcs1) {
    require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1);
  } else {
    const int salt = form == SignatureForm::wrong_salt ? kWrongSaltLength : operation.salt_length;
    require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1);
    require(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt) == 1);
    require(EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_get_digestbyname(operation.mgf_digest.c_str())) == 1);
  }
  if (operation.digest.empty()) return;
  require(EVP_PKEY_CTX_set_signature_md(context, EVP_get_digestbyname(operation.digest.c_str())) == 1);
}

// RSA: the signature; EC: DER.
Bytes openssl_signature(const SignOperation& operation, const Key& key, const Bytes& input, SignatureForm form) {
  const Context context(EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  require(context && EVP_PKEY_sign_init(context.get()) == 1);
  if (is_rsa(key)) set_padding(context.get(), operation, form);
  std::size_t length = 0;
  require(EVP_PKEY_sign(context.get(), nullptr, &length, input.data(), input.size()) == 1);
  Bytes signature(length);
  require(EVP_PKEY_sign(context.get(), signature.data(), &length, input.data(), input.size()) == 1);
  signature.resize(length);
  return signature;
}

Bytes integer(const BIGNUM* number, std::size_t width) {
  Bytes bytes(std::max(width, static_cast<std::size_t>(BN_num_bytes(number))));
  BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

// r and s, one behind the other; each `width` bytes long, or as short as it can be if width is 0.
Bytes integers(const Bytes& der, std::size_t width) {
  const unsigned char* at = der.data();
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
  require(pair != nullptr);
  Bytes both = integer(ECDSA_SIG_get0_r(pair.get()), width);
  const Bytes second = integer(ECDSA_SIG_get0_s(pair.get()), width);
  both.insert(both.end(), second.begin(), second.end());
  return both;
}

Bytes signature_with(const SignOperation& operation, const Key& key, const Bytes& input, SignatureForm form) {
  const Bytes signature = openssl_signature(operation, key, input, form);
  if (is_rsa(key) || form == SignatureForm::der) return signature;
  return integers(signature, form == SignatureForm::short_integers ? 0 : operation.length() / 2);
}

Bytes stripped_rsa_signature(const SignOperation& operation, const Bytes& input) {
  for (int tries = 0; tries < kTries; ++tries) {
    Bytes signature = openssl_signature(operation, operation.key, input, SignatureForm::right);
    if (signature.front() != 0) continue;
    signature.erase(signature.begin());
    return signature;
  }
  throw Refusal{CKR_FUNCTION_FAILED};
}

Bytes short_ec_signature(const SignOperation& operation, const Bytes& input) {
  for (int tries = 0; tries < kTries; ++tries) {
    Bytes signature = signature_with(operation, operation.key, input, SignatureForm::short_integers);
    if (signature.size() < operation.length()) return signature;
  }
  throw Refusal{CKR_FUNCTION_FAILED};
}

}  // namespace

Bytes formed_signature(const SignOperation& operation, const Bytes& input, SignatureForm form) {
  const bool rsa = is_rsa(operation.key);
  if (form == SignatureForm::empty) return {};
  if (form == SignatureForm::garbage) {
    Bytes bytes(operation.length());
    require(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
    return bytes;
  }
  if (form == SignatureForm::stripped_zero && rsa) return stripped_rsa_signature(operation, input);
  if (form == SignatureForm::short_integers && !rsa) return short_ec_signature(operation, input);
  const Key key = form == SignatureForm::wrong_key ? test_key(spec_of(operation.key), true) : operation.key;
  Bytes signature = signature_with(operation, key, input, form);
  if (form == SignatureForm::truncated) signature.pop_back();
  return signature;
}

}  // namespace fake
