#include <algorithm>
#include <cstdlib>

#include "expect.h"
#include "schema/tsb_token.h"

// An approver signs these bytes: what is shown of them must be all that they say. What is accepted is written again as
// it was read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView bytes(data, size);
  try {
    const base::Bytes again = encode(schema::decode_tsb_token(bytes));
    fuzz::expect(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()), "a token has one form");
  } catch (const base::Error& error) {
    fuzz::expect(error.kind() == base::ErrorKind::invalid_request, "a refusal is of kind invalid_request");
    fuzz::expect_readable(error);
  }
  return 0;
}
