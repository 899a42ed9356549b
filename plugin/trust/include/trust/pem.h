#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace trust {

// RFC 7468 text: 64 columns, one newline at the end. CERTIFICATE, CERTIFICATE REQUEST, and PUBLIC KEY.
std::string to_pem(base::ByteView certificate_der);
std::string request_to_pem(base::ByteView request_der);
std::string public_key_to_pem(base::ByteView spki_der);

// Certificates of a file that holds PEM, as read_pem_certificates() wants it, or DER, one after the other. Errors:
// likewise.
std::vector<base::Bytes> read_certificates(std::string_view content, const std::string& file_name);

}  // namespace trust
