#include "doctor/trust_files.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "platform/file_checks.h"
#include "trust/chain.h"

namespace operators {
namespace {

TrustStore read_store(const NotationHome& home, const std::string& reference) {
  const std::size_t colon = std::min(reference.find(':'), reference.size());
  TrustStore store;
  store.type = reference.substr(0, colon);
  if (colon < reference.size()) store.name = reference.substr(colon + 1);
  store.path = home.trust_store(store.type, store.name);
  std::error_code error;
  store.exists = std::filesystem::is_directory(store.path, error);
  for (const auto& entry : std::filesystem::directory_iterator(store.path, error))
    store.files.push_back(entry.path().string());
  std::sort(store.files.begin(), store.files.end());
  return store;
}

bool is_in(const std::string& path, base::ByteView certificate) {
  try {
    const std::string content = platform::read_bounded_file(path, trust::kMaxChainFileSize, "trust store file");
    if (std::ranges::equal(base::bytes_of(content), certificate)) return true;
    const auto certificates = trust::read_pem_certificates(content, path);
    return std::any_of(certificates.begin(), certificates.end(),
                       [&](const base::Bytes& one) { return std::ranges::equal(one, certificate); });
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

std::vector<TrustStore> stores_of(const NotationHome& home, const schema::TrustPolicyStatement& statement) {
  std::vector<TrustStore> stores;
  for (const std::string& reference : statement.trust_stores)
    stores.push_back(read_store(home, reference));
  return stores;
}

std::vector<TrustStore> stores_of(const NotationHome& home, const schema::TrustPolicy& policy) {
  std::vector<TrustStore> stores;
  for (const schema::TrustPolicyStatement& statement : policy.statements) {
    for (TrustStore& store : stores_of(home, statement)) {
      if (std::none_of(stores.begin(), stores.end(), [&](const TrustStore& one) { return one.path == store.path; }))
        stores.push_back(std::move(store));
    }
  }
  return stores;
}

bool holds(const TrustStore& store, base::ByteView certificate) {
  return std::any_of(store.files.begin(), store.files.end(),
                     [&](const std::string& path) { return is_in(path, certificate); });
}

}  // namespace operators
