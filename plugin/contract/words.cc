#include "contract/words.h"

#include "schema/notation.h"

namespace contract {

std::string answer_metadata(std::string_view request) {
  schema::decode_metadata_request(request);
  schema::PluginMetadata metadata;
  metadata.name = "pkcs11";
  metadata.description = "Signs with keys in HSMs, smart cards and TPMs through PKCS#11";
  metadata.version = NOTATION_PKCS11_VERSION;
  metadata.url = NOTATION_PKCS11_HOMEPAGE;
  metadata.supported_contract_versions = {"1.0"};
  metadata.capabilities = {"SIGNATURE_GENERATOR.RAW"};
  return schema::encode(metadata);
}

std::string answer_describe_key(std::string_view request, signing::RunContext& context) {
  const schema::DescribeKeyRequest decoded = schema::decode_describe_key_request(request);
  return schema::encode(schema::DescribeKeyResponse{decoded.key_id, signing::describe_key(decoded, context)});
}

std::string answer_generate_signature(std::string_view request, signing::RunContext& context) {
  const schema::GenerateSignatureRequest decoded = schema::decode_generate_signature_request(request);
  const signing::SignedArtifact artifact = signing::generate_signature(decoded, context);
  return encode_response(decoded.key_id, artifact.chain, artifact.signature);
}

std::string encode_response(const std::string& key_id, const trust::CheckedChain& chain,
                            const trust::VerifiedSignature& signature) {
  return schema::encode(
      schema::GenerateSignatureResponse{key_id, signature.bytes(), signature.spec(), chain.certificates()});
}

}  // namespace contract
