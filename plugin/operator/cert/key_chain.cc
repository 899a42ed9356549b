#include "cert/key_chain.h"

#include "platform/file_checks.h"
#include "trust/pem.h"

namespace operators {

std::vector<base::Bytes> read_certificate_file(const std::string& path) {
  return trust::read_certificates(platform::read_bounded_file(path, trust::kMaxChainFileSize, "certificate file"),
                                  path);
}

KeyChain find_key_chain(const std::string& key, const signing::ModuleFlags& flags) {
  KeyChain found;
  found.access = TokenAccess::by_key(key, flags);
  trust::ChainSources& sources = found.sources;
  const std::string& file = found.access->setup().chain_file;
  KeySearch search{.only_looks = true, .issuers = true, .expected = {}};
  if (!file.empty()) {
    sources.file_name = file;
    sources.file =
        trust::read_pem_certificates(platform::read_bounded_file(file, trust::kMaxChainFileSize, "chain file"), file);
    search.expected = trust::leaf_key_in(sources.file, file);
  }
  found.key = std::make_unique<FoundKey>(*found.access, search);
  const pkcs11::Inspection& inspection = found.key->inspection();
  sources.key = found.key->public_key();
  sources.token_leaves = inspection.key->certificates;
  sources.token_issuers = inspection.issuers;
  return found;
}

}  // namespace operators
