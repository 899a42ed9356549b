#include "trust/software_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "openssl.h"
#include "trust/public_key.h"

namespace trust {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
constexpr std::string_view kKeyLabel = "PRIVATE KEY";
constexpr int kSmallestRsa = 2048, kLargestRsa = 16'384;  // bits

using Bio = std::unique_ptr<BIO, Releaser<BIO_free_all>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Releaser<EVP_MD_CTX_free>>;

// A block that holds a private key of whatever kind.
struct KeyBlock {
  std::string_view label;  // "EC PRIVATE KEY"
  std::string_view text;   // from BEGIN to the end of the END line
  bool encrypted = false;
};

std::vector<KeyBlock> key_blocks(std::string_view pem) {
  std::vector<KeyBlock> blocks;
  for (std::size_t at = pem.find(kBegin); at != std::string_view::npos; at = pem.find(kBegin, at + 1)) {
    const std::size_t name = at + kBegin.size();
    const std::size_t name_end = pem.find(kDashes, name);
    if (name_end == std::string_view::npos) break;
    const std::string_view label = pem.substr(name, name_end - name);
    if (!label.ends_with(kKeyLabel)) continue;
    const std::string end = std::string(kEnd) + std::string(label) + std::string(kDashes);
    const std::size_t found = pem.find(end, name_end);
    const std::size_t length = found == std::string_view::npos ? pem.size() - at : found + end.size() - at;
    const std::string_view text = pem.substr(at, length);
    const bool encrypted = label.starts_with("ENCRYPTED") || text.find("Proc-Type: 4,ENCRYPTED") != text.npos;
    blocks.push_back({label, text, encrypted});
  }
  return blocks;
}

std::string name_of(const std::string& file_name) {
  return "the key file " + base::printable(file_name);
}

[[noreturn]] void refuse(const std::string& file_name, const std::string& cause, std::string hint) {
  throw Error(ErrorKind::invalid_settings, Phase::approval, name_of(file_name) + " cannot be used: " + cause,
              std::move(hint));
}

constexpr const char* kFormHint =
    "it must be a PEM file with one private key: PKCS#8 (BEGIN PRIVATE KEY, BEGIN ENCRYPTED PRIVATE KEY), PKCS#1 or "
    "SEC 1";
constexpr const char* kKindHint = "RSA of 2048 bits or more, EC on P-256, P-384 or P-521, and Ed25519 are possible";

KeyBlock the_key_block(std::string_view pem, const std::string& file_name) {
  if (pem.size() > kMaxKeyFileSize) refuse(file_name, "it is larger than 64 KiB", kFormHint);
  const std::vector<KeyBlock> blocks = key_blocks(pem);
  if (blocks.empty()) refuse(file_name, "it holds no private key in PEM", kFormHint);
  if (blocks.size() > 1) refuse(file_name, "it holds several private keys", "keep the one that is meant in it");
  const KeyBlock& block = blocks.front();
  static constexpr std::array<std::string_view, 4> kKnown{"PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY",
                                                          "EC PRIVATE KEY"};
  if (std::find(kKnown.begin(), kKnown.end(), block.label) == kKnown.end()) {
    const bool openssh = block.label == "OPENSSH PRIVATE KEY";
    refuse(file_name, "a block " + base::quoted(block.label) + " is not a kind of key that is known here",
           openssh ? "for RSA and EC, ssh-keygen -p -m PKCS8 -f FILE converts a copy of it" : kKindHint);
  }
  return block;
}

// What OpenSSL's password callback works with.
struct Password {
  const base::Secret* secret = nullptr;
  bool asked = false;
};

int give_password(char* buffer, int size, int, void* user) {
  auto& password = *static_cast<Password*>(user);
  password.asked = true;
  if (password.secret == nullptr || size < 0 || password.secret->size() > static_cast<std::size_t>(size)) return -1;
  const base::ByteView bytes = password.secret->reveal();
  if (!bytes.empty()) std::memcpy(buffer, bytes.data(), bytes.size());
  return static_cast<int>(bytes.size());
}

EvpKey read_key(const KeyBlock& block, const base::Secret* secret, const std::string& file_name) {
  Password password{secret};
  const Bio bio(BIO_new_mem_buf(block.text.data(), static_cast<int>(block.text.size())));
  EvpKey key(bio ? PEM_read_bio_PrivateKey_ex(bio.get(), nullptr, give_password, &password, nullptr, nullptr)
                 : nullptr);
  ERR_clear_error();
  if (key) return key;
  if (password.asked) {
    throw Error(ErrorKind::pin_refused, Phase::approval, name_of(file_name) + " cannot be read: wrong password",
                "if the password is right, the key is encrypted in a way of the past or damaged: openssl pkcs8 -topk8 "
                "-v2 aes-256-cbc writes it anew");
  }
  refuse(file_name, "the private key in it is damaged or of an unknown kind", kFormHint);
}

std::string curve_name(EVP_PKEY* key) {
  std::array<char, 64> group{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) != 1) ERR_clear_error();
  const std::string_view name(group.data(), size);
  if (name == "prime256v1") return "EC-256";
  if (name == "secp384r1") return "EC-384";
  if (name == "secp521r1") return "EC-521";
  return {};
}

