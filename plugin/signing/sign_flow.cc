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

struct Made {
  trust::VerifiedSignature signature;
  std::string mechanism;  // empty for a service's
};

AuditedSignature recorded(const Made& made) {
  return {made.signature.bytes(), made.mechanism};
}

// What is known before the key is.
schema::AuditSubject audit_subject_of(const KeySetup& setup, const SignablePayload& payload) {
  schema::AuditSubject subject;
  subject.key_name = setup.name;
  subject.by_service = setup.at_service;
  subject.payload_sha256 = trust::sha256_hex(payload.bytes());
  if (!payload.meaning()) return subject;
  subject.artifact = payload.meaning()->target;
  subject.signing_scheme = payload.meaning()->signing_scheme;
  return subject;
}

void add_chain(schema::AuditSubject& subject, const trust::CheckedChain& chain) {
  const pkcs11::KeySpecTraits& traits = pkcs11::traits(chain.spec());
  subject.key_sha256 = trust::spki_sha256(chain.leaf_key());
  subject.key_spec = traits.name;
  subject.algorithm = traits.algorithm_name;
  subject.certificate_serial = chain.leaf_serial();
  subject.certificate_subject = chain.leaf_subject();
}

void add_grant(schema::AuditSubject& subject, const approval::Grant& grant) {
  subject.approval_request = grant.request();
  subject.approval_evidence = grant.evidence();
}

// One run's way from a checked payload to a signature.
class ArtifactSigning {
 public:
  ArtifactSigning(Run& run, const SignablePayload& payload, base::Clock& clock)
      : run_(run), payload_(payload), clock_(clock), subject_(audit_subject_of(run.key.setup(), payload)) {}

  Made make(const schema::GenerateSignatureRequest& request) {
    try {
      return make_step_by_step(request);
    } catch (const Error& error) {
      if (run_.key.has_login()) run_.audit.refuse(subject_, error);
      throw;
    }
  }

 private:
  Made make_step_by_step(const schema::GenerateSignatureRequest& request) {
    run_.inspect(true);
    add_chain(subject_, chain());
    require_same_spec(request, run_.key.setup(), chain());
    run_.key.check_expiry();
    run_.audit.require_log();
    const approval::Policy* policy = run_.desk.policy_of(run_.key.setup(), chain());
    if (policy == nullptr) return sign_on_token(run_.desk.none_needed(chain()));
    if (!payload_.meaning()) {
      throw Error(ErrorKind::invalid_payload, Phase::approval,
                  "key " + base::quoted(run_.key.setup().name) +
                      " needs an approval, and nobody can be asked about bytes that are no Notary payload");
    }
    if (run_.desk.signs(*policy)) return sign_at_service(*policy);
    run_.key.require_pin_source();
    run_.key.find_hidden();
    return sign_on_token(obtain(*policy).grant());
  }

  Made sign_on_token(const approval::Grant& grant) {
    add_grant(subject_, grant);
    run_.key.log_in();
    const auto job = [&](const AuditedIntent& intent) {
      const pkcs11::SignOrder order = SignOrders::artifact(payload_, chain(), grant, intent, clock_.wall());
      pkcs11::SignResult result = run_.key.sign(order);
      return Made{trust::verify(chain(), order, std::move(result.signature)), std::move(result.mechanism)};
    };
    return run_.audit.sign(subject_, job, recorded);
  }

  // The request is the order to sign: once enough people have approved, the service does.
  Made sign_at_service(const approval::Policy& policy) {
    subject_.by_service = true;
    const auto job = [&](const AuditedIntent& intent) {
      const approval::Approval approval = obtain(policy);
      add_grant(subject_, approval.grant());
      const pkcs11::SignOrder order = SignOrders::artifact(payload_, chain(), approval.grant(), intent, clock_.wall());
      return Made{trust::verify(chain(), order, approval.signature().value(), trust::Signer::service), {}};
    };
    return run_.audit.sign(subject_, job, recorded);
  }

  approval::Approval obtain(const approval::Policy& policy) {
    return run_.desk.obtain(policy, run_.key.setup(), chain(), schema::subject_of(*payload_.meaning()),
                            payload_.bytes(), [this] { run_.key.release(); });
  }

  const trust::CheckedChain& chain() const { return run_.key.chain(); }

  Run& run_;
  const SignablePayload& payload_;
  base::Clock& clock_;
  schema::AuditSubject subject_;
};

}  // namespace

SignedArtifact generate_signature(const schema::GenerateSignatureRequest& request, RunContext& context) {
  Run run(request.key_id, request.plugin_config, context);
  KeyAtHand& key = run.key;
  if (key.setup().pin_source) platform::check_pin_source(*key.setup().pin_source);
  key.start_module();
  start_openssl_for(run);
  const SignablePayload payload = check_payload(request.payload, request.key_spec, key.setup().allow_opaque_payload);
  key.read_chain_file();
  Made made = ArtifactSigning(run, payload, context.clock).make(request);
  context.log.info("signed with key " + key.setup().name + " by " +
                   (made.mechanism.empty() ? "its service" : made.mechanism));
  return {key.chain(), std::move(made.signature)};
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
