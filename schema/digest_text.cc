#include "digest_text.h"

#include <algorithm>
#include <array>

namespace schema {
namespace {

struct DigestAlgorithm {
  std::string_view name;
  std::size_t digits;
};
constexpr std::array<DigestAlgorithm, 3> kDigestAlgorithms{{{"sha256", 64}, {"sha384", 96}, {"sha512", 128}}};

}  // namespace

std::string fault_in_digest(std::string_view digest) {
  const std::size_t colon = digest.find(':');
  const std::string_view algorithm = digest.substr(0, colon);
  const auto* known = std::find_if(kDigestAlgorithms.begin(), kDigestAlgorithms.end(),
                                   [&](const DigestAlgorithm& entry) { return entry.name == algorithm; });
  if (colon == std::string_view::npos || known == kDigestAlgorithms.end()) {
    return "does not begin with sha256:, sha384: or sha512:";
  }
  const std::string_view digits = digest.substr(colon + 1);
  if (digits.size() != known->digits || digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return "does not have " + std::to_string(known->digits) + " lower-case hexadecimal digits";
  }
  return {};
}

}  // namespace schema
