#include "issuers.h"

#include <algorithm>
#include <set>

#include "der_certificate.h"
#include "finder.h"

namespace pkcs11 {
namespace {

using base::Bytes;
using base::ByteView;

constexpr int kMostLevels = 10;
constexpr std::size_t kMostCertificates = 64;

Bytes copy(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

// The issuers' names that still have to be looked for.
std::vector<Bytes> names_to_find(const std::vector<Bytes>& certificates, std::set<Bytes>& known) {
  std::vector<Bytes> names;
  for (const Bytes& certificate : certificates) {
    const auto parts = read_names(certificate);
    if (!parts || std::ranges::equal(parts->issuer, parts->subject)) continue;
    if (known.insert(copy(parts->issuer)).second) names.push_back(copy(parts->issuer));
  }
  return names;
}

}  // namespace

std::vector<Bytes> find_issuers(const Module& module, const Session& session, const std::vector<Bytes>& leaves) {
  std::vector<Bytes> issuers, level = leaves;
  std::set<Bytes> searched;
  for (int depth = 0; depth < kMostLevels && !level.empty(); ++depth) {
    std::vector<Bytes> next;
    for (const Bytes& name : names_to_find(level, searched)) {
      AttributeTemplate wanted;
      wanted.number(CKA_CLASS, CKO_CERTIFICATE).bytes(CKA_SUBJECT, name);
      for (Object& object : find_objects(module, session.handle(), std::move(wanted))) {
        const bool known = std::find(issuers.begin(), issuers.end(), object.certificate) != issuers.end();
        if (known || object.certificate.empty() || issuers.size() >= kMostCertificates) continue;
        issuers.push_back(object.certificate);
        next.push_back(std::move(object.certificate));
      }
    }
    level = std::move(next);
  }
  return issuers;
}

std::vector<Object> find_certificates(const Module& module, const Session& session, ByteView id,
                                      const std::string& label) {
  const auto search = [&](CK_ATTRIBUTE_TYPE type, ByteView value) -> std::vector<Object> {
    if (value.empty()) return {};
    AttributeTemplate wanted;
    wanted.number(CKA_CLASS, CKO_CERTIFICATE).bytes(type, value);
    return find_objects(module, session.handle(), std::move(wanted));
  };
  std::vector<Object> found = search(CKA_ID, id);
  return found.empty() ? search(CKA_LABEL, base::bytes_of(label)) : found;
}

}  // namespace pkcs11
