#pragma once

#include "der.h"
#include "trust/certificate.h"

namespace trust {

// Reads the content of an AlgorithmIdentifier that says how a certificate is signed. RSASSA-PSS counts only with salt
// as long as the hash and MGF1 of the same hash (RFC 4055 section 3.1); all else is `unsupported`.
SignatureAlgorithm read_signature_algorithm(der::Reader algorithm);

// Reads the content of a SubjectPublicKeyInfo. A key of a kind that notation's parser does not know is `other`; one
// that its parser refuses (a foreign curve, a compressed point, an RSA key without NULL parameters) throws.
CertificateKey read_key(der::Reader info);

}  // namespace trust
