#include "trust/chain.h"

#include <algorithm>

#include "chain_file.h"
#include "path.h"
#include "token_leaf.h"
#include "trust/public_key.h"

namespace trust {
namespace {

using std::chrono::seconds;

std::int64_t seconds_of(base::WallTime time) {
  return std::chrono::floor<seconds>(time).time_since_epoch().count();
}

// A certificate may outlive what a WallTime can hold.
base::WallTime wall_time(std::int64_t since_1970) {
  const std::int64_t first = std::chrono::ceil<seconds>(base::WallTime::min()).time_since_epoch().count();
  const std::int64_t last = std::chrono::floor<seconds>(base::WallTime::max()).time_since_epoch().count();
  return base::WallTime(seconds(std::clamp(since_1970, first, last)));
}

}  // namespace

CheckedChain check_chain(const ChainSources& sources, base::WallTime now) {
  start_openssl();
  const std::int64_t moment = seconds_of(now);
  const CertificateSet file = CertificateSet::of_file(sources.file, sources.file_name);
  const CertificateSet leaves = CertificateSet::of_token(sources.token_leaves);
  const CertificateSet issuers = CertificateSet::of_token(sources.token_issuers);
  SignatureChecks checks;

  std::vector<const Certificate*> chain;
  if (role_of(file, sources.file_name, sources.key, !sources.token_leaves.empty()) == FileRole::whole_chain) {
    chain = order_of_file(file);
    if (std::optional<Violation> found = find_violation(chain, moment, checks)) refuse(found->message, found->hint);
  } else {
    const Certificate& leaf = choose_leaf(leaves, sources.key, sources.file_name, moment);
    chain = find_path(leaf, {file, issuers, sources.file_name}, moment, checks);
  }

  const Certificate& leaf = *chain.front();
  CheckedChain checked;
  for (const Certificate* one : chain)
    checked.certificates_.emplace_back(one->der().begin(), one->der().end());
  checked.leaf_key_ = leaf.key().public_key.value();
  checked.spec_ = pkcs11::key_spec_of(checked.leaf_key_).value();
  checked.leaf_subject_ = leaf.subject();
  checked.leaf_serial_ = base::to_hex(leaf.serial());
  checked.leaf_not_after_ = wall_time(leaf.not_after());
  return checked;
}

std::optional<pkcs11::PublicKey> leaf_key_in(const std::vector<base::Bytes>& file, const std::string& file_name) {
  if (file.empty()) return std::nullopt;
  const CertificateSet first = CertificateSet::of_file({file.front()}, file_name);
  if (!first.all_readable()) first.refuse_unreadable();
  const Certificate& leaf = first.readable().front();
  return leaf.is_ca() ? std::nullopt : leaf.key().public_key;
}

std::optional<std::string> expiry_warning(const CheckedChain& chain, base::WallTime now, int days) {
  using Days = std::chrono::duration<std::int64_t, std::ratio<86400>>;
  const auto left =
      std::chrono::floor<Days>(chain.leaf_not_after() - std::chrono::floor<std::chrono::seconds>(now)).count();
  if (left >= days) return std::nullopt;
  const std::string when = left == 0   ? "in less than a day"
                           : left == 1 ? "in 1 day"
                                       : "in " + std::to_string(left) + " days";
  return "the certificate \"" + chain.leaf_subject() + "\" expires " + when + ", on " +
         format_time(chain.leaf_not_after()) + "; renew it, the key can stay";
}

}  // namespace trust
