#include "trust/ecdsa.h"

#include "catch.h"

using pkcs11::KeySpec;
using trust::to_fixed_width;

TEST_CASE("r and s are filled up to the width of the curve") {
  for (const auto& [spec, width] :
       {std::pair{KeySpec::ec_256, std::size_t{32}}, std::pair{KeySpec::ec_384, std::size_t{48}},
        std::pair{KeySpec::ec_521, std::size_t{66}}}) {
    const auto fixed = to_fixed_width(base::Bytes{0x30, 0x07, 0x02, 0x01, 0x05, 0x02, 0x02, 0x00, 0x80}, spec);
    REQUIRE(fixed);
    base::Bytes expected(2 * width);
    expected[width - 1] = 5;
    expected[2 * width - 1] = 0x80;
    CHECK(*fixed == expected);
  }
}

TEST_CASE("r and s of full width with a high bit lose their sign byte") {
  base::Bytes der{0x30, 0x46, 0x02, 0x21, 0x00};
  der.insert(der.end(), 32, 0xaa);
  der.insert(der.end(), {0x02, 0x21, 0x00});
  der.insert(der.end(), 32, 0xbb);
  base::Bytes expected(32, 0xaa);
  expected.insert(expected.end(), 32, 0xbb);
  CHECK(to_fixed_width(der, KeySpec::ec_256) == expected);
}

TEST_CASE("what is not one pair of numbers of the curve's width is refused") {
  const base::Bytes wrong[] = {
      {},
      base::Bytes(64, 7),
      {0x30, 0x03, 0x02, 0x01, 0x05},                                      // s is missing
      {0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x85},                    // negative
      {0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x05, 0x00},              // something follows
      {0x30, 0x09, 0x02, 0x01, 0x05, 0x02, 0x01, 0x05, 0x02, 0x01, 0x05},  // a third
      {0x30, 0x05, 0x02, 0x01, 0x05, 0x02, 0x00},                          // no digit
  };
  for (const base::Bytes& der : wrong) {
    INFO(base::to_hex(der));
    CHECK_FALSE(to_fixed_width(der, KeySpec::ec_256));
  }
  base::Bytes wide{0x30, 0x26, 0x02, 0x21, 0x01};
  wide.insert(wide.end(), 32, 0);
  wide.insert(wide.end(), {0x02, 0x01, 0x05});
  CHECK_FALSE(to_fixed_width(wide, KeySpec::ec_256));
  CHECK(to_fixed_width(wide, KeySpec::ec_384));
}
