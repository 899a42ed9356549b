#include "securosys_tsb/securosys_tsb_sign.h"

#include <optional>

#include "base/error.h"
#include "platform/file_checks.h"
#include "schema/tsb.h"
#include "secret_source.h"
#include "securosys_tsb/securosys_tsb_client.h"
#include "trust/ecdsa.h"
#include "trust/software_key.h"

namespace approval {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

std::optional<trust::SoftwareKey> application_key(const schema::TsbSettings& settings, const BackendContext& context) {
  if (settings.application_key.empty()) return std::nullopt;
  const std::string path = platform::absolute_path(settings.application_key, context.folder, "application_key");
  const base::Secret pem = platform::read_private_file(path, trust::kMaxKeyFileSize, "application key file");
  std::optional<base::Secret> password;
  if (settings.application_key_password) {
    password = read_secret(*settings.application_key_password, "the application key's password", context);
  }
  const base::ByteView bytes = pem.reveal();
  return trust::SoftwareKey::from_pem({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                      password ? &*password : nullptr, path);
}

// What the service itself has fields for wins over the settings, and these over what the requester claims.
std::string metadata_of(const schema::TsbSettings& settings, const schema::ApprovalRequest& request,
                        base::WallTime now) {
  std::vector<std::pair<std::string, std::string>> members{
      {"time", schema::tsb_time(now)}, {"app", "notation-pkcs11"}, {"type", "Sign"}};
  const std::size_t own = members.size();
  members.insert(members.end(), request.claims.begin(), request.claims.end());
  members.insert(members.end(), settings.metadata.begin(), settings.metadata.end());
  for (std::size_t i = 0; i < own; ++i)
    members.push_back(members[i]);
  return schema::encode_tsb_metadata(members);
}

// The member says the hash, or, as newer servers call it, the whole algorithm.
std::string algorithm_for(const std::string& member, const trust::SoftwareKey& key) {
  if (member == "digestAlgorithm") return std::string(key.digest_name());
  if (key.kind().starts_with("RSA")) return "SHA256_WITH_RSA";
  return key.kind().starts_with("EC") ? "SHA256_WITH_ECDSA" : "EDDSA";
}

}  // namespace

std::string_view tsb_algorithm(pkcs11::KeySpec spec) {
  switch (spec) {
    case pkcs11::KeySpec::rsa_2048:
      return "SHA256_WITH_RSA_PSS";
    case pkcs11::KeySpec::rsa_3072:
      return "SHA384_WITH_RSA_PSS";
    case pkcs11::KeySpec::rsa_4096:
      return "SHA512_WITH_RSA_PSS";
    case pkcs11::KeySpec::ec_256:
      return "SHA256_WITH_ECDSA";
    case pkcs11::KeySpec::ec_384:
      return "SHA384_WITH_ECDSA";
    case pkcs11::KeySpec::ec_521:
      break;
  }
  return "SHA512_WITH_ECDSA";
}

std::string tsb_sign_body(const schema::TsbSettings& settings, const BackendContext& context,
                          const schema::ApprovalRequest& request, base::ByteView payload) {
  if (payload.size() > schema::kMaximumTsbPayload) {
    throw Error(ErrorKind::not_capable, Phase::approval,
                "cannot ask for a signature with key " + base::quoted(settings.key) + ": the bytes to be signed are " +
                    std::to_string(payload.size()) + ", the service takes at most " +
                    std::to_string(schema::kMaximumTsbPayload),
                "sign with fewer or shorter annotations");
  }
  const auto signer = application_key(settings, context);
  std::optional<base::Secret> password;
  if (settings.key_password) password = read_secret(*settings.key_password, "the key's password", context);

  schema::TsbSignRequest sign;
  sign.key = settings.key;
  sign.key_password = password ? &*password : nullptr;
  sign.algorithm = tsb_algorithm(request.key_spec);
  sign.payload = payload;
  sign.metadata = metadata_of(settings, request, context.clock.wall());
  if (signer) sign.metadata_signature = signer->sign(base::bytes_of(sign.metadata));
  std::string inner = encode_tsb_sign_request(sign);
  const TextWiper wiper(inner);
  if (!signer) return schema::wrap_tsb_sign_request(inner, std::nullopt);
  return schema::wrap_tsb_sign_request(
      inner, schema::TsbRequestSignature{settings.signature_member, algorithm_for(settings.signature_member, *signer),
                                         signer->sign(base::bytes_of(inner)), signer->spki_der()});
}

base::Bytes signature_of_tsb(base::Bytes signature, pkcs11::KeySpec spec) {
  if (pkcs11::traits(spec).family != pkcs11::KeyFamily::ec) return signature;
  auto fixed = trust::to_fixed_width(signature, spec);
  return fixed ? *std::move(fixed) : signature;
}

}  // namespace approval
