#include "securosys_tsb/securosys_tsb_certificates.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "base/base64.h"
#include "base/error.h"
#include "schema/tsb.h"
#include "trust/chain.h"

namespace approval {
namespace {

constexpr std::string_view kPem = "-----BEGIN ";
constexpr std::uint8_t kSequence = 0x30;

// The length of the first element; of all bytes when its header cannot be read.
std::size_t first_element(base::ByteView bytes) {
  if (bytes.size() < 2 || bytes[0] != kSequence) return bytes.size();
  const std::size_t digits = bytes[1] & 0x7f;
  if ((bytes[1] & 0x80) == 0) return std::min(bytes.size(), digits + 2);
  if (digits == 0 || digits > 4 || bytes.size() < 2 + digits) return bytes.size();
  std::size_t length = 0;
  for (std::size_t i = 0; i < digits; ++i)
    length = length << 8 | bytes[2 + i];
  return std::min(bytes.size(), length + 2 + digits);
}

std::vector<base::Bytes> certificates_in(const std::string& text, const std::string& place) {
  if (text.find(kPem) != std::string::npos) return trust::read_pem_certificates(text, place);
  const std::optional<base::Bytes> bytes = base::decode_base64(text);
  if (!bytes) {
    throw base::Error(base::ErrorKind::service_failed, base::Phase::approval,
                      "the certificate is neither PEM nor base64");
  }
  const std::string inner = base::text_of(*bytes);
  if (inner.find(kPem) != std::string::npos) return trust::read_pem_certificates(inner, place);
  return split_der(*bytes);
}

}  // namespace

std::vector<base::Bytes> read_tsb_certificates(const std::string& body, const std::string& place) {
  std::vector<base::Bytes> certificates;
  for (const std::string& text : schema::decode_tsb_certificates(body)) {
    std::vector<base::Bytes> found = certificates_in(text, place);
    std::move(found.begin(), found.end(), std::back_inserter(certificates));
  }
  return certificates;
}

std::vector<base::Bytes> split_der(base::ByteView bytes) {
  std::vector<base::Bytes> elements;
  while (!bytes.empty()) {
    const base::ByteView one = bytes.first(first_element(bytes));
    elements.emplace_back(one.begin(), one.end());
    bytes = bytes.subspan(one.size());
  }
  return elements;
}

}  // namespace approval
