#include "cbor.h"

#include "catch.h"
#include "payload_builder.h"
#include "throws_error.h"

using namespace payload_builder;
using schema::CborReader;
using schema::CborType;

namespace {

std::string hex_bytes(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string skip_error(const std::string& data) {
  return error_of([&] {
           CborReader reader(base::bytes_of(data), "test");
           reader.skip();
         })
      .message();
}

}  // namespace

TEST_CASE("numbers at every head size are read") {
  const std::uint64_t value =
      GENERATE(as<std::uint64_t>{}, 0, 23, 24, 255, 256, 65535, 65536, 0xffff'ffff, 0x1'0000'0000, UINT64_MAX);
  const std::string data = cbor_head(0, value);
  CborReader reader(base::bytes_of(data), "test");
  REQUIRE(reader.unsigned_integer("number") == value);
  REQUIRE(reader.at_end());
}

TEST_CASE("text and bytes are handed out as they stand") {
  const std::string data = cbor_text("abc") + cbor_bytes(std::string(300, 'x')) + cbor_text("");
  CborReader reader(base::bytes_of(data), "test");
  REQUIRE(reader.text("first") == "abc");
  REQUIRE(reader.bytes("second").size() == 300);
  REQUIRE(reader.text("third").empty());
  REQUIRE(reader.at_end());
}

TEST_CASE("an item of another type is refused with both types") {
  const std::string data = cbor_text("abc");
  CborReader reader(base::bytes_of(data), "header");
  const base::Error error = error_of([&] { reader.unsigned_integer("size"); });
  REQUIRE(error.kind() == base::ErrorKind::invalid_payload);
  REQUIRE(error.message() ==
          "the bytes to sign are not a Notary payload: header: size is a text string, not an unsigned integer");
}

// The examples of RFC 8949 appendix A that have definite lengths; half-precision numbers and simple values among them.
TEST_CASE("one item of any kind is passed over exactly") {
  const std::string hex =
      GENERATE(as<std::string>{}, "00", "1864", "1b000000e8d4a51000", "c249010000000000000000", "3bffffffffffffffff",
               "20", "3903e7", "f90000", "fb3ff199999999999a", "fa47c35000", "f97e00", "f4", "f6", "f7", "f0", "f8ff",
               "c11a514b67b0", "d74401020304", "d82076687474703a2f2f7777772e6578616d706c652e636f6d", "40", "4401020304",
               "60", "62c3bc", "80", "8301820203820405", "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
               "a0", "a201020304", "a26161016162820203", "826161a161626163");
  INFO(hex);
  const std::string item = hex_bytes(hex);
  const std::string data = item + cbor_text("next");
  CborReader reader(base::bytes_of(data), "test");
  reader.skip();
  REQUIRE(reader.position() == item.size());
  REQUIRE(reader.text("next") == "next");
}

TEST_CASE("an item cut short is refused wherever the cut is") {
  const std::string item = hex_bytes("a26161c11a514b67b0616282021903e8");
  for (std::size_t length = 0; length < item.size(); ++length) {
    REQUIRE(skip_error(item.substr(0, length)).ends_with("test: ends too early"));
  }
}

TEST_CASE("indefinite lengths, reserved heads and longer heads than needed are refused") {
  const auto [hex, cause] = GENERATE(table<std::string, std::string>({
      {"5f42010243030405ff", "has an item of indefinite length"},
      {"7f657374726561646d696e67ff", "has an item of indefinite length"},
      {"9fff", "has an item of indefinite length"},
      {"bf61610161629f0203ffff", "has an item of indefinite length"},
      {"ff", "has an item of indefinite length"},
      {"1c", "has a reserved item head"},
      {"3e", "has a reserved item head"},
      {"fd", "has a reserved item head"},
      {"1817", "has a number or length that is not in its shortest form"},
      {"1900ff", "has a number or length that is not in its shortest form"},
      {"1a0000ffff", "has a number or length that is not in its shortest form"},
      {"1b00000000ffffffff", "has a number or length that is not in its shortest form"},
      {"780161", "has a number or length that is not in its shortest form"},
      {"9800", "has a number or length that is not in its shortest form"},
      {"d80100", "has a number or length that is not in its shortest form"},
      {"f818", "has a malformed simple value"},
  }));
  INFO(hex);
  REQUIRE(skip_error(hex_bytes(hex)).ends_with("test: " + cause));
}

TEST_CASE("text that is not UTF-8 is refused, read or passed over") {
  const std::string data = cbor_text("a\xff");
  REQUIRE(skip_error(data).ends_with("test: has a text string that is not UTF-8"));
  CborReader reader(base::bytes_of(data), "test");
  REQUIRE_ERROR(reader.text("label"), base::ErrorKind::invalid_payload);
}

TEST_CASE("a map with a key twice is refused at any depth") {
  REQUIRE(skip_error(hex_bytes("a201020103")).ends_with("test: has a map with the same key twice"));
  REQUIRE(skip_error(hex_bytes("81a1616ba2616101616102")).ends_with("test: has a map with the same key twice"));
}

TEST_CASE("lengths and counts beyond the data are refused at once") {
  const std::string hex = GENERATE(as<std::string>{}, "5bffffffffffffffff", "7bffffffffffffffff", "9bffffffffffffffff",
                                   "bbffffffffffffffff", "5affffffff00");
  REQUIRE(skip_error(hex_bytes(hex)).ends_with("test: ends too early"));
}

TEST_CASE("nesting of items is bounded") {
  REQUIRE(skip_error(std::string(100'000, '\x81')).ends_with("test: is nested too deep"));
  REQUIRE(skip_error(std::string(100'000, '\xc1')).ends_with("test: is nested too deep"));
}
