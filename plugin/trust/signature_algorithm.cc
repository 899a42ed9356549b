#include <array>

#include "algorithm.h"
#include "oids.h"

namespace trust {
namespace {

struct Known {
  base::ByteView oid;
  SignatureScheme scheme;
  SignatureHash hash;
  std::string_view name;
};

using enum SignatureScheme;
constexpr std::array kKnown{
    Known{oid::kSha256WithRsa, rsa_pkcs1, SignatureHash::sha_256, "RSA with SHA-256"},
    Known{oid::kSha384WithRsa, rsa_pkcs1, SignatureHash::sha_384, "RSA with SHA-384"},
    Known{oid::kSha512WithRsa, rsa_pkcs1, SignatureHash::sha_512, "RSA with SHA-512"},
    Known{oid::kEcdsaWithSha256, ecdsa, SignatureHash::sha_256, "ECDSA with SHA-256"},
    Known{oid::kEcdsaWithSha384, ecdsa, SignatureHash::sha_384, "ECDSA with SHA-384"},
    Known{oid::kEcdsaWithSha512, ecdsa, SignatureHash::sha_512, "ECDSA with SHA-512"},
    Known{oid::kSha1WithRsa, rsa_pkcs1, SignatureHash::sha_1, "RSA with SHA-1"},
    Known{oid::kSha1WithRsaIso, rsa_pkcs1, SignatureHash::sha_1, "RSA with SHA-1"},
    Known{oid::kEcdsaWithSha1, ecdsa, SignatureHash::sha_1, "ECDSA with SHA-1"},
    Known{oid::kMd5WithRsa, unsupported, SignatureHash::md5, "RSA with MD5"},
    Known{oid::kSha224WithRsa, unsupported, SignatureHash::sha_224, "RSA with SHA-224"},
    Known{oid::kEcdsaWithSha224, unsupported, SignatureHash::sha_224, "ECDSA with SHA-224"},
    Known{oid::kEd448, unsupported, SignatureHash::none, "Ed448"},
};

struct PssHash {
  base::ByteView oid;
  SignatureHash hash;
  std::int64_t size;
  std::string_view name;
};
constexpr std::array kPssHashes{
    PssHash{oid::kSha256, SignatureHash::sha_256, 32, "RSASSA-PSS with SHA-256"},
    PssHash{oid::kSha384, SignatureHash::sha_384, 48, "RSASSA-PSS with SHA-384"},
    PssHash{oid::kSha512, SignatureHash::sha_512, 64, "RSASSA-PSS with SHA-512"},
};

const SignatureAlgorithm kOtherPss{unsupported, SignatureHash::other,
                                   "RSASSA-PSS with parameters that notation refuses"};

constexpr std::string_view kPssParameters = "the set of RSASSA-PSS parameters";

// A hash's AlgorithmIdentifier alone in its wrapper, parameters absent or NULL. Empty when it does not fit.
base::ByteView read_hash(der::Reader wrapper) {
  der::Reader algorithm = wrapper.read(der::kSequence, kPssParameters);
  const base::ByteView hash = algorithm.read_oid(kPssParameters);
  if (!algorithm.empty()) {
    const der::Element parameters = algorithm.read_any(kPssParameters);
    if (parameters.tag != der::kNull || !parameters.content.empty()) return {};
  }
  return algorithm.empty() && wrapper.empty() ? hash : base::ByteView();
}

// The hash that MGF1 uses, likewise.
base::ByteView read_mask_hash(der::Reader wrapper) {
  der::Reader algorithm = wrapper.read(der::kSequence, kPssParameters);
  const bool mgf1 = der::same(algorithm.read_oid(kPssParameters), oid::kMgf1);
  return mgf1 && wrapper.empty() ? read_hash(algorithm) : base::ByteView();
}

// An INTEGER alone in its wrapper; -1 when it does not fit.
std::int64_t read_number(der::Reader wrapper) {
  const std::int64_t number = wrapper.read_small_integer(kPssParameters);
  return wrapper.empty() ? number : -1;
}

SignatureAlgorithm read_pss(der::Reader algorithm) {
  if (!algorithm.next_is(der::kSequence)) return kOtherPss;
  der::Reader parameters = algorithm.read(der::kSequence, kPssParameters);
  const auto read_field = [&](unsigned number) {
    return parameters.read_optional(der::context_constructed(number), kPssParameters);
  };
  const std::optional<der::Reader> hash = read_field(0);
  const std::optional<der::Reader> mask = read_field(1);
  const std::optional<der::Reader> salt = read_field(2);
  const std::optional<der::Reader> trailer = read_field(3);
  // An absent field means SHA-1, MGF1 with SHA-1 or 20 bytes of salt.
  if (!hash || !mask || !salt || !parameters.empty() || !algorithm.empty()) return kOtherPss;

  const base::ByteView hash_oid = read_hash(*hash);
  const base::ByteView mask_hash_oid = read_mask_hash(*mask);
  const std::int64_t salt_size = read_number(*salt);
  const bool fits = der::same(hash_oid, mask_hash_oid) && (!trailer || read_number(*trailer) == 1);
  for (const PssHash& known : kPssHashes) {
    if (fits && der::same(hash_oid, known.oid) && salt_size == known.size) {
      return {rsa_pss, known.hash, std::string(known.name)};
    }
  }
  return kOtherPss;
}

}  // namespace

SignatureAlgorithm read_signature_algorithm(der::Reader algorithm) {
  const base::ByteView identifier = algorithm.read_oid("the signature algorithm");
  if (der::same(identifier, oid::kRsassaPss)) return read_pss(algorithm);
  if (!algorithm.empty()) {
    der::Reader parameters = algorithm;
    parameters.read_any("the signature algorithm");
  }
  if (der::same(identifier, oid::kEd25519)) {
    return algorithm.empty() ? SignatureAlgorithm{ed25519, SignatureHash::none, "Ed25519"}
                             : SignatureAlgorithm{unsupported, SignatureHash::none, "Ed25519 with parameters"};
  }
  for (const Known& known : kKnown) {
    if (der::same(identifier, known.oid)) return {known.scheme, known.hash, std::string(known.name)};
  }
  return {unsupported, SignatureHash::other, "algorithm " + der::dotted(identifier)};
}

}  // namespace trust
