#include <string>

#include "expect.h"
#include "schema/notation.h"

namespace {

using base::ErrorKind;
using fuzz::expect;

bool is_framework_text(std::string_view message) {
  constexpr std::string_view kMalformed = "Input is not a valid JSON";
  if (message == kMalformed) return true;
  for (const char* member : {"contractVersion", "keyId", "keySpec", "hashAlgorithm", "payload"}) {
    if (message == std::string(kMalformed) + ": " + member + " cannot be empty") return true;
  }
  return false;
}

void check_refusal(const base::Error& error) {
  fuzz::expect_readable(error);
  switch (error.kind()) {
    case ErrorKind::malformed_request:
      expect(is_framework_text(error.message()) && error.hint().empty(),
             "a malformed request gets the framework's text");
      break;
    case ErrorKind::unsupported_contract_version:
    case ErrorKind::invalid_request:
      break;
    default:
      expect(false, "a refusal is about the request");
  }
}

template <typename Decode, typename Check>
bool accepts(const Decode& decode, std::string_view text, const Check& check) {
  try {
    check(decode(text));
    return true;
  } catch (const base::Error& error) {
    check_refusal(error);
    return false;
  }
}

void check_key_id(const std::string& key_id) {
  expect(!key_id.empty() && base::is_utf8(key_id), "a key id is text");
  const std::string answer = schema::encode(schema::DescribeKeyResponse{key_id, pkcs11::KeySpec::ec_256});
  const auto echoed = schema::decode_describe_key_request(R"({"contractVersion":"1.0",)" + answer.substr(1));
  expect(echoed.key_id == key_id, "a key id is echoed byte for byte");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const bool metadata = accepts(schema::decode_metadata_request, text, [](const schema::MetadataRequest&) {});
  const bool describe = accepts(schema::decode_describe_key_request, text,
                                [](const schema::DescribeKeyRequest& request) { check_key_id(request.key_id); });
  const bool sign =
      accepts(schema::decode_generate_signature_request, text, [](const schema::GenerateSignatureRequest& request) {
        check_key_id(request.key_id);
        expect(!request.payload.empty(), "there is something to sign");
      });
  expect(!sign || describe, "a request to sign is also one to describe the key");
  expect(!describe || metadata, "every request is also one for metadata");
  return 0;
}
