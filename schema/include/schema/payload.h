#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "pkcs11/key_spec.h"

// What the bytes to sign mean (Notary Project specifications, signature-specification.md "Payload",
// signature-envelope-jws.md, signature-envelope-cose.md). A key that signs whatever it is given is an oracle for every
// JWT or COSE message of the same shape; so only a payload that is understood to the end passes.
namespace schema {

inline constexpr std::size_t kMaximumPayloadSize = 1'048'576;  // bytes

enum class EnvelopeFormat { jws, cose };

// The artifact as the signature names it. It carries no registry, repository or tag.
struct Descriptor {
  std::string media_type;
  std::string digest;     // "sha256:", "sha384:" or "sha512:" and as many lower-case hexadecimal digits as belong to it
  std::int64_t size = 0;  // bytes of the manifest or blob
  std::map<std::string, std::string> annotations;  // the signer's own metadata; any text, make it printable to show it

  bool operator==(const Descriptor&) const = default;
};

struct NotaryPayload {
  EnvelopeFormat format = EnvelopeFormat::jws;
  std::string signing_scheme;            // "notary.x509" or "notary.x509.signingAuthority"
  base::WallTime signing_time;           // whole seconds at least; not compared with any clock here
  std::optional<base::WallTime> expiry;  // later than signing_time
  Descriptor target;
};

// Reads a JWS signing input or a COSE Sig_structure. `key_spec` must agree with the algorithm in the protected header.
// Header members outside `crit` that we do not know are ignored; a critical one or another content type is refused by
// name. Errors: invalid_payload, phase payload.
NotaryPayload decode_payload(base::ByteView bytes, pkcs11::KeySpec key_spec);

// Media type, digest and size out of an OCI descriptor (OCI image specification, descriptor.md), as
// `oras manifest fetch --descriptor` prints it; other members are ignored. Errors: invalid_payload, phase payload.
Descriptor decode_oci_descriptor(std::string_view json);

// True for everything that a verifier could take for either envelope's signed bytes: wider than decode_payload, so that
// bytes signed for another purpose are proved not to be one by a plain "false".
bool resembles_notary_payload(base::ByteView bytes);

}  // namespace schema
