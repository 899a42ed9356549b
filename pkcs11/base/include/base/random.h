#pragma once

#include <cstdint>
#include <span>

namespace base {

// Bytes of the kernel's random generator, fit for keys. Throws Error(internal) when it gives none.
void fill_with_random(std::span<std::uint8_t> bytes);

}  // namespace base
