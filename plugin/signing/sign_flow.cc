#include "signing/sign_flow.h"

#include <chrono>

#include "approval/policies.h"
#include "base/error.h"
#include "pkcs11/pin_state.h"
#include "platform/file_checks.h"
#include "signing/pin_step.h"
#include "signing/sign_orders.h"
#include "signing/signable_payload.h"
#include "trust/public_key.h"

namespace signing {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

// One key from its settings to a chain that notation accepts. Members stand in the order in which they become known.
class KeyAtHand {
 public:
  KeyAtHand(KeySetup setup, RunContext& context) : setup_(std::move(setup)), context_(context), pin_(setup_, context) {}

  const KeySetup& setup() const { return setup_; }

  // Loading takes longest and needs nothing of ours: it begins before the rest.
  void start_module() {
    service_ = &context_.start_key_service(setup_);
    service_->load(setup_.module);
  }

  // The chain as far as the file alone gives it; the token is asked only for what is missing.
  void read_chain_file() {
    trust::start_openssl();
    if (setup_.chain_file.empty()) return;
    sources_.file_name = setup_.chain_file;
    sources_.file = trust::read_pem_certificates(
        platform::read_bounded_file(setup_.chain_file, trust::kMaxChainFileSize, "chain file"), setup_.chain_file);
    order_.expected = trust::leaf_key_in(sources_.file, sources_.file_name);
    if (order_.expected) chain_ = trust::check_chain(sources_, context_.clock.wall());
  }

  bool has_chain() const { return chain_.has_value(); }

  // Public data; with `may_log_in` also what the token hides until somebody logs in.
  void inspect(bool may_log_in) {
    order_.uri = setup_.uri;
    order_.chain_from_token = !chain_;
    inspection_ = service_->inspect(order_, nullptr);
    if (!inspection_.key && !chain_) {
      if (!may_log_in) refuse_invisible();
      log_in();
      inspection_ = pin_.use(inspection_.token, [&] { return service_->inspect(order_, &*login_); });
    }
    for (const std::string& remark : inspection_.remarks)
      context_.log.info("inspect: " + remark);
    check_against_token();
  }

  const trust::CheckedChain& chain() const { return *chain_; }

  void warn_about_expiry() const {
    const auto warning =
        trust::expiry_warning(*chain_, context_.clock.wall(), static_cast<int>(setup_.leaf_expiry.days));
    if (!warning) return;
    if (setup_.leaf_expiry.refuse) {
      throw Error(
          ErrorKind::invalid_chain, Phase::chain, *warning,
          "leaf_expiry of key " + base::quoted(setup_.name) + " refuses to sign with it: renew the certificate");
    }
    platform::warn_user(context_.terminal, context_.log, *warning);
  }

  void log_in() {
    if (login_ || !pkcs11::needs_login(inspection_.token, setup_.module.quirks)) return;
    login_ = pin_.obtain(inspection_.token);
  }

  pkcs11::SignResult sign(const pkcs11::SignOrder& order) {
    const auto job = [&] { return service_->sign(order, order_, chain_->leaf_key(), login_ ? &*login_ : nullptr); };
    context_.require_host();
    return login_ ? pin_.use(inspection_.token, job) : job();
  }

 private:
  void check_against_token() {
    const std::optional<pkcs11::PublicKey> on_token = inspection_.key ? inspection_.key->public_key : std::nullopt;
    if (chain_ && on_token && !(*on_token == chain_->leaf_key())) {
      sources_.key = on_token;
      chain_ = trust::check_chain(sources_, context_.clock.wall());
    }
    if (chain_) return;
    sources_.key = on_token;
    if (inspection_.key) sources_.token_leaves = inspection_.key->certificates;
    sources_.token_issuers = inspection_.issuers;
    chain_ = trust::check_chain(sources_, context_.clock.wall());
    order_.expected = chain_->leaf_key();
  }

  [[noreturn]] void refuse_invisible() const {
    throw Error(ErrorKind::key_not_found, Phase::find,
                "key " + base::quoted(setup_.name) + " is not visible on token " +
                    base::quoted(inspection_.token.label) + " without a login",
                "set chain_file to a PEM file with the certificate chain, leaf first: then the kind of key is known "
                "from there");
  }

  KeySetup setup_;
  RunContext& context_;
  PinStep pin_;
  pkcs11::KeyService* service_ = nullptr;
  trust::ChainSources sources_;
  std::optional<trust::CheckedChain> chain_;
  pkcs11::InspectOrder order_;
  pkcs11::Inspection inspection_;
  std::optional<pkcs11::Login> login_;
};

KeySetup set_up(const std::string& key_id, const schema::PluginConfigEntries& plugin_config, RunContext& context) {
  const Settings settings = Settings::load(context.files);
  context.log.configure(settings.log());
  return settings.key(key_id, plugin_config);
}

void require_same_spec(const schema::GenerateSignatureRequest& request, const KeySetup& setup,
                       const trust::CheckedChain& chain) {
  if (request.key_spec == chain.spec()) return;
  throw Error(ErrorKind::invalid_request, Phase::request,
              "key " + base::quoted(setup.name) + ": the request is for " +
                  std::string(pkcs11::traits(request.key_spec).name) + ", the certificate holds " +
                  std::string(pkcs11::traits(chain.spec()).name),
              "the key or its certificate was replaced while notation was running: run the command again");
}

}  // namespace

SignedArtifact generate_signature(const schema::GenerateSignatureRequest& request, RunContext& context) {
  KeyAtHand key(set_up(request.key_id, request.plugin_config, context), context);
  if (key.setup().pin_source) platform::check_pin_source(*key.setup().pin_source);
  key.start_module();
  const SignablePayload payload = check_payload(request.payload, request.key_spec, key.setup().allow_opaque_payload);
  key.read_chain_file();
  key.inspect(true);
  require_same_spec(request, key.setup(), key.chain());
  key.warn_about_expiry();

  const approval::Grant grant = approval::Policies().none_needed(key.chain().leaf_key());
  const pkcs11::SignOrder order = SignOrders::artifact(payload, key.chain(), grant);
  key.log_in();
  const pkcs11::SignResult result = key.sign(order);
  trust::VerifiedSignature signature = trust::verify(key.chain(), order, result.signature);
  context.log.info("signed with key " + key.setup().name + " by " + result.mechanism);
  return {key.chain(), std::move(signature)};
}

pkcs11::KeySpec describe_key(const schema::DescribeKeyRequest& request, RunContext& context) {
  KeyAtHand key(set_up(request.key_id, request.plugin_config, context), context);
  key.read_chain_file();
  if (!key.has_chain()) {
    key.start_module();
    key.inspect(false);
  }
  return key.chain().spec();
}

}  // namespace signing
