#include "key_at_hand.h"

#include "base/error.h"
#include "pkcs11/pin_state.h"
#include "platform/file_checks.h"
#include "trust/public_key.h"

namespace signing {

using base::Error;
using base::ErrorKind;
using base::Phase;

void KeyAtHand::start_module() {
  if (setup_.at_service) return;
  service_ = &context_.start_key_service(setup_);
  service_->load(setup_.module);
}

void KeyAtHand::read_chain_file() {
  trust::start_openssl();
  if (setup_.chain_file.empty()) return;
  sources_.file_name = setup_.chain_file;
  sources_.file = trust::read_pem_certificates(
      platform::read_bounded_file(setup_.chain_file, trust::kMaxChainFileSize, "chain file"), setup_.chain_file);
  order_.expected = trust::leaf_key_in(sources_.file, sources_.file_name);
  if (order_.expected) chain_ = trust::check_chain(sources_, context_.clock.wall());
}

void KeyAtHand::inspect(bool may_log_in) {
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

void KeyAtHand::inspect(approval::Backend& service) {
  const std::optional<approval::KeyAtService> key = service.key();
  if (!key) {
    if (chain_) return;
    throw Error(ErrorKind::key_not_found, Phase::approval,
                "key " + base::quoted(setup_.name) + ": " + service.place() + " does not tell its public key",
                "set chain_file to a PEM file with the certificate chain, leaf first");
  }
  if (chain_) return require_same_key(*key, service.place());
  if (key->certificates.empty()) {
    throw Error(
        ErrorKind::invalid_chain, Phase::chain,
        "there is no certificate for key " + base::quoted(setup_.name) + ": " + service.place() + " has none" +
            (setup_.chain_file.empty() ? ", and no chain file is set"
                                       : ", and " + base::printable(setup_.chain_file) + " holds CA certificates only"),
        "set chain_file to a PEM file with the certificate chain, leaf first");
  }
  sources_.key = key->public_key;
  if (!key->certificates.empty()) {
    sources_.token_leaves.push_back(key->certificates.front());
    sources_.token_issuers.assign(key->certificates.begin() + 1, key->certificates.end());
  }
  complete_chain();
}

void KeyAtHand::require_same_key(const approval::KeyAtService& key, const std::string& place) const {
  if (key.public_key == chain_->leaf_key()) return;
  throw Error(ErrorKind::invalid_chain, Phase::chain,
              "the certificate in " + base::printable(setup_.chain_file) + " is for another key than " + place +
                  " has for key " + base::quoted(setup_.name),
              "SHA-256 of the public key in the certificate: " + trust::spki_sha256(chain_->leaf_key()) +
                  "\nSHA-256 of the public key there:           " + trust::spki_sha256(key.public_key));
}

void KeyAtHand::require_pin_source() {
  if (setup_.at_service || login_ || !needs_login()) return;
  pin_.require_source(inspection_.token);
}

void KeyAtHand::find_hidden() {
  if (setup_.at_service || inspection_.key) return;
  log_in();
  const auto look = [&] { return service_->inspect(order_, login_ ? &*login_ : nullptr); };
  inspection_ = login_ ? pin_.use(inspection_.token, look) : look();
  check_against_token();
  if (inspection_.key) return;
  throw Error(ErrorKind::key_not_found, Phase::find,
              "key " + base::quoted(setup_.name) + " is not on token " + base::quoted(inspection_.token.label));
}

void KeyAtHand::check_expiry() const {
  const auto warning = trust::expiry_warning(*chain_, context_.clock.wall(), static_cast<int>(setup_.leaf_expiry.days));
  if (!warning) return;
  if (setup_.leaf_expiry.refuse) {
    throw Error(ErrorKind::invalid_chain, Phase::chain, *warning,
                "leaf_expiry of key " + base::quoted(setup_.name) + " refuses to sign with it: renew the certificate");
  }
  platform::warn_user(context_.terminal, context_.log, *warning);
}

// Where a service holds the key, the worker that was forked first has nothing to do.
void KeyAtHand::release() {
  if (setup_.at_service) return context_.start_key_service(setup_).release();
  if (service_ != nullptr) service_->release();
}

void KeyAtHand::log_in() {
  if (login_ || !needs_login()) return;
  login_ = pin_.obtain(inspection_.token);
}

bool KeyAtHand::needs_login() const {
  return pkcs11::needs_login(inspection_.token, setup_.module.quirks);
}

pkcs11::SignResult KeyAtHand::sign(const pkcs11::SignOrder& order) {
  const auto job = [&] { return service_->sign(order, order_, chain_->leaf_key(), login_ ? &*login_ : nullptr); };
  context_.require_host();
  return login_ ? pin_.use(inspection_.token, job) : job();
}

void KeyAtHand::check_against_token() {
  const std::optional<pkcs11::PublicKey> on_token = inspection_.key ? inspection_.key->public_key : std::nullopt;
  if (chain_ && on_token && !(*on_token == chain_->leaf_key())) {
    sources_.key = on_token;
    complete_chain();
  }
  if (chain_) return;
  sources_.key = on_token;
  if (inspection_.key) sources_.token_leaves = inspection_.key->certificates;
  sources_.token_issuers = inspection_.issuers;
  complete_chain();
}

void KeyAtHand::complete_chain() {
  chain_ = trust::check_chain(sources_, context_.clock.wall());
  order_.expected = chain_->leaf_key();
}

void KeyAtHand::refuse_invisible() const {
  throw Error(ErrorKind::key_not_found, Phase::find,
              "key " + base::quoted(setup_.name) + " is not visible on token " + base::quoted(inspection_.token.label) +
                  " without a login",
              "set chain_file to a PEM file with the certificate chain, leaf first: then the kind of key is known "
              "from there");
}

}  // namespace signing
