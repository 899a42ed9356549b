#include "der.h"

#include <stdexcept>

namespace pkcs11 {

std::optional<DerElement> read_der(base::ByteView bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const std::uint8_t first = bytes[1];
  std::size_t header = 2;
  std::size_t length = first;
  if (first >= 0x80) {
    const std::size_t digits = first & 0x7FU;
    if (digits == 0 || digits > sizeof(std::uint32_t) || bytes.size() < header + digits) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < digits; ++i)
      length = length << 8 | bytes[header + i];
    const bool shortest = length >= 0x80 && bytes[header] != 0;
    if (!shortest) return std::nullopt;
    header += digits;
  }
  if (bytes.size() - header < length) return std::nullopt;
  return DerElement{bytes[0], bytes.subspan(header, length), bytes.subspan(header + length)};
}

base::Bytes write_der(std::uint8_t tag, base::ByteView content) {
  const std::size_t size = content.size();
  if (size > 0xFFFF) throw std::length_error("DER element");
  base::Bytes der = {tag};
  if (size >= 0x100) {
    der.insert(der.end(), {0x82, static_cast<std::uint8_t>(size >> 8)});
  } else if (size >= 0x80) {
    der.push_back(0x81);
  }
  der.push_back(static_cast<std::uint8_t>(size & 0xFF));
  der.insert(der.end(), content.begin(), content.end());
  return der;
}

}  // namespace pkcs11
