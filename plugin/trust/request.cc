#include "trust/request.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "algorithm.h"
#include "base/error.h"
#include "certificate_parts.h"
#include "distinguished_name.h"
#include "ecdsa_signature.h"
#include "general_names.h"
#include "oids.h"
#include "openssl.h"
#include "request_file.h"
#include "trust/public_key.h"

namespace trust {
namespace {

using base::Bytes;

constexpr std::string_view kMade = "the request";
constexpr std::size_t kLongestName = 1024;  // characters of one alternative name
constexpr std::size_t kMostNames = 100;

// IPAddress of GeneralName: 4 or 16 bytes. Empty when the text is no address.
Bytes address_bytes(const std::string& text) {
  start_openssl();
  const std::unique_ptr<ASN1_OCTET_STRING, Releaser<ASN1_OCTET_STRING_free>> address(a2i_IPADDRESS(text.c_str()));
  if (!address) return {};
  const unsigned char* bytes = ASN1_STRING_get0_data(address.get());
  return {bytes, bytes + ASN1_STRING_length(address.get())};
}

Bytes bytes(std::string_view text) {
  const base::ByteView view = base::bytes_of(text);
  return {view.begin(), view.end()};
}

bool is_host(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.back() != '.' &&
         host.find("..") == std::string_view::npos && std::ranges::all_of(host, allowed);
}

bool is_whole_mailbox(std::string_view mailbox) {
  const std::size_t at = mailbox.find('@');
  const auto visible = [](char c) { return c > ' ' && c < 0x7f; };
  return at != 0 && at != std::string_view::npos && mailbox.find('@', at + 1) == std::string_view::npos &&
         is_host(mailbox.substr(at + 1)) && std::ranges::all_of(mailbox, visible);
}

bool fits(const AlternativeName& name) {
  switch (name.kind) {
    case NameKind::email:
      return is_whole_mailbox(name.text);
    case NameKind::dns:
      return is_host(name.text);
    case NameKind::uri:
      return is_absolute_uri(name.text);
    case NameKind::ip:
      return !address_bytes(name.text).empty();
  }
  return false;
}

std::string_view wanted(NameKind kind) {
  switch (kind) {
    case NameKind::email:
      return "a mailbox in ASCII, such as release@example.com";
    case NameKind::dns:
      return "a host name in ASCII, such as build.example.com";
    case NameKind::uri:
      return "an absolute URI, such as https://example.com/release";
    case NameKind::ip:
      return "an IPv4 or IPv6 address";
  }
  return {};
}

Bytes write_names(const std::vector<AlternativeName>& names) {
  if (names.empty()) return {};
  if (names.size() > kMostNames) refuse_settings(kMade, "it would have " + std::to_string(names.size()) + " names");
  Bytes all;
  for (const AlternativeName& name : names) {
    if (name.text.size() > kLongestName || !fits(name)) {
      refuse_settings(kMade, base::quoted(name.text) + " is not " + std::string(wanted(name.kind)));
    }
    const Bytes content = name.kind == NameKind::ip ? address_bytes(name.text) : bytes(name.text);
    const Bytes one = der::write(der::context(static_cast<unsigned>(name.kind)), content);
    all.insert(all.end(), one.begin(), one.end());
  }
  return write_extension(oid::kCeSubjectAltName, false, der::write(der::kSequence, all));
}

// extensionRequest (RFC 2985 section 5.4.2).
Bytes write_attributes(const std::vector<AlternativeName>& names) {
  const Bytes extensions =
      der::write(der::kSequence, {write_leaf_key_usage(), write_leaf_extended_key_usage(), write_names(names)});
  const Bytes attribute =
      der::write(der::kSequence, {der::write(der::kOid, oid::kExtensionRequest), der::write(der::kSet, extensions)});
  return der::write(der::context_constructed(0), attribute);
}

Bytes write_algorithm(const RequestToSign& prepared) {
  return prepared.pkcs1() ? write_pkcs1_algorithm(prepared.spec()) : write_notary_algorithm(prepared.spec());
}

// A CertificationRequest, apart.
struct Parts {
  base::ByteView info;  // with its header
  std::string subject;
  base::ByteView subject_der;
  CertificateKey key;
  SignatureAlgorithm algorithm;
  base::ByteView signature;
};

Parts read_parts(base::ByteView der, const std::string& place) {
  der::Reader input(der, place);
  der::Reader outer = input.read(der::kSequence, "the request");
  if (!input.empty()) input.fail(std::to_string(input.rest().size()) + " bytes follow the request");
  Parts parts;
  const der::Element info = outer.read_element(der::kSequence, "the part that is signed");
  parts.info = info.whole;
  der::Reader fields = outer.over(info.content);
  if (fields.read_small_integer("the version") != 0) fields.fail("the version is malformed");
  const der::Element subject = fields.read_element(der::kSequence, "the subject");
  parts.subject_der = subject.whole;
  parts.subject = read_name(fields.over(subject.content), "the subject");
  parts.key = read_key(fields.read(der::kSequence, "the public key"));
  fields.read(der::context_constructed(0), "the attributes");
  if (!fields.empty()) fields.fail("the part that is signed is malformed");
  parts.algorithm = read_signature_algorithm(outer.read(der::kSequence, "the signature algorithm"));
  const der::BitString signature = outer.read_bit_string("the signature");
  if (signature.unused != 0 || !outer.empty()) outer.fail("the signature is malformed");
  parts.signature = signature.bytes;
  return parts;
}

bool verifies(const Parts& parts) {
  const EVP_MD* hash = fetched(parts.algorithm.hash);
  const bool rsa = parts.key.kind == KeyKind::rsa;
  const bool rsa_scheme =
      parts.algorithm.scheme == SignatureScheme::rsa_pkcs1 || parts.algorithm.scheme == SignatureScheme::rsa_pss;
  const bool known = rsa_scheme || parts.algorithm.scheme == SignatureScheme::ecdsa;
  if (hash == nullptr || !parts.key.public_key || rsa != rsa_scheme || !known) return false;
  const EvpKey key = make_key(*parts.key.public_key);
  const Padding padding = parts.algorithm.scheme == SignatureScheme::rsa_pss ? Padding::pss
                          : rsa                                              ? Padding::pkcs1
                                                                             : Padding::none;
  return verify_digest(key.get(), hash, hash_bytes(hash, parts.info), parts.signature, padding);
}

}  // namespace

RequestToSign prepare_request(const pkcs11::PublicKey& key, pkcs11::KeySpec spec, const RequestContent& content) {
  if (pkcs11::key_spec_of(key) != spec) {
    refuse_settings(kMade, "the key is " + pkcs11::describe(key) + ", not " + std::string(pkcs11::traits(spec).name));
  }
  if (content.pkcs1 && pkcs11::traits(spec).family != pkcs11::KeyFamily::rsa) {
    refuse_settings(kMade, "RSASSA-PKCS1-v1_5 is for RSA keys, and the key is " + pkcs11::describe(key),
                    "leave out --pkcs1");
  }
  static constexpr std::array<std::uint8_t, 1> kVersion1{0};
  RequestToSign prepared;
  prepared.key_ = key;
  prepared.spec_ = spec;
  prepared.pkcs1_ = content.pkcs1;
  prepared.info_ = der::write(der::kSequence, {der::write(der::kInteger, kVersion1), write_name(content.subject, kMade),
                                               spki_der(key), write_attributes(content.names)});
  // Read back with an empty signature: what is signed is what a request's reader will see, all of it.
  const Bytes unsigned_request = write_signed(prepared.info_, write_algorithm(prepared), {});
  const Parts read_back = read_parts(unsigned_request, "the request to sign");
  if (!(read_back.key.public_key == key)) {
    throw base::Error(base::ErrorKind::internal, base::Phase::none, "the request to sign holds another key");
  }
  return prepared;
}

void check_request(const RequestContent& content) {
  write_name(content.subject, kMade);
  write_names(content.names);
}

base::Bytes assemble(const RequestToSign& prepared, base::ByteView signature) {
  if (!prepared.pkcs1()) verify_message(prepared.key(), prepared.spec(), prepared.info(), signature);
  const bool ec = pkcs11::traits(prepared.spec()).family == pkcs11::KeyFamily::ec;
  const Bytes encoded = ec ? to_der_signature(signature) : Bytes(signature.begin(), signature.end());
  Bytes request = write_signed(prepared.info(), write_algorithm(prepared), encoded);
  if (!verifies(read_parts(request, "the request made"))) {
    throw base::Error(base::ErrorKind::signature_invalid, base::Phase::verify,
                      "the request made does not verify with its own key",
                      "the public key on the token does not belong to the private one, or the module returned a wrong "
                      "signature");
  }
  return request;
}

ReadRequest read_request(std::string_view content, const std::string& file_name) {
  const std::string place = "the request " + base::printable(file_name);
  const Bytes der = request_bytes(content, place);
  const Parts parts = read_parts(der, place);
  if (!parts.key.public_key) {
    throw base::Error(base::ErrorKind::invalid_chain, base::Phase::chain,
                      place + " is for a key that the Notary Project does not know: " + parts.key.description);
  }
  if (!verifies(parts)) {
    throw base::Error(base::ErrorKind::invalid_chain, base::Phase::chain,
                      place + " is damaged: its signature does not verify with the key in it",
                      "use the file that was sent to the CA");
  }
  return {parts.subject, *parts.key.public_key, parts.algorithm.name,
          parts.algorithm.scheme == SignatureScheme::rsa_pkcs1,
          Bytes(parts.subject_der.begin(), parts.subject_der.end())};
}

}  // namespace trust
