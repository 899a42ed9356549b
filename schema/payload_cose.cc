#include <algorithm>
#include <set>

#include "cbor.h"
#include "payload_fault.h"
#include "payload_parts.h"
#include "rfc3339.h"

namespace schema {
namespace {

constexpr std::string_view kWhere = "COSE header";
constexpr std::string_view kSigStructure = "COSE Sig_structure";

// Header parameters by number, RFC 9052 section 3.1.
constexpr std::string_view kAlgorithmLabel = "1";
constexpr std::string_view kCriticalLabel = "2";
constexpr std::string_view kContentTypeLabel = "3";

// RFC 9053 section 2.1 (ECDSA) and RFC 8230 section 2 (PSS).
std::int64_t algorithm_of(pkcs11::KeySpec key_spec) {
  const pkcs11::KeySpecTraits& key = pkcs11::traits(key_spec);
  const bool rsa = key.family == pkcs11::KeyFamily::rsa;
  switch (key.hash) {
    case pkcs11::Hash::sha_256:
      return rsa ? -37 : -7;
    case pkcs11::Hash::sha_384:
      return rsa ? -38 : -35;
    default:
      return rsa ? -39 : -36;
  }
}

std::string number_text(const CborHead& head) {
  if (head.type == CborType::unsigned_integer) return std::to_string(head.argument);
  if (head.argument == UINT64_MAX) return "-18446744073709551616";
  return '-' + std::to_string(head.argument + 1);
}

// A label (RFC 9052 section 1.5): a whole number or text. A number is told from text of the same digits by `numeric`.
struct Label {
  std::string text;
  bool numeric = false;
  bool operator==(const Label&) const = default;
};

Label read_label(CborReader& reader, std::string_view what) {
  switch (reader.next_type()) {
    case CborType::unsigned_integer:
    case CborType::negative_integer:
      return {number_text(reader.head()), true};
    default:
      return {std::string(reader.text(what)), false};
  }
}

void check_algorithm(CborReader& reader, pkcs11::KeySpec key_spec) {
  const Label algorithm = read_label(reader, "alg");
  const std::string expected = std::to_string(algorithm_of(key_spec));
  if (!algorithm.numeric || algorithm.text != expected) {
    refuse_payload(std::string(kWhere) + ": alg is " + base::printable(algorithm.text) + ", but the key is " +
                   std::string(pkcs11::traits(key_spec).name) + ", which goes with " + expected);
  }
}

std::vector<std::string> read_critical(CborReader& reader) {
  const std::uint64_t count = reader.count_of(CborType::array, "crit");
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Label label = read_label(reader, "an entry of crit");
    names.push_back(label.numeric ? "label " + label.text : label.text);
  }
  return names;
}

std::string read_content_type(CborReader& reader) {
  const Label type = read_label(reader, "content type");
  return type.numeric ? "number " + type.text : type.text;
}

base::WallTime read_time(CborReader& reader, std::string_view name) {
  constexpr std::uint64_t kEpochTime = 1;  // RFC 8949 section 3.4.2
  reader.tag(kEpochTime, name);
  const std::uint64_t seconds = reader.unsigned_integer(name);
  const std::optional<base::WallTime> time = wall_time_of(seconds);
  if (!time) {
    refuse_payload(std::string(kWhere) + ": " + std::string(name) + ' ' + std::to_string(seconds) +
                   " is not a time between 1970 and 2262");
  }
  return *time;
}

void read_named_member(CborReader& reader, std::string_view name, ProtectedHeader& header) {
  if (name == kSigningScheme) {
    header.signing_scheme = std::string(reader.text(name));
  } else if (name == kSigningTime) {
    header.signing_time = read_time(reader, name);
  } else if (name == kAuthenticSigningTime) {
    header.authentic_signing_time = read_time(reader, name);
  } else if (name == kExpiry) {
    header.expiry = read_time(reader, name);
  } else {
    reader.skip();
  }
}

ProtectedHeader decode_header(base::ByteView bytes, pkcs11::KeySpec key_spec) {
  CborReader reader(bytes, kWhere);
  const std::uint64_t count = reader.count_of(CborType::map, "it");
  ProtectedHeader header;
  std::set<std::pair<bool, std::string>> labels;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Label label = read_label(reader, "a label");
    if (!labels.emplace(label.numeric, label.text).second) {
      refuse_payload(std::string(kWhere) + ": member \"" + base::printable(label.text) + "\" stands twice");
    }
    if (label == Label{std::string(kAlgorithmLabel), true}) {
      check_algorithm(reader, key_spec);
    } else if (label == Label{std::string(kCriticalLabel), true}) {
      header.critical = read_critical(reader);
    } else if (label == Label{std::string(kContentTypeLabel), true}) {
      header.content_type = read_content_type(reader);
    } else if (label.numeric) {
      reader.skip();
    } else {
      read_named_member(reader, label.text, header);
    }
  }
  if (!reader.at_end()) refuse_payload(std::string(kWhere) + " has bytes after its end");
  if (!labels.contains({true, std::string(kAlgorithmLabel)})) refuse_payload(std::string(kWhere) + " has no alg");
  return header;
}

}  // namespace

bool starts_as_cose(base::ByteView bytes) {
  constexpr std::string_view kPrefix = "\x84\x6aSignature1";
  return bytes.size() >= kPrefix.size() &&
         std::equal(kPrefix.begin(), kPrefix.end(), bytes.begin(),
                    [](char expected, std::uint8_t byte) { return static_cast<std::uint8_t>(expected) == byte; });
}

NotaryPayload decode_cose(base::ByteView sig_structure, pkcs11::KeySpec key_spec) {
  CborReader reader(sig_structure, kSigStructure);
  reader.count_of(CborType::array, "it");
  reader.text("the context");
  const base::ByteView header_bytes = reader.bytes("the protected header");
  if (!reader.bytes("the external data").empty()) refuse_payload("COSE Sig_structure has external data");
  const base::ByteView body = reader.bytes("the payload");
  if (!reader.at_end()) refuse_payload("COSE Sig_structure has bytes after its end");

  const ProtectedHeader header = decode_header(header_bytes, key_spec);
  return put_together(EnvelopeFormat::cose, kWhere, header,
                      decode_descriptor({reinterpret_cast<const char*>(body.data()), body.size()}));
}

}  // namespace schema
