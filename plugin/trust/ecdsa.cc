#include "trust/ecdsa.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "der.h"

namespace trust {
namespace {

void put(base::ByteView integer, base::Bytes& fixed, std::size_t end, std::size_t width, const der::Reader& reader) {
  if ((integer[0] & 0x80) != 0) reader.fail("it holds a negative number");
  if (integer.size() > 1 && integer[0] == 0) integer = integer.subspan(1);
  if (integer.size() > width) reader.fail("it holds a number that is too large");
  std::copy(integer.begin(), integer.end(), fixed.begin() + static_cast<std::ptrdiff_t>(end - integer.size()));
}

}  // namespace

std::optional<base::Bytes> to_fixed_width(base::ByteView der_signature, pkcs11::KeySpec spec) {
  const std::string object = "the signature";
  const std::size_t width = pkcs11::traits(spec).signature_size / 2;
  base::Bytes fixed(2 * width);
  try {
    der::Reader outer(der_signature, object);
    der::Reader pair = outer.read(der::kSequence, object);
    put(pair.read_integer("r"), fixed, width, width, pair);
    put(pair.read_integer("s"), fixed, 2 * width, width, pair);
    if (!outer.empty() || !pair.empty()) return std::nullopt;
  } catch (const base::Error&) {
    return std::nullopt;
  }
  return fixed;
}

}  // namespace trust
