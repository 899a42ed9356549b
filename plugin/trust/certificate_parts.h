#pragma once

#include <string>
#include <string_view>

#include "der.h"
#include "pkcs11/key_spec.h"
#include "trust/subject.h"

// What certificates and requests for them have in common, written as DER.
namespace trust {

// RDNSequence of the parts that are there, in the order of Subject's members. Throws Error(invalid_settings), whose
// message begins with `<made> cannot be made: `: no common name, a part that is too long, no UTF-8 or with control
// characters in it, a country that is not two letters.
base::Bytes write_name(const Subject& subject, std::string_view made);

// AlgorithmIdentifier: RSASSA-PSS with every parameter spelled out (RFC 4055 section 3.1), or ecdsa-with-SHA2 (RFC 5758
// section 3.2), with the hash of the spec. The other: sha2WithRSAEncryption (RFC 4055 section 5), for an RSA spec.
base::Bytes write_notary_algorithm(pkcs11::KeySpec spec);
base::Bytes write_pkcs1_algorithm(pkcs11::KeySpec spec);

// Extension (RFC 5280 section 4.1) of the type 2.5.29.`arc`.
base::Bytes write_extension(std::uint8_t arc, bool critical, base::ByteView value);
base::Bytes write_leaf_key_usage();           // critical, digitalSignature alone
base::Bytes write_leaf_extended_key_usage();  // codeSigning alone

// signed part, algorithm, signature: the shape of certificates and requests.
base::Bytes write_signed(base::ByteView part, base::ByteView algorithm, base::ByteView signature);

[[noreturn]] void refuse_settings(std::string_view made, const std::string& cause, std::string hint = {});

}  // namespace trust
