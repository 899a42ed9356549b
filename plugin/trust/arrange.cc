#include "trust/arrange.h"

#include <algorithm>

#include "certificate_set.h"
#include "path.h"
#include "trust/public_key.h"

namespace trust {
namespace {

using Candidates = std::vector<const Certificate*>;

Candidates find_leaves(const CertificateSet& file, const pkcs11::PublicKey& key) {
  Candidates leaves;
  for (const Certificate& certificate : file.readable()) {
    const bool known =
        std::ranges::any_of(leaves, [&](const Certificate* one) { return same_bytes(*one, certificate); });
    if (!known && holds(certificate, key)) leaves.push_back(&certificate);
  }
  return leaves;
}

[[noreturn]] void refuse_none(const CertificateSet& file, const std::string& name, const pkcs11::PublicKey& key) {
  if (file.readable().empty() && !file.all_readable()) file.refuse_unreadable();
  std::string hint =
      "have the CA issue one for this key; the fingerprint is the beginning of the SHA-256 of the "
      "SubjectPublicKeyInfo";
  for (const Certificate& certificate : file.readable())
    hint += "\n" + certificate.name() + " holds " + identify(certificate.key());
  for (const std::string& line : file.unreadable())
    hint += "\n" + line;
  refuse("no certificate in " + base::printable(name) + " is for the key, which is " + identify(key), hint);
}

const Certificate& the_leaf(const CertificateSet& file, const std::string& name, const pkcs11::PublicKey& key,
                            std::int64_t now) {
  const Candidates leaves = find_leaves(file, key);
  if (leaves.empty()) refuse_none(file, name, key);
  if (leaves.size() == 1) return *leaves.front();
  Candidates valid;
  std::ranges::copy_if(leaves, std::back_inserter(valid),
                       [&](const Certificate* one) { return one->not_before() <= now && now <= one->not_after(); });
  if (valid.size() == 1) return *valid.front();
  std::string hint = "leave in the file the one to sign with";
  for (const Certificate* one : leaves)
    hint += "\n" + one->name() + ", serial " + base::to_hex(one->serial()) + ", until " + format_time(one->not_after());
  refuse(base::printable(name) + " holds " + std::to_string(leaves.size()) + " certificates for the key, " +
             (valid.empty() ? "none" : std::to_string(valid.size())) + " of them valid now",
         hint);
}

}  // namespace

std::vector<base::Bytes> arrange_chain(const LooseCertificates& loose, const pkcs11::PublicKey& key,
                                       base::WallTime now) {
  start_openssl();
  const std::int64_t moment = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const CertificateSet file = CertificateSet::of_file(loose.file, loose.file_name);
  const CertificateSet token = CertificateSet::of_token(loose.token.value_or(std::vector<base::Bytes>{}));
  const Certificate& leaf = the_leaf(file, loose.file_name, key, moment);
  SignatureChecks checks;
  std::vector<base::Bytes> chain;
  for (const Certificate* one :
       find_path(leaf, {file, token, loose.file_name, loose.token.has_value()}, moment, checks))
    chain.emplace_back(one->der().begin(), one->der().end());
  return chain;
}

}  // namespace trust
