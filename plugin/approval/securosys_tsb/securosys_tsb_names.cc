#include "securosys_tsb/securosys_tsb_names.h"

#include <algorithm>

#include "base/base64.h"
#include "trust/public_key.h"
#include "trust/spki.h"

namespace approval {
namespace {

constexpr std::size_t kShownDigits = 8;
constexpr std::size_t kLongestName = 100;  // bytes; tickets hold them

std::string fallback(const std::string& sha256) {
  return "key " + sha256.substr(0, kShownDigits) + "\u2026";
}

}  // namespace

TsbNames::TsbNames(const std::vector<schema::TsbApprover>& approvers) {
  for (const schema::TsbApprover& approver : approvers)
    add(approver);
}

void TsbNames::add(const schema::TsbApprover& approver) {
  std::string name = base::printable(approver.name, kLongestName);
  base::Bytes key = approver.public_key;
  if (const auto named = trust::spki_of_certificate(approver.certificate)) {
    key = named->spki;
    if (name.empty()) name = base::printable(named->subject, kLongestName);
  }
  const base::Bytes& known = key.empty() ? approver.certificate : key;
  if (known.empty() && name.empty()) return;
  if (name.empty()) name = fallback(trust::sha256_hex(known));
  for (const base::Bytes& bytes : {key, approver.certificate}) {
    if (!bytes.empty()) names_.emplace(trust::sha256_hex(bytes), name);
  }
  if (std::find(all_.begin(), all_.end(), name) == all_.end()) all_.push_back(name);
}

std::string TsbNames::name(const std::string& key) const {
  const std::optional<base::Bytes> bytes = base::decode_base64(key);
  const std::string sha256 = trust::sha256_hex(bytes ? base::ByteView(*bytes) : base::bytes_of(key));
  const auto known = names_.find(sha256);
  return known == names_.end() ? fallback(sha256) : known->second;
}

std::vector<std::string> TsbNames::names(const std::vector<std::string>& keys) const {
  std::vector<std::string> names;
  for (const std::string& key : keys)
    names.push_back(name(key));
  return names;
}

}  // namespace approval
