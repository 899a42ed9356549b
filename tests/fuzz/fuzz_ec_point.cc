#include <algorithm>

#include "ec_point.h"
#include "expect.h"
#include "signature_format.h"

namespace {

using base::ByteView;
using fuzz::expect;
using pkcs11::KeySpec;

void check_point(ByteView bytes, KeySpec spec) {
  const base::Bytes point = pkcs11::read_ec_point(bytes, spec);
  expect(point.size() == pkcs11::traits(spec).signature_size + 1 && point[0] == 0x04, "a point is uncompressed");
  expect(std::ranges::search(bytes, point).begin() != bytes.end(), "a point is part of what the token gave");
  expect(pkcs11::read_ec_point(pkcs11::write_ec_point(point), spec) == point, "what is written is read back");
}

void check_params(ByteView bytes) {
  const pkcs11::Curve curve = pkcs11::read_ec_params(bytes);
  expect(!curve.oid.empty(), "a curve has an identifier");
  expect(!curve.spec || std::ranges::equal(curve.oid, pkcs11::curve_oid(*curve.spec)), "identifier and spec agree");
}

// The first byte is the size of CKA_EC_PARAMS, CKA_EC_POINT is what follows.
void check_public_key(ByteView bytes) {
  if (bytes.empty()) return;
  const ByteView both = bytes.subspan(1);
  const std::size_t split = std::min<std::size_t>(bytes[0], both.size());
  const pkcs11::PublicKey key = pkcs11::read_ec_public_key(both.first(split), both.subspan(split));
  expect(!pkcs11::describe(key).empty(), "a key can be described");
}

// Likewise, of a key of the type CKK_EC_EDWARDS.
void check_ed25519_key(ByteView bytes) {
  if (bytes.empty()) return;
  const ByteView both = bytes.subspan(1);
  const std::size_t split = std::min<std::size_t>(bytes[0], both.size());
  const base::Bytes key = pkcs11::read_ed25519_key(both.first(split), both.subspan(split)).bytes;
  expect(key.size() == 32, "an Ed25519 key has 32 bytes");
  expect(pkcs11::read_ed25519_key(both.first(split), pkcs11::write_ec_point(key)).bytes == key,
         "what is written is read back");
}

void check_signature(ByteView bytes, KeySpec spec) {
  const base::Bytes signature = pkcs11::normalise_signature(bytes, spec);
  expect(signature.size() == pkcs11::traits(spec).signature_size, "a signature has its fixed length");
  expect(pkcs11::normalise_signature(signature, spec) == signature, "a signature of fixed length stays as it is");
}

// The first byte says what the rest is.
void check(std::uint8_t choice, ByteView bytes) {
  constexpr KeySpec kCurves[] = {KeySpec::ec_256, KeySpec::ec_384, KeySpec::ec_521};
  const auto specs = pkcs11::all_key_specs();
  switch (choice / 16) {
    case 0:
      return check_point(bytes, kCurves[choice % 3]);
    case 1:
      return check_params(bytes);
    case 2:
      return check_public_key(bytes);
    case 15:
      return check_ed25519_key(bytes);
    default:
      return check_signature(bytes, specs[choice % specs.size()].spec);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    check(data[0], {data + 1, size - 1});
  } catch (const base::Error& error) {
    expect(error.kind() == base::ErrorKind::not_capable || error.kind() == base::ErrorKind::token_failed ||
               error.kind() == base::ErrorKind::signature_invalid,
           "a refusal is of a known kind");
    fuzz::expect_readable(error);
  }
  return 0;
}
