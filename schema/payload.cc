#include "schema/payload.h"

#include <algorithm>

#include "base/error.h"
#include "payload_fault.h"
#include "payload_parts.h"

namespace schema {
namespace {

constexpr std::string_view kX509 = "notary.x509";
constexpr std::string_view kSigningAuthority = "notary.x509.signingAuthority";

constexpr std::string_view kHint =
    "a key signs Notary payloads only; one that is meant to sign other bytes too needs \"allow_opaque_payload\": true "
    "in "
    "the configuration file";

std::string in_quotes(std::string_view text) {
  return '"' + base::printable(text) + '"';
}

bool contains(const std::vector<std::string>& list, std::string_view entry) {
  return std::find(list.begin(), list.end(), entry) != list.end();
}

void check_content_type(std::string_view where, const ProtectedHeader& header) {
  if (!header.content_type) refuse_payload(std::string(where) + " has no content type");
  if (*header.content_type != kContentType) {
    refuse_unknown(std::string(where) + " has the content type " + in_quotes(*header.content_type));
  }
}

// Entries that must be in `crit`, and so the only ones that may be.
std::vector<std::string_view> critical_members(const ProtectedHeader& header) {
  std::vector<std::string_view> members{kSigningScheme};
  if (header.expiry) members.push_back(kExpiry);
  if (header.authentic_signing_time) members.push_back(kAuthenticSigningTime);
  return members;
}

void check_critical(std::string_view where, const ProtectedHeader& header) {
  if (!header.critical) refuse_payload(std::string(where) + " has no crit");
  const std::vector<std::string_view> members = critical_members(header);
  for (auto entry = header.critical->begin(); entry != header.critical->end(); ++entry) {
    if (std::find(header.critical->begin(), entry, *entry) != entry) {
      refuse_payload(std::string(where) + " names " + in_quotes(*entry) + " twice in crit");
    }
    if (std::find(members.begin(), members.end(), *entry) != members.end()) continue;
    if (*entry == kExpiry || *entry == kAuthenticSigningTime) {
      refuse_payload(std::string(where) + " names " + *entry + " in crit but does not have it");
    }
    refuse_unknown(std::string(where) + " has the critical member " + in_quotes(*entry));
  }
  for (const std::string_view member : members) {
    if (!contains(*header.critical, member)) {
      refuse_payload(std::string(where) + " does not name " + std::string(member) + " in crit");
    }
  }
}

base::WallTime signing_time_of(std::string_view where, const std::string& scheme, const ProtectedHeader& header) {
  const bool plain = scheme == kX509;
  const std::string_view wanted = plain ? kSigningTime : kAuthenticSigningTime;
  const std::string_view other = plain ? kAuthenticSigningTime : kSigningTime;
  const auto& time = plain ? header.signing_time : header.authentic_signing_time;
  if (plain ? header.authentic_signing_time.has_value() : header.signing_time.has_value()) {
    refuse_payload(std::string(where) + " has " + std::string(other) +
                   ", which does not belong to the signing scheme " + scheme);
  }
  if (!time) refuse_payload(std::string(where) + " has no " + std::string(wanted));
  return *time;
}

}  // namespace

void refuse_payload(const std::string& cause) {
  throw base::Error(base::ErrorKind::invalid_payload, base::Phase::payload,
                    "the bytes to sign are not a Notary payload: " + cause, std::string(kHint));
}

void refuse_unknown(const std::string& cause) {
  refuse_payload(cause + ", which is not known here; only with the setting allow_opaque_payload is it signed");
}

NotaryPayload put_together(EnvelopeFormat format, std::string_view where, const ProtectedHeader& header,
                           Descriptor target) {
  check_content_type(where, header);
  check_critical(where, header);
  if (!header.signing_scheme) refuse_payload(std::string(where) + " has no " + std::string(kSigningScheme));
  if (*header.signing_scheme != kX509 && *header.signing_scheme != kSigningAuthority) {
    refuse_unknown(std::string(where) + " has the signing scheme " + in_quotes(*header.signing_scheme));
  }
  NotaryPayload payload;
  payload.format = format;
  payload.signing_scheme = *header.signing_scheme;
  payload.signing_time = signing_time_of(where, *header.signing_scheme, header);
  payload.expiry = header.expiry;
  if (payload.expiry && *payload.expiry <= payload.signing_time) {
    refuse_payload(std::string(where) + " has an expiry that is not later than the signing time");
  }
  payload.target = std::move(target);
  return payload;
}

NotaryPayload decode_payload(base::ByteView bytes, pkcs11::KeySpec key_spec) {
  if (bytes.size() > kMaximumPayloadSize) {
    refuse_payload("they are longer than " + std::to_string(kMaximumPayloadSize) + " bytes");
  }
  if (starts_as_cose(bytes)) return decode_cose(bytes, key_spec);
  return decode_jws({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, key_spec);
}

// Go's base64 decoder, which verifiers use on both parts of a JWS, skips CR and LF and takes non-zero trailing bits;
// others take padding. A COSE Sig_structure is always encoded afresh by the verifier, so its head is exact.
bool resembles_notary_payload(base::ByteView bytes) {
  if (starts_as_cose(bytes)) return true;
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=\r\n.";
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  return text.find('.') != std::string_view::npos && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

}  // namespace schema
