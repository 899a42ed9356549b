#include "signing/sign_flow.h"

#include "base/error.h"
#include "run.h"
#include "signing/sign_orders.h"
#include "signing/signable_payload.h"
#include "trust/public_key.h"

namespace signing {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

void require_same_spec(const schema::GenerateSignatureRequest& request, const KeySetup& setup,
                       const trust::CheckedChain& chain) {
  if (request.key_spec == chain.spec()) return;
  throw Error(ErrorKind::invalid_request, Phase::request,
              "key " + base::quoted(setup.name) + ": the request is for " +
                  std::string(pkcs11::traits(request.key_spec).name) + ", the certificate holds " +
                  std::string(pkcs11::traits(chain.spec()).name),
              "the key or its certificate was replaced while notation was running: run the command again");
}

// Backends may speak TLS.
void start_openssl_for(const Run& run) {
  if (run.desk.has_no_policies()) trust::start_openssl_without_tls();
}

// Leave to sign, and the signature where a service has made it.
struct Leave {
  approval::Grant grant;
  std::optional<base::Bytes> signature;
};

Leave obtain_leave(Run& run, const SignablePayload& payload) {
  const KeySetup& setup = run.key.setup();
  const approval::Policy* policy = run.desk.policy_of(setup, run.key.chain());
  if (policy == nullptr) return {run.desk.none_needed(run.key.chain()), std::nullopt};
  if (!payload.meaning()) {
    throw Error(ErrorKind::invalid_payload, Phase::approval,
                "key " + base::quoted(setup.name) +
                    " needs an approval, and nobody can be asked about bytes that are no Notary payload");
  }
  if (!run.desk.signs(*policy)) {
    run.key.require_pin_source();
    run.key.find_hidden();
  }
  approval::Approval approval = run.desk.obtain(*policy, setup, run.key.chain(), schema::subject_of(*payload.meaning()),
                                                payload.bytes(), [&] { run.key.release(); });
  return {approval.grant(), approval.signature()};
}

}  // namespace

SignedArtifact generate_signature(const schema::GenerateSignatureRequest& request, RunContext& context) {
  Run run(request.key_id, request.plugin_config, context);
  KeyAtHand& key = run.key;
  if (key.setup().pin_source) platform::check_pin_source(*key.setup().pin_source);
  key.start_module();
  start_openssl_for(run);
  const SignablePayload payload = check_payload(request.payload, request.key_spec, key.setup().allow_opaque_payload);
  key.read_chain_file();
  run.inspect(true);
  require_same_spec(request, key.setup(), key.chain());
  key.check_expiry();

  const Leave leave = obtain_leave(run, payload);
  if (!leave.signature) key.log_in();
  const pkcs11::SignOrder order = SignOrders::artifact(payload, key.chain(), leave.grant, context.clock.wall());
  base::Bytes signature;
  std::string by = "its service";
  if (leave.signature) {
    signature = *leave.signature;
  } else {
    pkcs11::SignResult result = key.sign(order);
    signature = std::move(result.signature);
    by = result.mechanism;
  }
  const trust::Signer signer = leave.signature ? trust::Signer::service : trust::Signer::token;
  trust::VerifiedSignature verified = trust::verify(key.chain(), order, std::move(signature), signer);
  context.log.info("signed with key " + key.setup().name + " by " + by);
  return {key.chain(), std::move(verified)};
}

pkcs11::KeySpec describe_key(const schema::DescribeKeyRequest& request, RunContext& context) {
  Run run(request.key_id, request.plugin_config, context);
  start_openssl_for(run);
  run.key.read_chain_file();
  if (!run.key.has_chain()) {
    run.key.start_module();
    run.inspect(false);
  }
  return run.key.chain().spec();
}

}  // namespace signing
