#include "der_time.h"

#include "chains.h"
#include "trust/certificate.h"

using base::Bytes;

namespace {

const std::string kObject = "the thing";

std::int64_t read(std::uint8_t tag, const std::string& text) {
  const Bytes element = trust::der::write(tag, base::bytes_of(text));
  trust::der::Reader reader(element, kObject);
  return trust::read_time(reader, "the date");
}
std::int64_t utc(const std::string& text) {
  return read(trust::der::kUtcTime, text);
}
std::int64_t generalized(const std::string& text) {
  return read(trust::der::kGeneralizedTime, text);
}

}  // namespace

TEST_CASE("both forms of time are read") {
  CHECK(utc("260101000000Z") == kNow);
  CHECK(generalized("20260101000000Z") == kNow);
  CHECK(utc("700101000001Z") == 1);
  CHECK(generalized("99991231235959Z") == 253'402'300'799);
}

TEST_CASE("a point in time reads as its whole second") {
  CHECK(trust::format_time(base::WallTime(std::chrono::milliseconds(999))) == "1970-01-01T00:00:00Z");
  CHECK(trust::format_time(base::WallTime(std::chrono::milliseconds(-1))) == "1969-12-31T23:59:59Z");
}

TEST_CASE("two-digit years from 50 on belong to the last century") {
  CHECK(trust::format_time(utc("500101000000Z")) == "1950-01-01T00:00:00Z");
  CHECK(trust::format_time(utc("491231235959Z")) == "2049-12-31T23:59:59Z");
}

TEST_CASE("an offset in place of Z counts, and a UTCTime may leave out the seconds") {
  CHECK(utc("260101010000+0100") == kNow);
  CHECK(utc("251231223000-0130") == kNow);
  CHECK(utc("2601010000Z") == kNow);
}

TEST_CASE("times that are no dates or not in that form are refused") {
  for (const char* text : {"", "Z", "260101000000", "261301000000Z", "260230000000Z", "260101240000Z", "260101006000Z",
                           "260101000060Z", "260101000000+0000", "260101000000z", "26010100000Z", "2601010000000Z",
                           "260101000000+01", "26 101000000Z", "-60101000000Z"}) {
    INFO(text);
    REQUIRE_ERROR(utc(text), base::ErrorKind::invalid_chain);
  }
  for (const char* text : {"202601010000Z", "20260101000000.5Z", "20260101000000", "260101000000Z"}) {
    INFO(text);
    REQUIRE_ERROR(generalized(text), base::ErrorKind::invalid_chain);
  }
  REQUIRE_ERROR(read(trust::der::kInteger, "260101000000Z"), base::ErrorKind::invalid_chain);
}

TEST_CASE("a written time can be read back on both sides of 2050") {
  for (const std::int64_t moment : {kNow, std::int64_t{2'524'607'999}, std::int64_t{2'524'608'000}}) {
    const Bytes element = trust::write_time(moment);
    CHECK(element[0] == (moment < 2'524'608'000 ? trust::der::kUtcTime : trust::der::kGeneralizedTime));
    trust::der::Reader reader(element, kObject);
    CHECK(trust::read_time(reader, "the date") == moment);
  }
}
