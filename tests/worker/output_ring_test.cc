#include "worker/output_ring.h"

#include "catch.h"

using pkcs11::OutputRing;

TEST_CASE("the last lines come oldest first, without empty ones") {
  OutputRing ring;
  ring.append("one\n\ntwo\r\nthree\nfo");
  ring.append("ur");
  CHECK(ring.last_lines(3) == std::vector<std::string>{"two", "three", "four"});
  CHECK(ring.last_lines(9).size() == 4);
  CHECK(OutputRing().last_lines(4).empty());
}

TEST_CASE("control characters in a line are made printable") {
  OutputRing ring;
  ring.append("a\x1b[31mred\n");
  CHECK(ring.last_lines(1).front().find('\x1b') == std::string::npos);
}

TEST_CASE("no more than the last four kilobytes are kept, from the start of a line") {
  OutputRing ring;
  ring.append("first line\n");
  for (int i = 0; i < 1000; ++i)
    ring.append("line " + std::to_string(i) + "\n");
  CHECK(ring.text().size() <= OutputRing::kSize);
  CHECK(ring.text().starts_with("line "));
  CHECK(ring.last_lines(1) == std::vector<std::string>{"line 999"});
  ring.append(std::string(10'000, 'x') + "\nend");
  CHECK(ring.text() == "end");
}

TEST_CASE("a PIN is blotted out wherever it stands") {
  OutputRing ring;
  ring.append("pin 739146, again 739146739146\n7391");
  ring.append("46");
  ring.blot_out(base::bytes_of("739146"));
  CHECK(ring.text() == "pin ******, again ************\n******");
  ring.blot_out({});
  CHECK(ring.text().starts_with("pin ******"));
}

TEST_CASE("no end of a long PIN is shown where its start is cut off") {
  std::string pin(OutputRing::kLongestSecret, '7');
  pin.front() = '<', pin.back() = '>';
  for (const std::size_t behind : {std::size_t{0}, std::size_t{1}, std::size_t{2000}, OutputRing::kSize - 1}) {
    CAPTURE(behind);
    OutputRing ring;
    ring.append(std::string(20'000, 'x') + pin + std::string(behind, 'y'));
    ring.blot_out(base::bytes_of(pin));
    CHECK(ring.text().size() == OutputRing::kSize);
    CHECK(ring.text() == std::string(OutputRing::kSize - behind, '*') + std::string(behind, 'y'));
  }
}
