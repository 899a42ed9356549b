#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>

#include "cryptoki.h"
#include "rules.h"

namespace fake {

using Key = std::shared_ptr<EVP_PKEY>;

Key read_key(const std::string& pem_file);
void write_key(const Key& key, const std::string& pem_file);
Key generate_rsa_key(unsigned int bits);
Key generate_ec_key(const std::string& curve);  // OpenSSL's short name

// The prepared key of a spec (`RSA-2048`, `P-256`), or the second one.
Key test_key(const std::string& spec, bool other = false);
Key key_of_rule(const KeyRule& rule);

bool is_rsa(const Key& key);
std::string spec_of(const Key& key);
// OpenSSL's short curve name of a spec, empty for RSA.
std::string curve_of(const std::string& spec);
unsigned long bits_of(const Key& key);
// RSA: length of the modulus; EC: of r and s together, as C_Sign returns them.
std::size_t signature_length(const Key& key);

Bytes modulus_of(const Key& key);
Bytes exponent_of(const Key& key);
Bytes subject_public_key_info(const Key& key);
Bytes ec_parameters(const Key& key, ParametersForm form);
Bytes ec_point(const Key& key, PointForm form);
// Short name of the curve behind DER parameters (an object identifier); Refusal if it is none that we know.
std::string curve_of_parameters(const Bytes& der);

}  // namespace fake
