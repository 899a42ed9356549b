#include "worker/wire.h"

#include "throws_error.h"

using base::ErrorKind;
using pkcs11::wire::Buffer;
using pkcs11::wire::kHeaderSize;
using pkcs11::wire::Reader;
using pkcs11::wire::Writer;

namespace {

base::ByteView body_of(const Buffer& message) {
  return message.view().subspan(kHeaderSize);
}

}  // namespace

TEST_CASE("what a writer writes a reader reads") {
  Writer writer;
  writer.flag(true);
  writer.byte(200);
  writer.number(0x0123'4567'89AB'CDEFU);
  writer.text("text");
  writer.bytes(base::bytes_of(std::string_view("\0x", 2)));
  const Buffer message = writer.finish();
  Reader reader(body_of(message));
  CHECK(reader.flag());
  CHECK(reader.byte() == 200);
  CHECK(reader.number() == 0x0123'4567'89AB'CDEFU);
  CHECK(reader.text() == "text");
  CHECK(reader.owned_bytes() == base::Bytes{0, 'x'});
  reader.finish();
}

TEST_CASE("a header holds the length of the body alone") {
  Writer writer;
  writer.text("abc");
  const Buffer message = writer.finish();
  CHECK(pkcs11::wire::body_size(message.view().first<kHeaderSize>()) == message.size() - kHeaderSize);
}

TEST_CASE("a header that announces more than the limit is refused") {
  const base::Bytes header{0x01, 0x00, 0x00, 0x01};
  REQUIRE_ERROR(pkcs11::wire::body_size(base::ByteView(header).first<kHeaderSize>()), ErrorKind::internal);
}

TEST_CASE("a body over the limit is not written") {
  const std::string half(pkcs11::wire::kMaximumBody / 2, 'x');
  Writer writer;
  writer.text(half);
  writer.text(half);
  REQUIRE_ERROR(writer.finish(), ErrorKind::internal);
}

TEST_CASE("a reader refuses values that a writer does not make") {
  const base::Bytes two{2}, three{3, 0, 0, 0, 'a', 'b'}, many{0xFF, 0xFF, 0xFF, 0xFF};
  REQUIRE_ERROR(Reader(two).flag(), ErrorKind::internal);
  REQUIRE_ERROR(Reader(two).byte_up_to(1), ErrorKind::internal);
  REQUIRE_ERROR(Reader(two).number(), ErrorKind::internal);
  REQUIRE_ERROR(Reader(three).bytes(), ErrorKind::internal);
  REQUIRE_ERROR(Reader(many).count(), ErrorKind::internal);
  REQUIRE_ERROR(Reader(two).finish(), ErrorKind::internal);
  REQUIRE_ERROR(Reader({}).byte(), ErrorKind::internal);
}

TEST_CASE("a buffer that moved to a larger place keeps its content and wipes what it is told to forget") {
  Buffer buffer;
  base::Bytes expected;
  for (int i = 0; i < 100; ++i) {
    const base::Bytes part(77, static_cast<std::uint8_t>(i));
    buffer.append(part);
    expected.insert(expected.end(), part.begin(), part.end());
  }
  CHECK(base::Bytes(buffer.view().begin(), buffer.view().end()) == expected);
  buffer.clear();
  CHECK(buffer.size() == 0);
}
