#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.h"

namespace pkcs11 {

// One element of DER (X.690 sections 8.1 and 10.1): tag of one byte, definite length in its shortest form.
struct DerElement {
  std::uint8_t tag = 0;
  base::ByteView content;
  base::ByteView rest;  // what follows the element
};

// Empty when the bytes do not begin with a whole element. Views live as long as the bytes.
std::optional<DerElement> read_der(base::ByteView bytes);

// Tag, length and content; at most 65,535 bytes of content.
base::Bytes write_der(std::uint8_t tag, base::ByteView content);

}  // namespace pkcs11
