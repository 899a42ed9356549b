#include "schema/tsb_token.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "base/error.h"

namespace schema {
namespace {

using base::Bytes;
using base::ByteView;

constexpr std::uint16_t kOperation = 0x003b, kSeconds = 0x0107, kLabel = 0x1002, kTimestamp = 0x1054,
                        kTimestampSignature = 0x1056, kUsePayload = 0x1057, kModifyPayload = 0x1058;
constexpr std::size_t kAlignment = 4;

std::uint16_t payload_type(std::uint32_t operation) {
  return operation == static_cast<std::uint32_t>(TsbOperation::modify) ? kModifyPayload : kUsePayload;
}

[[noreturn]] void refuse(std::string_view cause) {
  throw base::Error(base::ErrorKind::invalid_request, base::Phase::approval,
                    "the approval token cannot be read: " + std::string(cause));
}

std::uint64_t number(ByteView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i)
    value = value << 8 | bytes[i - 1];
  return value;
}

// Elements one after the other; `rest` is what was not read yet.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}

  // The length of what follows, which must be exactly that.
  void length() {
    if (number(take(4, "its length is cut off")) != rest_.size()) refuse("its length is not the number of its bytes");
  }

  bool next_is(std::uint16_t type) const { return rest_.size() >= 2 && number(rest_.first(2)) == type; }

  ByteView element(std::uint16_t type, std::string_view what) {
    if (!next_is(type)) refuse("there is no " + std::string(what) + " in its place");
    take(2, {});
    const std::string cut = "the " + std::string(what) + " is cut off";
    const std::size_t size = number(take(2, cut));
    const ByteView value = take(size, cut);
    const ByteView padding = take((kAlignment - size % kAlignment) % kAlignment, cut);
    if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte != 0; })) {
      refuse("the bytes that fill up the " + std::string(what) + " are not zero");
    }
    return value;
  }

  std::uint64_t number_element(std::uint16_t type, std::size_t size, std::string_view what) {
    const ByteView value = element(type, what);
    if (value.size() != size) refuse("the " + std::string(what) + " has another length than it should");
    return number(value);
  }

  std::string label(std::string_view what) {
    std::string text = base::text_of(element(kLabel, what));
    if (!base::is_utf8(text)) refuse("the " + std::string(what) + " is not UTF-8");
    return text;
  }

  void end() const {
    if (!rest_.empty()) refuse("bytes follow its end");
  }

 private:
  ByteView take(std::size_t size, std::string_view fault) {
    if (size > rest_.size()) refuse(fault);
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  ByteView rest_;
};

struct Timestamp {
  TsbTokenTime time;
  ByteView payload;
};

Timestamp read_timestamp(ByteView bytes, std::uint16_t type) {
  Reader reader(bytes);
  reader.length();
  Timestamp timestamp;
  timestamp.payload = reader.element(type, "payload in the timestamp");
  timestamp.time.seconds = reader.number_element(kSeconds, 8, "time");
  timestamp.time.key = reader.label("label of the timestamp key");
  reader.end();
  return timestamp;
}

void put_number(Bytes& bytes, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i) & 0xff));
}

void put_element(Bytes& bytes, std::uint16_t type, ByteView value) {
  if (value.size() > std::numeric_limits<std::uint16_t>::max()) {
    throw base::Error(base::ErrorKind::internal, base::Phase::approval, "an approval token cannot hold that much");
  }
  put_number(bytes, type, 2);
  put_number(bytes, value.size(), 2);
  bytes.insert(bytes.end(), value.begin(), value.end());
  bytes.resize((bytes.size() + kAlignment - 1) / kAlignment * kAlignment);
}

Bytes with_length(const Bytes& content) {
  Bytes bytes;
  put_number(bytes, content.size(), 4);
  bytes.insert(bytes.end(), content.begin(), content.end());
  return bytes;
}

Bytes number_bytes(std::uint64_t value, std::size_t size) {
  Bytes bytes;
  put_number(bytes, value, size);
  return bytes;
}

}  // namespace

TsbToken decode_tsb_token(ByteView bytes) {
  if (bytes.size() > kMaximumTsbToken) refuse("it is too long");
  Reader reader(bytes);
  reader.length();
  TsbToken token;
  token.operation = static_cast<std::uint32_t>(reader.number_element(kOperation, 4, "operation"));
  token.key = reader.label("label of the key");
  const std::uint16_t type = payload_type(token.operation);
  ByteView covered;
  if (reader.next_is(kTimestamp)) {
    Timestamp timestamp = read_timestamp(reader.element(kTimestamp, "timestamp"), type);
    covered = timestamp.payload;
    token.time = std::move(timestamp.time);
    if (reader.next_is(kTimestampSignature)) {
      const ByteView signature = reader.element(kTimestampSignature, "signature of the timestamp");
      if (signature.empty()) refuse("the signature of the timestamp is empty");
      token.time->signature.assign(signature.begin(), signature.end());
    }
  }
  const ByteView payload = reader.element(type, "payload");
  reader.end();
  if (token.time && !std::equal(covered.begin(), covered.end(), payload.begin(), payload.end())) {
    refuse("the timestamp is that of another payload");
  }
  token.payload.assign(payload.begin(), payload.end());
  return token;
}

Bytes encode(const TsbToken& token) {
  const std::uint16_t type = payload_type(token.operation);
  Bytes content;
  put_element(content, kOperation, number_bytes(token.operation, 4));
  put_element(content, kLabel, base::bytes_of(token.key));
  if (token.time) {
    Bytes inner;
    put_element(inner, type, token.payload);
    put_element(inner, kSeconds, number_bytes(token.time->seconds, 8));
    put_element(inner, kLabel, base::bytes_of(token.time->key));
    put_element(content, kTimestamp, with_length(inner));
    if (!token.time->signature.empty()) put_element(content, kTimestampSignature, token.time->signature);
  }
  put_element(content, type, token.payload);
  return with_length(content);
}

}  // namespace schema
