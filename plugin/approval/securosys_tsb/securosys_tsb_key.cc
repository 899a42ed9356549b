#include "securosys_tsb/securosys_tsb_key.h"

#include "base/error.h"
#include "secret_source.h"
#include "securosys_tsb/securosys_tsb_certificates.h"
#include "securosys_tsb/securosys_tsb_fault.h"
#include "trust/spki.h"

namespace approval {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

}  // namespace

std::optional<TsbKeyFacts> find_tsb_key(TsbClient& client, const schema::TsbSettings& settings,
                                        const BackendContext& context) {
  const std::string doing = "cannot look up key " + base::quoted(settings.key);
  std::optional<base::Secret> password;
  if (settings.key_password) password = read_secret(*settings.key_password, "the key's password", context);
  TsbCall call;
  call.method = "POST";
  call.path = "/v1/key/attributes";
  call.body = schema::encode_tsb_key_question(settings.key, password ? &*password : nullptr);
  call.role = TsbRole::key_management;
  const TsbReply reply = send(client, std::move(call), doing);
  if (!reply.good()) {
    const bool by_credential = judge(reply, TsbRole::key_management).kind == ErrorKind::credential_refused;
    const bool of_role = !reply.fault.code || reply.has_code(416) || reply.has_code(631);
    if (by_credential && of_role && !client.has_api_keys(TsbRole::key_management)) return std::nullopt;
    throw error_of_reply(doing, client.place(), reply, TsbRole::key_management);
  }
  TsbKeyFacts facts{schema::decode_tsb_key(reply.body), {}};
  const auto public_key = trust::read_spki(facts.key.public_key);
  if (!public_key) {
    throw Error(ErrorKind::not_capable, Phase::approval,
                doing + " at " + client.place() + ": it is of a kind that the Notary Project does not know",
                "keys are RSA with 2048, 3072 or 4096 bits, or EC on P-256, P-384 or P-521");
  }
  facts.public_key = *public_key;
  return facts;
}

std::vector<base::Bytes> find_tsb_certificates(TsbClient& client, const std::string& label,
                                               const BackendContext& context) {
  const std::string doing = "cannot get the certificate of key " + base::quoted(label);
  TsbCall call;
  call.path = "/v1/certificate/" + path_segment(label);
  const TsbReply reply = send(client, std::move(call), doing);
  if (!reply.good()) {
    context.log.info("approval: no certificate of key " + base::quoted(label) + " at " + client.place() + ": " +
                     describe_reply(reply));
    return {};
  }
  try {
    return read_tsb_certificates(reply.body, "the certificate at " + client.place());
  } catch (const Error& error) {
    context.log.warning("approval: " + doing + " at " + client.place() + ": " + error.message());
    return {};
  }
}

}  // namespace approval
