#include "der.h"

#include <algorithm>

#include "catch.h"

using base::Bytes;
using pkcs11::read_der;
using pkcs11::write_der;

TEST_CASE("an element is read with what follows it") {
  const Bytes bytes = {0x04, 0x02, 0xAA, 0xBB, 0x05};
  const auto element = read_der(bytes);
  REQUIRE(element.has_value());
  REQUIRE(element->tag == 0x04);
  REQUIRE(std::ranges::equal(element->content, Bytes{0xAA, 0xBB}));
  REQUIRE(std::ranges::equal(element->rest, Bytes{0x05}));
}

TEST_CASE("an element that is not whole or not in the shortest form is none") {
  const Bytes long_enough(300, 0x00);
  for (Bytes start : {Bytes{}, Bytes{0x04}, Bytes{0x04, 0x01}, Bytes{0x04, 0x80}, Bytes{0x04, 0xFF}, Bytes{0x04, 0x81},
                      Bytes{0x04, 0x82, 0x01}, Bytes{0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF}}) {
    REQUIRE_FALSE(read_der(start).has_value());
  }
  for (Bytes start :
       {Bytes{0x04, 0x80}, Bytes{0x04, 0x81, 0x7F}, Bytes{0x04, 0x82, 0x00, 0x81}, Bytes{0x04, 0x85, 1, 1, 1, 1, 1}}) {
    start.insert(start.end(), long_enough.begin(), long_enough.end());
    REQUIRE_FALSE(read_der(start).has_value());
  }
}

TEST_CASE("what is written is read back, at every length form") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{127}, std::size_t{128}, std::size_t{255},
                                 std::size_t{256}, std::size_t{65'535}}) {
    const Bytes content(size, 0x5A);
    const Bytes der = write_der(0x30, content);
    const auto element = read_der(der);
    REQUIRE(element.has_value());
    REQUIRE(std::ranges::equal(element->content, content));
    REQUIRE(element->rest.empty());
  }
  REQUIRE_THROWS(write_der(0x30, Bytes(65'536, 0)));
}
