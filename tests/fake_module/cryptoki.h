#pragma once

#include <p11-kit/pkcs11.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Names shared by all parts of the fake module. The function list of PKCS#11 3.0 is declared in interface.cc, because
// p11-kit's header has it only from 0.25 on.
namespace fake {

using Bytes = std::vector<std::uint8_t>;

// Thrown inside the module; becomes the return value of the C_ function that was called.
struct Refusal {
  CK_RV value;
};

}  // namespace fake
