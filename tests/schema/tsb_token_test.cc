#include "schema/tsb_token.h"

#include <numeric>

#include "throws_error.h"

namespace {

using base::ErrorKind;
using schema::decode_tsb_token;
using schema::TsbToken;

base::Bytes from_hex(std::string_view hex) {
  base::Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

constexpr std::string_view kPlain =
    "3c0000003b0004000100000002100b0072656c656173652d6b65790057102000000102030405060708090a0b0c0d0e0f101112131415161718"
    "19"
    "1a1b1c1d1e1f";
constexpr std::string_view kTimed =
    "880000003b0004000100000002100b0072656c656173652d6b657900541048004400000057102000000102030405060708090a0b0c0d0e0f10"
    "11"
    "12131415161718191a1b1c1d1e1f0701080000b955690000000002100d0074696d657374616d702d6b65790000005710200000010203040506"
    "0708"
    "090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

TsbToken plain_token() {
  TsbToken token;
  token.key = "release-key";
  token.payload.resize(32);
  std::iota(token.payload.begin(), token.payload.end(), std::uint8_t{0});
  return token;
}

TsbToken timed_token() {
  TsbToken token = plain_token();
  token.time = schema::TsbTokenTime{1767225600, "timestamp-key", {}};
  return token;
}

std::string fault_of(const base::Bytes& bytes) {
  const base::Error error = error_of([&] { decode_tsb_token(bytes); });
  REQUIRE(error.kind() == ErrorKind::invalid_request);
  REQUIRE(error.phase() == base::Phase::approval);
  return error.message();
}

}  // namespace

TEST_CASE("an approval token without a timestamp is written and read byte by byte") {
  REQUIRE(base::to_hex(encode(plain_token())) == kPlain);
  REQUIRE(decode_tsb_token(from_hex(kPlain)) == plain_token());
}

TEST_CASE("an approval token with a timestamp is written and read byte by byte") {
  REQUIRE(base::to_hex(encode(timed_token())) == kTimed);
  REQUIRE(decode_tsb_token(from_hex(kTimed)) == timed_token());
}

TEST_CASE("the signature of a timestamp stands behind it") {
  TsbToken token = timed_token();
  token.time->signature = {0x30, 0x03, 0x02, 0x01, 0x05};
  REQUIRE(decode_tsb_token(encode(token)) == token);
}

TEST_CASE("a change of the rules carries another kind of payload") {
  for (const bool timed : {false, true}) {
    TsbToken token = timed ? timed_token() : plain_token();
    token.operation = static_cast<std::uint32_t>(schema::TsbOperation::modify);
    const base::Bytes bytes = encode(token);
    REQUIRE(decode_tsb_token(bytes) == token);
    base::Bytes use = bytes;
    use[8] = 1;
    REQUIRE(fault_of(use).find("payload") != std::string::npos);
  }
}

TEST_CASE("an operation that nobody knows is told as its number") {
  TsbToken token = plain_token();
  token.operation = 77;
  REQUIRE(decode_tsb_token(encode(token)).operation == 77);
}

TEST_CASE("an approval token is refused wherever it is cut off") {
  for (const std::string_view hex : {kPlain, kTimed}) {
    const base::Bytes bytes = from_hex(hex);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      fault_of(base::Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    }
  }
}

TEST_CASE("an approval token with its length made to fit is refused wherever it is cut off") {
  const base::Bytes bytes = from_hex(kTimed);
  for (std::size_t size = 4; size < bytes.size(); ++size) {
    base::Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    cut[0] = static_cast<std::uint8_t>(size - 4);
    fault_of(cut);
  }
}

TEST_CASE("bytes behind the end of an approval token are refused") {
  base::Bytes bytes = from_hex(kPlain);
  bytes.push_back(0);
  REQUIRE(fault_of(bytes) == "the approval token cannot be read: its length is not the number of its bytes");
  bytes[0] = static_cast<std::uint8_t>(bytes[0] + 1);
  REQUIRE(fault_of(bytes) == "the approval token cannot be read: bytes follow its end");
}

TEST_CASE("what fills an element up must be zero") {
  base::Bytes bytes = from_hex(kPlain);
  bytes[27] = 1;  // behind the label of eleven characters
  REQUIRE(fault_of(bytes) ==
          "the approval token cannot be read: the bytes that fill up the label of the key are not zero");
}

TEST_CASE("a timestamp of another payload is refused") {
  base::Bytes bytes = from_hex(kTimed);
  bytes.back() ^= 1;
  REQUIRE(fault_of(bytes) == "the approval token cannot be read: the timestamp is that of another payload");
}

TEST_CASE("every single changed byte is refused or read as something else") {
  for (const std::string_view hex : {kPlain, kTimed}) {
    const base::Bytes good = from_hex(hex);
    const TsbToken token = decode_tsb_token(good);
    for (std::size_t i = 0; i < good.size(); ++i) {
      base::Bytes bytes = good;
      bytes[i] ^= 0x10;
      try {
        const TsbToken changed = decode_tsb_token(bytes);
        REQUIRE_FALSE(changed == token);
        REQUIRE(encode(changed) == bytes);
      } catch (const base::Error& error) {
        REQUIRE(error.kind() == ErrorKind::invalid_request);
      }
    }
  }
}

TEST_CASE("a label that is not UTF-8 is refused") {
  TsbToken token = plain_token();
  token.key = "\xff";
  REQUIRE(fault_of(encode(token)) == "the approval token cannot be read: the label of the key is not UTF-8");
}

TEST_CASE("an approval token cannot be written with more than its lengths can say") {
  TsbToken token = plain_token();
  token.payload.resize(65'535);
  REQUIRE(decode_tsb_token(encode(token)) == token);
  token.payload.resize(65'536);
  REQUIRE_ERROR(encode(token), ErrorKind::internal);
}
