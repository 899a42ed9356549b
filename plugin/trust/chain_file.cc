#include "chain_file.h"

#include <algorithm>

#include "der.h"

namespace trust {
namespace {

constexpr const char* kOrderHint =
    "the file must hold the leaf first, then each certificate's issuer, and the self-signed root last";

bool issued(const Certificate& issuer, const Certificate& subject) {
  return der::same(subject.issuer_der(), issuer.subject_der());
}

bool is_reversed(const std::deque<Certificate>& certificates) {
  for (std::size_t i = 0; i + 1 < certificates.size(); ++i) {
    if (!issued(certificates[i], certificates[i + 1])) return false;
  }
  return certificates.size() > 1;
}

[[noreturn]] void refuse_misplaced_leaf(const CertificateSet& file, const Certificate& leaf,
                                        const std::string& file_name) {
  const bool last = &leaf == &file.readable().back();
  if (last && is_reversed(file.readable())) {
    refuse("the certificates in " + base::printable(file_name) + " are in reverse order: the leaf \"" + leaf.subject() +
               "\" is the last one",
           kOrderHint);
  }
  refuse("the certificates in " + base::printable(file_name) + " are out of order: the leaf is " + leaf.name() +
             " and must be the first",
         kOrderHint);
}

[[noreturn]] void refuse_other_key(const Certificate& leaf, const pkcs11::PublicKey& key) {
  refuse(
      leaf.name() + " is for another key: it holds " + identify(leaf.key()) + ", the key on the token is " +
          identify(key),
      "name the chain file of this key, or correct the reference to the key; the fingerprint is the beginning of the "
      "SHA-256 of the SubjectPublicKeyInfo");
}

const Certificate* find_leaf(const std::deque<Certificate>& certificates, const pkcs11::PublicKey& key) {
  const Certificate* ca = nullptr;
  for (const Certificate& certificate : certificates) {
    if (!holds(certificate, key)) continue;
    if (!certificate.is_ca()) return &certificate;
    if (ca == nullptr) ca = &certificate;
  }
  return ca;
}

FileRole role_for_key(const CertificateSet& file, const std::string& file_name, const pkcs11::PublicKey& key,
                      bool leaf_on_token) {
  const Certificate& first = file.readable().front();
  if (file.first_is_readable() && holds(first, key)) return FileRole::whole_chain;
  const Certificate* leaf = find_leaf(file.readable(), key);
  if (leaf != nullptr && !(leaf->is_ca() && leaf_on_token)) refuse_misplaced_leaf(file, *leaf, file_name);
  if (file.first_is_readable() && !first.is_ca()) refuse_other_key(first, key);
  return FileRole::pool;
}

[[noreturn]] void refuse_repetition(const Certificate& first, const Certificate& second) {
  refuse(second.name() + " repeats " + first.place(), "leave out the second copy");
}

// The two certificates do not fit by name: say what to do about it.
[[noreturn]] void refuse_gap(const std::deque<Certificate>& certificates, std::size_t index) {
  const Certificate& subject = certificates[index];
  const Certificate& next = certificates[index + 1];
  if (subject.self_issued()) {
    refuse(next.name() + " does not belong to the chain, which ends with " + subject.name(),
           "leave out what follows the root");
  }
  const auto issuer = std::ranges::find_if(certificates, [&](const Certificate& one) { return issued(one, subject); });
  if (issuer != certificates.end()) {
    refuse("the certificates are out of order: " + subject.name() + " was issued by " + issuer->name() +
               ", which is not the next",
           kOrderHint);
  }
  const CertificateKey& leaf_key = certificates.front().key();
  if (leaf_key.public_key && holds(next, *leaf_key.public_key)) {
    refuse(next.name() + " is a second certificate for the key of " + certificates.front().place(),
           "keep the one to sign with and the chain of its issuers");
  }
  refuse("the issuer \"" + subject.issuer() + "\" of " + subject.name() + " is missing: what follows is " + next.name(),
         "put the issuer's certificate there; leave out certificates that do not belong to the chain");
}

}  // namespace

FileRole role_of(const CertificateSet& file, const std::string& file_name, const std::optional<pkcs11::PublicKey>& key,
                 bool leaf_on_token) {
  if (file.readable().empty() && file.all_readable()) return FileRole::empty;
  if (file.readable().empty() || (!file.first_is_readable() && !leaf_on_token)) file.refuse_unreadable();
  if (key) return role_for_key(file, file_name, *key, leaf_on_token);

  if (file.first_is_readable() && !file.readable().front().is_ca()) return FileRole::whole_chain;
  const auto leaf = std::ranges::find_if(file.readable(), [](const Certificate& one) { return !one.is_ca(); });
  if (!leaf_on_token && leaf != file.readable().end()) refuse_misplaced_leaf(file, *leaf, file_name);
  return FileRole::pool;
}

std::vector<const Certificate*> order_of_file(const CertificateSet& file) {
  if (!file.all_readable()) file.refuse_unreadable();
  const std::deque<Certificate>& certificates = file.readable();
  std::vector<const Certificate*> chain;
  for (const Certificate& certificate : certificates) {
    for (const Certificate* earlier : chain) {
      if (same_bytes(*earlier, certificate)) refuse_repetition(*earlier, certificate);
    }
    chain.push_back(&certificate);
  }
  for (std::size_t i = 0; i + 1 < certificates.size(); ++i) {
    if (!issued(certificates[i + 1], certificates[i])) refuse_gap(certificates, i);
  }
  return chain;
}

}  // namespace trust
