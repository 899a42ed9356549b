#include "setting_text.h"

#include "catch.h"

namespace signing {
namespace {

TEST_CASE("settings read as the configuration file writes them") {
  REQUIRE(text_of(std::string("/usr/lib/x.so")) == "/usr/lib/x.so");
  REQUIRE(text_of(true) == "true");
  REQUIRE(text_of(1ul) == "user");
  REQUIRE(text_of(0x80000001ul) == "0x80000001");
  REQUIRE(text_of(std::chrono::milliseconds(60'000)) == "60 s");
  REQUIRE(text_of(std::chrono::milliseconds(1'500)) == "1500 ms");
  REQUIRE(text_of(schema::LeafExpiry{14, true}) == "refuse 14 days before");
}

TEST_CASE("quirks are listed by name") {
  pkcs11::Quirks quirks;
  REQUIRE(text_of(quirks).empty());
  quirks.set(pkcs11::Quirk::no_finalize);
  quirks.set(pkcs11::Quirk::rw_session);
  REQUIRE(text_of(quirks) == "no-finalize, rw-session");
}

TEST_CASE("control characters in a setting are made visible") {
  REQUIRE(text_of(std::string("a\nb")).find('\n') == std::string::npos);
}

}  // namespace
}  // namespace signing
