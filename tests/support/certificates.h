#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"

struct evp_pkey_st;

// Keys and certificates for tests, good and bad ones, made by OpenSSL.
namespace support {

class TestKey {
 public:
  static TestKey rsa(unsigned bits, unsigned long exponent = 65537);
  static TestKey ec(const std::string& curve);  // "P-256", "secp256k1"
  static TestKey ed25519();
  static TestKey of(pkcs11::KeySpec spec);
  // Made once a process: RSA-4096 takes most of a second.
  static const TestKey& shared(pkcs11::KeySpec spec);
  static const TestKey& other(pkcs11::KeySpec spec);  // a second one

  // The same EC key, written into certificates in a way that notation refuses.
  TestKey with_explicit_parameters() const;
  TestKey with_compressed_point() const;

  pkcs11::PublicKey public_key() const;
  base::Bytes spki() const;         // as OpenSSL encodes it
  std::string private_pem() const;  // PKCS#8

  // What a token returns: RSASSA-PSS, or r and s at fixed width. A salt below 0 means as long as the hash.
  base::Bytes sign(pkcs11::KeySpec spec, base::ByteView message, int salt = -1) const;
  // The same over any hash and in OpenSSL's encoding: DER for EC.
  base::Bytes sign_pkcs1(const std::string& hash, base::ByteView message) const;
  base::Bytes sign_pss(const std::string& hash, base::ByteView message, int salt, const std::string& mask_hash) const;
  base::Bytes sign_der(const std::string& hash, base::ByteView message) const;
  base::Bytes sign_ed25519(base::ByteView message) const;

  evp_pkey_st* get() const { return key_.get(); }

 private:
  explicit TestKey(evp_pkey_st* key);
  std::shared_ptr<evp_pkey_st> key_;
};

struct RawExtension {
  std::string oid;  // "2.5.29.35"
  bool critical = false;
  base::Bytes value;  // content of the OCTET STRING
};

// What a certificate says. Extensions are in the words of OpenSSL's configuration file; an empty one is left out.
struct CertificateTemplate {
  std::string common_name = "leaf";
  std::int64_t not_before = 1'577'836'800;  // 2020-01-01
  std::int64_t not_after = 4'070'908'800;   // 2099-01-01
  long version = 3;
  base::Bytes serial = {0x11, 0x22, 0x33};
  std::string key_usage, extended_key_usage, basic_constraints;
  std::vector<RawExtension> extensions;
  std::string hash = "SHA256";
  bool pss = false;
  int pss_salt = -1;
};
CertificateTemplate leaf_template(const std::string& common_name = "leaf");
CertificateTemplate ca_template(const std::string& common_name);

// A key with its certificate: what issues others.
struct Authority {
  TestKey key;
  base::Bytes certificate;
};

base::Bytes self_sign(const CertificateTemplate& certificate, const TestKey& key);
base::Bytes issue(const CertificateTemplate& certificate, const TestKey& key, const Authority& issuer);

// The certificate with `from` replaced by `to`, which is as long, wherever it stands in the signed part and in the
// outer algorithm, signed again by `issuer` with its key of the family EC, ECDSA and SHA-256. `from` must occur.
base::Bytes patch(base::ByteView certificate, const TestKey& issuer, base::ByteView from, base::ByteView to);

// A root, one intermediate and a leaf for `leaf_key`, all valid for years; leaf first. CA keys are P-256.
struct Chain {
  Authority root, intermediate;
  base::Bytes leaf;
  std::vector<base::Bytes> certificates() const { return {leaf, intermediate.certificate, root.certificate}; }
};
Chain make_chain(const TestKey& leaf_key);

std::string pem(base::ByteView certificate);
std::string pem(const std::vector<base::Bytes>& certificates);

}  // namespace support
