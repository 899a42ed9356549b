#include "base/base64.h"

#include "catch.h"

namespace {

std::string decoded(const std::optional<base::Bytes>& bytes) {
  return bytes ? base::text_of(*bytes) : "refused";
}

}  // namespace

TEST_CASE("the test vectors of RFC 4648 encode and decode") {
  const auto [plain, encoded] = GENERATE(table<std::string, std::string>({{"", ""},
                                                                          {"f", "Zg=="},
                                                                          {"fo", "Zm8="},
                                                                          {"foo", "Zm9v"},
                                                                          {"foob", "Zm9vYg=="},
                                                                          {"fooba", "Zm9vYmE="},
                                                                          {"foobar", "Zm9vYmFy"}}));
  REQUIRE(base::encode_base64(base::bytes_of(plain)) == encoded);
  REQUIRE(decoded(base::decode_base64(encoded)) == plain);
  const std::string unpadded = encoded.substr(0, encoded.find('='));
  REQUIRE(decoded(base::decode_base64url(unpadded)) == plain);
}

TEST_CASE("every byte value survives the way through base64") {
  base::Bytes bytes;
  for (int value = 0; value < 256; ++value)
    bytes.push_back(static_cast<std::uint8_t>(value));
  REQUIRE(base::decode_base64(base::encode_base64(bytes)) == bytes);
}

TEST_CASE("line breaks inside standard base64 are skipped") {
  REQUIRE(decoded(base::decode_base64("Zm9v\r\nYmFy")) == "foobar");
  REQUIRE(decoded(base::decode_base64("Zg=\n=\n")) == "f");
}

TEST_CASE("standard base64 is refused when it is not exactly that") {
  const std::string text = GENERATE(as<std::string>{}, "Zg", "Zg=", "Zg===", "Zm9v=", "====", "=", "Z===", "Zm9vYg=A",
                                    "Z g==", "-_-_", "Zm9v\tYmFy", "Zh==", "Zm9=", "Zm\xc3\xa9v");
  INFO(text);
  REQUIRE_FALSE(base::decode_base64(text));
}

TEST_CASE("base64url is refused with padding, line breaks, the other alphabet or trailing bits") {
  const std::string text =
      GENERATE(as<std::string>{}, "Zg==", "Zm9v\nYmFy", "+/+/", "Zh", "Zm9", "A", "Zm9vA", "Zm9v.");
  INFO(text);
  REQUIRE_FALSE(base::decode_base64url(text));
}

TEST_CASE("base64url decodes its own two digits") {
  REQUIRE(base::decode_base64url("-_-_") == base::Bytes{0xfb, 0xff, 0xbf});
}
