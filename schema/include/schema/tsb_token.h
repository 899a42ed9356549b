#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

// The approval token of a Transaction Security Broker: the bytes an approver signs, all of them. Not ASN.1 but a list
// of elements, little-endian: type and length of two bytes each, the value, zeros up to a multiple of four; before the
// list the number of bytes that follow, in four.
namespace schema {

// What the HSM is to do with the key.
enum class TsbOperation : std::uint32_t { use = 1, block = 2, unblock = 3, modify = 4 };

// When the HSM saw the request, and its signature over that.
struct TsbTokenTime {
  std::uint64_t seconds = 0;  // since 1970
  std::string key;            // label of the timestamp key
  base::Bytes signature;      // DER: algorithm and BIT STRING; empty when the token has none
  bool operator==(const TsbTokenTime&) const = default;
};

struct TsbToken {
  std::uint32_t operation = 1;  // one of TsbOperation, or a number we do not know
  std::string key;              // label, with a derivation path if there is one; may be empty
  std::optional<TsbTokenTime> time;
  // What is to be signed; for `modify` the new rules, in the service's own encoding.
  base::Bytes payload;
  bool operator==(const TsbToken&) const = default;
};

inline constexpr std::size_t kMaximumTsbToken = 262'144;  // bytes

// Strict: the order of elements, every length, padding of zeros, nothing behind the end, labels of UTF-8; the payload
// that the timestamp covers is the payload. Error(invalid_request, phase approval) that says what does not fit.
TsbToken decode_tsb_token(base::ByteView bytes);

// Error(internal) for what is longer than a length can say.
base::Bytes encode(const TsbToken& token);

}  // namespace schema
