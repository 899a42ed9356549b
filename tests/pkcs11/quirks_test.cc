#include "pkcs11/quirks.h"

#include <set>

#include "catch.h"

using pkcs11::Quirk;
using pkcs11::Quirks;

TEST_CASE("every quirk is found again by its configuration name") {
  std::set<std::string_view> names;
  for (const std::string_view name : pkcs11::all_quirk_names()) {
    const auto quirk = pkcs11::find_quirk(name);
    REQUIRE(quirk.has_value());
    REQUIRE(pkcs11::name_of(*quirk) == name);
    names.insert(name);
  }
  REQUIRE(names.size() == static_cast<std::size_t>(Quirk::serial_ignored) + 1);
  REQUIRE(names.count("no-finalize") == 1);
}

TEST_CASE("a name that is no quirk is not found") {
  REQUIRE_FALSE(pkcs11::find_quirk("no_finalize").has_value());
  REQUIRE_FALSE(pkcs11::find_quirk("").has_value());
}

TEST_CASE("quirks are set one by one and travel as bits") {
  Quirks quirks;
  REQUIRE(quirks.bits() == 0);
  quirks.set(Quirk::deepbind);
  quirks.set(Quirk::serial_ignored);
  REQUIRE(quirks.has(Quirk::deepbind));
  REQUIRE_FALSE(quirks.has(Quirk::no_finalize));
  REQUIRE(Quirks::from_bits(quirks.bits()) == quirks);
}

TEST_CASE("bits that name no quirk are dropped") {
  const Quirks all = Quirks::from_bits(~0U);
  REQUIRE(all.has(Quirk::no_finalize));
  REQUIRE(all.has(Quirk::serial_ignored));
  REQUIRE(all.bits() == (1U << pkcs11::all_quirk_names().size()) - 1);
}
