#include "token_leaf.h"

#include <algorithm>

namespace trust {
namespace {

using Candidates = std::vector<const Certificate*>;

constexpr const char* kChainFileHint =
    "set chain_file to a PEM file with the leaf to sign with, then its issuers up to and including the root";

bool valid_at(const Certificate& certificate, std::int64_t now) {
  return certificate.not_before() <= now && now <= certificate.not_after();
}

std::string list(const Candidates& candidates) {
  std::string lines;
  for (const Certificate* one : candidates) {
    lines += "\n\"" + one->subject() + "\", issued by \"" + one->issuer() + "\", serial " +
             base::to_hex(one->serial()) + ", from " + format_time(one->not_before()) + " to " +
             format_time(one->not_after());
  }
  return lines;
}

[[noreturn]] void refuse_none(const CertificateSet& token, const std::optional<pkcs11::PublicKey>& key,
                              const std::string& file_name) {
  if (key && !token.readable().empty()) {
    const Certificate& other = token.readable().front();
    refuse(other.name() + " is for another key: it holds " + identify(other.key()) + ", the key on the token is " +
               identify(*key),
           kChainFileHint);
  }
  if (!token.all_readable()) token.refuse_unreadable();
  if (file_name.empty()) {
    refuse("there is no certificate for the key: the token has none, and no chain file is set", kChainFileHint);
  }
  refuse("there is no certificate for the key: " + base::printable(file_name) +
             " holds CA certificates only, and the token has none for it",
         "put the leaf before the CA certificates in that file, or store it on the token with the key's CKA_ID");
}

void refuse_different_keys(const Candidates& candidates) {
  for (const Certificate* one : candidates) {
    if (one->key().public_key == candidates.front()->key().public_key) continue;
    refuse("the certificates on the token that go with the key are for different keys",
           kChainFileHint + list(candidates));
  }
}

}  // namespace

const Certificate& choose_leaf(const CertificateSet& token, const std::optional<pkcs11::PublicKey>& key,
                               const std::string& file_name, std::int64_t now) {
  Candidates candidates;
  for (const Certificate& certificate : token.readable()) {
    const bool known =
        std::ranges::any_of(candidates, [&](const Certificate* one) { return same_bytes(*one, certificate); });
    if (!known && (!key || holds(certificate, *key))) candidates.push_back(&certificate);
  }
  if (candidates.empty()) refuse_none(token, key, file_name);
  if (candidates.size() == 1) return *candidates.front();
  refuse_different_keys(candidates);

  Candidates valid;
  std::ranges::copy_if(candidates, std::back_inserter(valid),
                       [&](const Certificate* one) { return valid_at(*one, now); });
  if (valid.size() == 1) return *valid.front();
  const std::string count = std::to_string(valid.empty() ? candidates.size() : valid.size());
  const std::string which = valid.empty() ? "none of which is valid now" : "all of them valid now";
  refuse("the token has " + count + " certificates for the key, " + which, kChainFileHint + list(candidates));
}

}  // namespace trust
