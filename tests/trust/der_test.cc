#include "der.h"

#include "chains.h"

using base::Bytes;
using trust::der::Reader;

namespace {

const std::string kObject = "the thing";

bool refuses(const Bytes& bytes, void (*read)(Reader&)) {
  Reader reader(bytes, kObject);
  try {
    read(reader);
  } catch (const base::Error& error) {
    return contains(error.message(), "the thing cannot be read: ");
  }
  return false;
}
void read_any(Reader& reader) {
  reader.read_any("part");
}
void read_integer(Reader& reader) {
  reader.read_integer("part");
}
void read_oid(Reader& reader) {
  reader.read_oid("part");
}
void read_bits(Reader& reader) {
  reader.read_bit_string("part");
}

}  // namespace

TEST_CASE("lengths that are not minimal, indefinite or longer than the bytes are refused") {
  for (const Bytes& bytes : std::vector<Bytes>{{},
                                               {0x30},
                                               {0x30, 0x80, 0x00, 0x00},
                                               {0x30, 0x81, 0x01, 0x00},
                                               {0x30, 0x82, 0x00, 0x80},
                                               {0x30, 0x85, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00},
                                               {0x30, 0x84, 0xff, 0xff, 0xff, 0xff},
                                               {0x30, 0x02, 0x00},
                                               {0x1f, 0x1f, 0x00}}) {
    INFO(base::to_hex(bytes));
    CHECK(refuses(bytes, read_any));
  }
  CHECK_FALSE(refuses({0x30, 0x00}, read_any));
}

TEST_CASE("integers that are empty or padded are refused") {
  CHECK(refuses({0x02, 0x00}, read_integer));
  CHECK(refuses({0x02, 0x02, 0x00, 0x7f}, read_integer));
  CHECK(refuses({0x02, 0x02, 0xff, 0x80}, read_integer));
  CHECK_FALSE(refuses({0x02, 0x02, 0x00, 0x80}, read_integer));
  CHECK_FALSE(refuses({0x02, 0x01, 0xff}, read_integer));
}

TEST_CASE("small integers keep their sign") {
  const auto read = [](const Bytes& bytes) { return Reader(bytes, kObject).read_small_integer("number"); };
  CHECK(read({0x02, 0x01, 0xff}) == -1);
  CHECK(read({0x02, 0x02, 0x01, 0x00}) == 256);
  CHECK(read({0x02, 0x08, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) == INT64_MAX);
}

TEST_CASE("object identifiers with arcs that are padded, cut or too large are refused") {
  CHECK(refuses({0x06, 0x00}, read_oid));
  CHECK(refuses({0x06, 0x02, 0x2a, 0x80}, read_oid));
  CHECK(refuses({0x06, 0x03, 0x2a, 0x80, 0x01}, read_oid));
  CHECK(refuses({0x06, 0x06, 0x2a, 0x88, 0x80, 0x80, 0x80, 0x00}, read_oid));
  CHECK_FALSE(refuses({0x06, 0x06, 0x2a, 0x87, 0xff, 0xff, 0xff, 0x7f}, read_oid));
}

TEST_CASE("an object identifier is shown with dots") {
  CHECK(trust::der::dotted(Bytes{0x2a, 0x86, 0x48, 0xce, 0x3d}) == "1.2.840.10045");
  CHECK(trust::der::dotted(Bytes{0x55, 0x1d, 0x25, 0x00}) == "2.5.29.37.0");
  CHECK(trust::der::dotted(Bytes{0x88, 0x37, 0x03}) == "2.999.3");
}

TEST_CASE("bit strings with unused bits that are set are refused") {
  CHECK(refuses({0x03, 0x00}, read_bits));
  CHECK(refuses({0x03, 0x01, 0x01}, read_bits));
  CHECK(refuses({0x03, 0x02, 0x08, 0x00}, read_bits));
  CHECK(refuses({0x03, 0x02, 0x01, 0x81}, read_bits));
  const Bytes bytes{0x03, 0x02, 0x07, 0x80};
  const trust::der::BitString bits = Reader(bytes, kObject).read_bit_string("bits");
  CHECK(bits.bit(0));
  CHECK_FALSE(bits.bit(1));
}

TEST_CASE("a written element has the shortest length and integers their sign byte") {
  CHECK(trust::der::write(0x04, Bytes(127, 1)).size() == 129);
  CHECK(trust::der::write(0x04, Bytes(128, 1)).size() == 131);
  CHECK(trust::der::write(0x04, Bytes(256, 1)).size() == 260);
  CHECK(trust::der::write_unsigned(Bytes{0x00, 0x00, 0x80}) == Bytes{0x02, 0x02, 0x00, 0x80});
  CHECK(trust::der::write_unsigned(Bytes{0x00}) == Bytes{0x02, 0x01, 0x00});
}
