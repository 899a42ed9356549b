#include "answer_bytes.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "schema/payload.h"
#include "schema/tsb_token.h"

namespace signing {
namespace {

bool is_time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00.000Z";
  const auto fits = [](char letter, char form) {
    return form == '0' ? letter >= '0' && letter <= '9' : letter == form;
  };
  return text.size() == kForm.size() && std::equal(text.begin(), text.end(), kForm.begin(), fits);
}

bool is_approval_token(base::ByteView message) {
  try {
    const base::Bytes again = schema::encode(schema::decode_tsb_token(message));
    return std::equal(again.begin(), again.end(), message.begin(), message.end());
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

void require_answer(base::ByteView message) {
  const bool is_answer = is_time(base::text_of(message)) || is_approval_token(message);
  if (is_answer && !schema::resembles_notary_payload(message)) return;
  throw base::Error(base::ErrorKind::internal, base::Phase::sign,
                    "bytes that are neither an approval token nor a time are no approver's answer");
}

}  // namespace signing
