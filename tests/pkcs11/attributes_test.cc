#include "attributes.h"

#include "catch.h"
#include "not_found.h"
#include "patience.h"
#include "support/test_clock.h"

using namespace pkcs11;

TEST_CASE("numbers of 1, 2, 4 and 8 bytes are read, others are not") {
  Attributes attributes;
  attributes.put(1, {5});
  attributes.put(2, {0x02, 0x01});
  attributes.put(4, {0x04, 0x03, 0x02, 0x01});
  attributes.put(8, {8, 0, 0, 0, 0, 0, 0, 0});
  attributes.put(3, {1, 2, 3});
  attributes.put(9, {});
  REQUIRE(attributes.number(1) == 5UL);
  REQUIRE(attributes.number(2) == 0x0102UL);
  REQUIRE(attributes.number(4) == 0x01020304UL);
  REQUIRE(attributes.number(8) == 8UL);
  REQUIRE_FALSE(attributes.number(3));
  REQUIRE_FALSE(attributes.number(9));
  REQUIRE_FALSE(attributes.has(9));
  REQUIRE_FALSE(attributes.flag(7));
  REQUIRE(attributes.flag(1) == true);
}

TEST_CASE("a template leaves empty values out and keeps its own copies") {
  AttributeTemplate wanted;
  for (int i = 0; i < 100; ++i) {
    std::string value = "value " + std::to_string(i);
    wanted.text(CKA_LABEL, value).text(CKA_ID, "");
  }
  REQUIRE(wanted.size() == 100);
  for (std::size_t i = 0; i < 100; ++i) {
    const CK_ATTRIBUTE& attribute = wanted.data()[i];
    REQUIRE(std::string(static_cast<char*>(attribute.pValue), attribute.ulValueLen) == "value " + std::to_string(i));
  }
}

TEST_CASE("patience waits longer each time and ends with its allowance") {
  using std::chrono::milliseconds;
  support::TestClock clock;
  Patience patience(clock, milliseconds(4000));
  while (patience.wait()) {
  }
  REQUIRE(clock.sleeps() ==
          std::vector{milliseconds(200), milliseconds(500), milliseconds(1000), milliseconds(2000), milliseconds(300)});
  patience.renew();
  REQUIRE(patience.wait());
  REQUIRE(clock.sleeps().back() == milliseconds(200));
  Patience none(clock, milliseconds(0));
  REQUIRE_FALSE(none.wait());
}

TEST_CASE("names are compared for similarity as people mistype them") {
  REQUIRE(distance_class("Release", "release") == 0);
  REQUIRE(distance_class("release", "release-2024") == 1);
  REQUIRE(distance_class("relaese", "release") == 2);
  REQUIRE(distance_class("release", "staging") == 3);
  REQUIRE(distance_class("release", "") == 3);
  REQUIRE(distance_class(std::string(1000, 'a'), std::string(1000, 'b')) == 3);
}
