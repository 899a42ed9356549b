#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "schema/payload.h"

namespace schema {

inline constexpr std::string_view kContentType = "application/vnd.cncf.notary.payload.v1+json";
inline constexpr std::string_view kSigningScheme = "io.cncf.notary.signingScheme";
inline constexpr std::string_view kSigningTime = "io.cncf.notary.signingTime";
inline constexpr std::string_view kAuthenticSigningTime = "io.cncf.notary.authenticSigningTime";
inline constexpr std::string_view kExpiry = "io.cncf.notary.expiry";

// What both envelopes say in their protected header, once it is out of JSON or CBOR. The algorithm is checked before.
struct ProtectedHeader {
  std::optional<std::string> content_type;
  std::optional<std::vector<std::string>> critical;
  std::optional<std::string> signing_scheme;
  std::optional<base::WallTime> signing_time, authentic_signing_time, expiry;
};

// Checks the header against the specification and puts it together with the body's descriptor. `where` is "JWS header"
// or "COSE header".
NotaryPayload put_together(EnvelopeFormat format, std::string_view where, const ProtectedHeader& header,
                           Descriptor target);

// The body: a JSON object that holds targetArtifact alone.
Descriptor decode_descriptor(std::string_view json);

// A JSON object, or a refusal that begins with `where`.
nlohmann::json parse_object(std::string_view json, std::string_view where);

NotaryPayload decode_jws(std::string_view signing_input, pkcs11::KeySpec key_spec);
NotaryPayload decode_cose(base::ByteView sig_structure, pkcs11::KeySpec key_spec);

// "Signature1" at the head of an array of four: a COSE_Sign1 Sig_structure (RFC 9052 section 4.4).
bool starts_as_cose(base::ByteView bytes);

}  // namespace schema