// Empty for a kind of key that is refused.
std::string kind_of(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return "Ed25519";
  if (EVP_PKEY_is_a(key, "EC") == 1) return curve_name(key);
  if (EVP_PKEY_is_a(key, "RSA") != 1) return {};
  const int bits = EVP_PKEY_get_bits(key);
  return bits >= kSmallestRsa && bits <= kLargestRsa ? "RSA-" + std::to_string(bits) : std::string();
}

std::string refused_kind(EVP_PKEY* key) {
  const char* const type = EVP_PKEY_get0_type_name(key);
  const std::string name = type == nullptr ? "unknown" : type;
  return name == "RSA"  ? "RSA with " + std::to_string(EVP_PKEY_get_bits(key)) + " bits"
         : name == "EC" ? "EC on another curve"
                        : name;
}

// A public key has one encoding here, whatever form the file's own has: services compare keys byte by byte.
void choose_usual_encoding(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "EC") != 1) return;
  EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_GROUP);
  EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                 OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
  ERR_clear_error();
}

[[noreturn]] void fail(const char* what) {
  ERR_clear_error();
  throw Error(ErrorKind::internal, Phase::approval, std::string("OpenSSL does not ") + what);
}

}  // namespace

struct SoftwareKey::Key {
  EvpKey evp;
};

bool is_encrypted_pem(std::string_view pem) {
  const std::vector<KeyBlock> blocks = key_blocks(pem);
  return std::any_of(blocks.begin(), blocks.end(), [](const KeyBlock& block) { return block.encrypted; });
}

SoftwareKey::SoftwareKey(std::unique_ptr<Key> key, std::string kind) : key_(std::move(key)), kind_(std::move(kind)) {}
SoftwareKey::SoftwareKey(SoftwareKey&& other) noexcept = default;
SoftwareKey& SoftwareKey::operator=(SoftwareKey&& other) noexcept = default;
SoftwareKey::~SoftwareKey() = default;

SoftwareKey SoftwareKey::from_pem(std::string_view pem, const base::Secret* password, const std::string& file_name) {
  start_openssl();
  const KeyBlock block = the_key_block(pem, file_name);
  if (block.encrypted && password == nullptr) {
    throw Error(ErrorKind::pin_unavailable, Phase::approval,
                name_of(file_name) + " cannot be read: it is under a password and none was given",
                "set the source of its password, env:NAME or file:PATH");
  }
  EvpKey key = read_key(block, password, file_name);
  std::string kind = kind_of(key.get());
  if (kind.empty()) refuse(file_name, "its key is of the kind " + base::quoted(refused_kind(key.get())), kKindHint);
  choose_usual_encoding(key.get());
  return SoftwareKey(std::make_unique<Key>(Key{std::move(key)}), std::move(kind));
}

base::Bytes SoftwareKey::spki_der() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_->evp.get(), &der);
  if (size <= 0) fail("encode the public key");
  base::Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

base::Bytes SoftwareKey::sign(base::ByteView message) const {
  const bool hashes = EVP_PKEY_is_a(key_->evp.get(), "ED25519") != 1;
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  bool ready = context && EVP_DigestSignInit_ex(context.get(), &parameters, hashes ? "SHA2-256" : nullptr, nullptr,
                                                nullptr, key_->evp.get(), nullptr) == 1;
  if (EVP_PKEY_is_a(key_->evp.get(), "RSA") == 1) {
    ready = ready && EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) == 1;
  }
  std::size_t size = 0;
  if (!ready || EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) != 1) fail("sign");
  base::Bytes signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) fail("sign");
  signature.resize(size);
  return signature;
}

std::string_view SoftwareKey::digest_name() const {
  return EVP_PKEY_is_a(key_->evp.get(), "ED25519") == 1 ? "EdDSA" : "SHA-256";
}

}  // namespace trust
