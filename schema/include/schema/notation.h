#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"

// The messages of the Notary plugin contract, version 1.0 (Notary Project specifications, plugin-extensibility.md).
//
// Member names are taken exactly as the contract spells them; Go's own decoder would also take them in another case.
// Members that we do not know are ignored. Everything else is strict: one JSON value and nothing after it but white
// space, no byte order mark, valid UTF-8, no member twice at any level, nesting bounded. A null stands for an absent
// member, as in Go.
namespace schema {

using PluginConfigEntries = std::map<std::string, std::string>;

struct MetadataRequest {
  PluginConfigEntries plugin_config;
};

struct DescribeKeyRequest {
  std::string key_id;  // not empty, otherwise any text
  PluginConfigEntries plugin_config;
};

struct GenerateSignatureRequest {
  std::string key_id;
  pkcs11::KeySpec key_spec = pkcs11::KeySpec::ec_256;  // the request's hashAlgorithm is the one that belongs to it
  base::Bytes payload;                                 // the bytes to sign, not their digest; not empty
  PluginConfigEntries plugin_config;
};

// Errors: malformed_request with the Go plugin framework's text and no hint (`Input is not a valid JSON`, or
// `Input is not a valid JSON: <member> cannot be empty` for the first one missing, in the order contractVersion, keyId,
// keySpec, hashAlgorithm, payload); then unsupported_contract_version; then invalid_request for a key spec that we do
// not know or a hash that is not the key spec's. Payload: standard base64 with padding, CR and LF inside allowed.
MetadataRequest decode_metadata_request(std::string_view json);
DescribeKeyRequest decode_describe_key_request(std::string_view json);
GenerateSignatureRequest decode_generate_signature_request(std::string_view json);

struct PluginMetadata {
  std::string name, description, version, url;
  std::vector<std::string> supported_contract_versions, capabilities;
};

struct DescribeKeyResponse {
  std::string key_id;
  pkcs11::KeySpec key_spec;
};

struct GenerateSignatureResponse {
  std::string key_id;
  base::Bytes signature;                       // RSASSA-PSS as is; ECDSA as r and s at fixed width
  pkcs11::KeySpec key_spec;                    // gives signingAlgorithm
  std::vector<base::Bytes> certificate_chain;  // DER, leaf to root, root included
};

struct ErrorResponse {
  std::string code;                             // VALIDATION_ERROR and kin
  std::string message;                          // may have several lines
  std::map<std::string, std::string> metadata;  // left out when empty
};

// One compact JSON object, no newline at the end. Text comes back byte for byte from a JSON decoder; bytes that are not
// UTF-8, which only an error text can hold, become U+FFFD.
std::string encode(const PluginMetadata& metadata);
std::string encode(const DescribeKeyResponse& response);
std::string encode(const GenerateSignatureResponse& response);
std::string encode(const ErrorResponse& response);

}  // namespace schema
