#include "enroll/expected_leaf.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "cert/subject.h"
#include "platform/file_checks.h"
#include "trust/certificate.h"
#include "trust/chain.h"
#include "trust/pem.h"
#include "trust/request.h"

namespace operators {
namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings, message, hint);
}

struct Leaf {
  trust::Certificate certificate;
  bool alone;
};

// The first certificate that is no CA's, whatever the order of the file.
Leaf leaf_in(const std::string& file) {
  const std::string text = platform::read_bounded_file(file, trust::kMaxChainFileSize, "chain file");
  const std::vector<base::Bytes> certificates = trust::read_certificates(text, file);
  std::vector<trust::Certificate> parsed;
  for (std::size_t at = 0; at < certificates.size(); ++at) {
    parsed.push_back(trust::Certificate::parse(
        certificates[at], "certificate " + std::to_string(at + 1) + " of " + base::printable(file)));
  }
  auto leaf = std::find_if(parsed.begin(), parsed.end(), [](const trust::Certificate& one) { return !one.is_ca(); });
  if (leaf == parsed.end()) leaf = parsed.begin();
  return {*leaf, parsed.size() == 1};
}

void require_subject(const EnrollFlags& flags, base::ByteView name, const std::string& shown, const std::string& what) {
  if (flags.subject.empty() || trust::is_subject(name, subject_of(flags))) return;
  refuse(what + " is for " + base::quoted(shown) + ", not for --subject " + base::quoted(flags.subject),
         "leave out --subject to go on with it, or move it away to begin again");
}

ExpectedLeaf in_chain_file(const EnrollFlags& flags, const std::string& file) {
  const Leaf leaf = leaf_in(file);
  const trust::Certificate& certificate = leaf.certificate;
  require_subject(flags, certificate.subject_der(), certificate.subject(),
                  "the certificate in " + base::printable(file));
  return {trust::policy_subject(certificate.subject_der()), leaf.alone && certificate.self_issued(), file};
}

ExpectedLeaf in_kept_chain(const EnrollFlags& flags, const EnrolPlace& place) {
  const std::string file = place.chain_file();
  ExpectedLeaf leaf = in_chain_file(flags, file);
  if (flags.self_signed && !leaf.self_signed) {
    refuse("the key has a certificate of a CA already: " + base::printable(file),
           "leave out --self-signed to go on with it, or move it away");
  }
  if (!flags.chain) return leaf;
  const Leaf given = leaf_in(*flags.chain), kept = leaf_in(file);
  if (!std::ranges::equal(given.certificate.der(), kept.certificate.der())) {
    refuse("the key has another certificate than that in " + base::printable(*flags.chain) +
               " already: " + base::printable(file),
           "leave out --chain to go on with it, or move it away to take the new one");
  }
  return leaf;
}

ExpectedLeaf in_request(const EnrollFlags& flags, const EnrolPlace& place) {
  const std::string file = place.request_file();
  const std::string what = "the certificate request " + base::printable(file);
  const trust::ReadRequest request =
      trust::read_request(platform::read_bounded_file(file, trust::kMaxRequestSize, "certificate request"), file);
  const std::string hint = "it waits for your CA, and --chain takes the answer; move it away to begin again";
  if (flags.self_signed) refuse(what + " is there already, and --self-signed makes none", hint);
  if (flags.pkcs1 && !request.pkcs1) refuse(what + " is not signed with RSASSA-PKCS1-v1_5, as --pkcs1 says", hint);
  require_subject(flags, request.subject_der, request.subject, what);
  return {trust::policy_subject(request.subject_der), false, file};
}

}  // namespace

trust::Subject subject_of(const EnrollFlags& flags) {
  if (!flags.subject.empty()) return parse_subject(flags.subject);
  trust::Subject subject;
  subject.common_name = flags.name;
  return subject;
}

ExpectedLeaf expect_leaf(const EnrollFlags& flags, const EnrolPlace& place) {
  if (is_there(place.chain_file())) return in_kept_chain(flags, place);
  if (flags.chain) return in_chain_file(flags, *flags.chain);
  if (is_there(place.request_file())) return in_request(flags, place);
  const trust::Subject subject = subject_of(flags);
  trust::check_request({subject, {}, false});
  return {trust::policy_subject(subject), flags.self_signed, ""};
}

}  // namespace operators
