#include "enroll/certificate_step.h"

#include "base/bytes.h"
#include "base/error.h"
#include "cert/making.h"
#include "enroll/expected_leaf.h"
#include "new_file.h"
#include "platform/file_checks.h"
#include "trust/arrange.h"
#include "trust/certificate.h"
#include "trust/pem.h"
#include "trust/request.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using schema::EnrollState;

std::string read(const std::string& path, std::size_t limit, const char* what) {
  return platform::read_bounded_file(path, limit, what);
}

// The chain for the key out of the certificates, whatever their order.
trust::CheckedChain chain_for_key(std::vector<base::Bytes> certificates, const std::string& file, EnrolledKey& key) {
  const base::WallTime now = key.access().clock().wall();
  trust::ChainSources sources;
  sources.file = trust::arrange_chain({std::move(certificates), file, std::nullopt}, key.public_key(), now);
  sources.file_name = file;
  sources.key = key.public_key();
  return trust::check_chain(sources, now);
}

std::string until(const trust::CheckedChain& chain) {
  return chain.leaf_subject() + ", until " + trust::format_time(chain.leaf_not_after());
}

EnrolledCertificate keep_chain(const EnrolPlace& place, EnrolledKey& key) {
  const std::string text = read(place.chain_file(), trust::kMaxChainFileSize, "chain file");
  auto chain = chain_for_key(trust::read_certificates(text, place.chain_file()), place.chain_file(), key);
  return {{"certificate", EnrollState::kept, place.chain_file() + " (" + until(chain) + ")"}, std::move(chain)};
}

std::string pem_of(const trust::CheckedChain& chain) {
  std::string pem;
  for (const base::Bytes& certificate : chain.certificates())
    pem += trust::to_pem(certificate);
  return pem;
}

EnrolledCertificate take_chain(const std::string& from, const EnrolPlace& place, EnrolledKey& key) {
  const std::string text = read(from, trust::kMaxChainFileSize, "chain file");
  auto chain = chain_for_key(trust::read_certificates(text, from), from, key);
  NewFile(place.chain_file(), false, "chain file").write(pem_of(chain));
  return {{"certificate", EnrollState::done, place.chain_file() + " (" + until(chain) + ")"}, std::move(chain)};
}

EnrolledCertificate self_sign(const EnrollFlags& flags, const EnrolPlace& place, EnrolledKey& key) {
  const trust::Subject subject = subject_of(flags);
  NewFile file(place.chain_file(), false, "chain file");
  FoundKey signer = key.to_sign();
  const base::Bytes certificate = make_self_signed(signer, subject, flags.days);
  auto chain = chain_for_key({certificate}, place.chain_file(), key);
  file.write(trust::to_pem(certificate));
  return {{"certificate", EnrollState::done, place.chain_file() + " (self-signed, for tests: " + until(chain) + ")"},
          std::move(chain)};
}

EnrolledCertificate await_issue(const EnrolPlace& place, EnrolledKey& key) {
  const std::string path = place.request_file();
  const trust::ReadRequest request =
      trust::read_request(read(path, trust::kMaxRequestSize, "certificate request"), path);
  if (!(request.key == key.public_key())) {
    throw Error(
        ErrorKind::invalid_chain, Phase::chain,
        "the certificate request " + base::printable(path) + " is for another key than " + base::quoted(place.name),
        "remove it to have a new one written");
  }
  return {{"certificate", EnrollState::open, "requested: " + path}, std::nullopt};
}

EnrolledCertificate request(const EnrollFlags& flags, const EnrolPlace& place, EnrolledKey& key) {
  const trust::RequestContent content{subject_of(flags), {}, flags.pkcs1};
  NewFile file(place.request_file(), false, "certificate request");
  FoundKey signer = key.to_sign();
  file.write(trust::request_to_pem(make_request(signer, content)));
  return {{"certificate", EnrollState::open, "requested: " + place.request_file()}, std::nullopt};
}

}  // namespace

EnrolledCertificate bring_certificate(const EnrollFlags& flags, const EnrolPlace& place, EnrolledKey& key) {
  if (is_there(place.chain_file())) return keep_chain(place, key);
  if (flags.chain) return take_chain(*flags.chain, place, key);
  if (flags.self_signed) return self_sign(flags, place, key);
  if (is_there(place.request_file())) return await_issue(place, key);
  return request(flags, place, key);
}

}  // namespace operators
