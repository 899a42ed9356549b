#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "worker/wire_messages.h"

// A worker runs a vendor's module, so its reply may be anything. What is accepted is written again as it was read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pkcs11::wire;
  try {
    const base::ByteView body(data, size);
    const Buffer again = encode_reply(decode_reply(body));
    const base::ByteView written = again.view().subspan(kHeaderSize);
    if (!std::equal(written.begin(), written.end(), body.begin(), body.end())) std::abort();
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::internal) std::abort();
  }
  return 0;
}
