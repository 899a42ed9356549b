#include "ecdsa_signature.h"

#include "der.h"

namespace trust {

base::Bytes to_der_signature(base::ByteView fixed_width) {
  const std::size_t half = fixed_width.size() / 2;
  return der::write(der::kSequence,
                    {der::write_unsigned(fixed_width.first(half)), der::write_unsigned(fixed_width.subspan(half))});
}

bool is_der_signature(base::ByteView signature) {
  return !signature.empty() && signature[0] == der::kSequence;
}

}  // namespace trust
