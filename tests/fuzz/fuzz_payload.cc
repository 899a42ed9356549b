#include <string>

#include "expect.h"
#include "schema/payload.h"

namespace {

using fuzz::expect;

void check_accepted(base::ByteView bytes, const schema::NotaryPayload& payload) {
  expect(schema::resembles_notary_payload(bytes), "what is a Notary payload resembles one");
  expect(!payload.expiry || *payload.expiry > payload.signing_time, "the expiry is later than the signing time");
  expect(payload.target.size >= 0, "a size is not negative");
  expect(!payload.target.media_type.empty(), "there is a media type");
  const std::string& digest = payload.target.digest;
  const std::size_t colon = digest.find(':');
  const std::string bits = digest.substr(3, colon - 3);
  expect(digest.starts_with("sha") && (bits == "256" || bits == "384" || bits == "512"), "the algorithm is known");
  expect(digest.size() - colon - 1 == std::stoul(bits) / 4, "the digest is as long as its algorithm makes it");
  for (const auto& [name, value] : payload.target.annotations) {
    expect(base::is_utf8(name) && base::is_utf8(value), "annotations are text");
  }
}

bool accepts(base::ByteView bytes, pkcs11::KeySpec spec) {
  try {
    check_accepted(bytes, schema::decode_payload(bytes, spec));
    return true;
  } catch (const base::Error& error) {
    expect(error.kind() == base::ErrorKind::invalid_payload, "a refusal is of kind invalid_payload");
    fuzz::expect_readable(error);
    return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView bytes(data, size);
  unsigned accepted = 0;
  for (const pkcs11::KeySpecTraits& key : pkcs11::all_key_specs()) {
    if (!accepts(bytes, key.spec)) continue;
    ++accepted;
    base::Bytes longer(bytes.begin(), bytes.end());
    longer.push_back('.');
    expect(!accepts(longer, key.spec), "nothing may follow a payload");
  }
  expect(accepted <= 1, "bytes to sign go with one key spec");
  return 0;
}
