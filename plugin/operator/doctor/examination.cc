#include "doctor/examination.h"

#include <algorithm>

#include "approval/registry.h"
#include "doctor/module_checks.h"
#include "doctor/notation_checks.h"
#include "doctor/token_checks.h"
#include "pkcs11/pin_state.h"
#include "platform/file_checks.h"
#include "platform/state_folder.h"
#include "signing/audit_log.h"
#include "signing/key_proof.h"
#include "trust/certificate.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

template <typename Step>
std::optional<Error> error_of(Step&& step) {
  try {
    step();
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  }
}

pkcs11::Uri token_part(pkcs11::Uri uri) {
  uri.object.reset();
  uri.id.reset();
  uri.type.reset();
  return uri;
}

bool is_about_token(const Error& error) {
  return error.phase() == Phase::slots || error.phase() == Phase::open;
}

bool is_about_chain(const Error& error) {
  return error.phase() == Phase::chain;
}

bool is_about_login(const Error& error) {
  return error.phase() == Phase::login || error.phase() == Phase::pin;
}

}  // namespace

void Examination::run() {
  if (!begin()) return;
  file_error_ = error_of([&] { rehearsal_->read_chain_file(); });
  if (rehearsal_->setup().at_service) {
    inspect_error_ = error_of([&] { rehearsal_->inspect(false); });
    is_inspected_ = true;
  } else {
    check_module();
  }
  check_chain();
  check_match();
  if (rehearsal_->has_chain()) check_trusted_root(list_, home_, rehearsal_->chain(), flags_.key);
  check_approval();
  check_audit();
  check_signature();
}

bool Examination::begin() {
  try {
    rehearsal_.emplace(key_.id, key_.flags, surroundings_.context());
    return true;
  } catch (const Error& error) {
    fail_module_file(list_, error, planned_.module.path);
    return false;
  }
}

void Examination::check_module() {
  if (!check_module_needs(list_, rehearsal_->setup().module.path)) return;
  rehearsal_->start_module();
  probe_ = check_module_starts(list_, surroundings_.service());
  if (!probe_) return;
  inspect_error_ = error_of([&] { rehearsal_->inspect(false); });
  check_token();
  if (list_.has_failed(Check::token)) return;
  is_inspected_ = true;
  check_login();
  check_key();
}

void Examination::check_token() {
  const signing::KeySetup& setup = rehearsal_->setup();
  if (inspect_error_ && is_about_token(*inspect_error_)) {
    if (inspect_error_->phase() == Phase::slots) return fail_token(list_, *inspect_error_, *probe_, setup.module.path);
    return list_.fail(Check::token, *inspect_error_);
  }
  const std::vector<pkcs11::TokenState> tokens = fitting_tokens(*probe_, setup.uri);
  const bool is_known = !rehearsal_->inspection().token.label.empty() || rehearsal_->inspection().token.initialised;
  if (!is_known && tokens.size() != 1) return list_.pass(Check::token, std::to_string(tokens.size()) + " tokens match");
  const pkcs11::TokenState token = is_known ? rehearsal_->inspection().token : tokens.front();
  list_.pass(Check::token, text_of(token));
  check_pin_state(list_, token, setup, surroundings_, true);
}

// One login does for the search of a hidden key, its attributes and the test signature.
void Examination::check_login() {
  if (!flags_.login && !flags_.sign) return list_.skip(Check::login, "only with --login or --sign");
  if (list_.has_failed(Check::pin_state) || list_.has_failed(Check::pin_source)) return;
  const bool hidden = !rehearsal_->inspection().key;
  login_error_ = error_of([&] {
    rehearsal_->log_in_and([&](const pkcs11::Login* login) {
      pkcs11::InspectOrder order;
      order.uri = rehearsal_->setup().uri;
      if (rehearsal_->has_chain()) order.expected = rehearsal_->chain().leaf_key();
      details_ = surroundings_.service().describe(order, login);
    });
  });
  if (login_error_ && is_about_login(*login_error_)) return list_.fail(Check::login, *login_error_);
  is_logged_in_ = true;
  list_.pass(Check::login, "the PIN is accepted");
  if (hidden || inspect_error_) inspect_error_ = error_of([&] { rehearsal_->inspect(true); });
}

void Examination::check_key() {
  const pkcs11::Inspection& found = rehearsal_->inspection();
  const bool about_key = inspect_error_ && !is_about_chain(*inspect_error_);
  if (!found.key && about_key && inspect_error_->kind() == ErrorKind::key_not_found && found.token.initialised &&
      !sees_everything()) {
    return check_invisible(no_key());
  }
  if (about_key) return list_.fail(Check::key, *inspect_error_);
  if (login_error_ && !is_about_login(*login_error_)) return list_.fail(Check::key, *login_error_);
  const pkcs11::KeyView* key = details_ ? &details_->key : found.key ? &*found.key : nullptr;
  if (key == nullptr) return check_invisible(no_key());
  if (!key->has_private && sees_everything()) {
    return list_.fail(Check::key, "there is no private key " + pkcs11::format_uri(planned_.uri) + ", only its " +
                                      (key->has_public ? "public half" : "certificate"));
  }
  if (!key->has_private && !key->has_public)
    return check_invisible("only a certificate of " + pkcs11::format_uri(planned_.uri) + " is visible, no key");
  const std::string kind = key->public_key ? pkcs11::describe(*key->public_key) + ", " : "";
  list_.pass(Check::key, kind + pkcs11::format_uri(key->uri));
  check_mechanism(list_, found, *probe_);
  if (!details_) {
    pkcs11::InspectOrder order;
    order.uri = key->uri;
    const auto error = error_of([&] { details_ = surroundings_.service().describe(order, nullptr); });
    if (error) return list_.warn(Check::attributes, error->message(), remedy_of(*error));
  }
  check_attributes(list_, *details_);
}

// A token that shows other keys without a login would show this one as well, unless its halves were made to differ.
void Examination::check_invisible(const std::string& what) {
  Remedy remedy{{"the token shows others without a login, --login looks further. It shows:"}, {}};
  const auto error = error_of([&] {
    for (const pkcs11::SurveyedToken& one : surroundings_.service().survey(token_part(planned_.uri), nullptr).tokens) {
      for (const pkcs11::KeyView& key : one.keys) {
        if (key.has_public || key.has_private) remedy.details.push_back("  " + pkcs11::format_uri(key.uri));
      }
    }
  });
  if (error || remedy.details.size() == 1)
    return list_.warn(Check::key, what, {{"the token shows no key without a login: --login looks for it"}, {}});
  constexpr std::size_t kMost = 10;
  remedy.details.resize(std::min(remedy.details.size(), kMost));
  list_.fail(Check::key, what, remedy);
}

// After a login, or where the token wants none.
bool Examination::sees_everything() const {
  return is_logged_in_ || !pkcs11::needs_login(rehearsal_->inspection().token, rehearsal_->setup().module.quirks);
}

std::string Examination::no_key() const {
  return "no key " + pkcs11::format_uri(planned_.uri) + " is visible";
}

void Examination::check_chain() {
  if (file_error_) return list_.fail(Check::certificates, *file_error_);
  if (!rehearsal_->has_chain()) {
    if (inspect_error_ && is_about_chain(*inspect_error_)) return list_.fail(Check::certificates, *inspect_error_);
    return;
  }
  const trust::CheckedChain& chain = rehearsal_->chain();
  const signing::KeySetup& setup = rehearsal_->setup();
  const auto warning =
      trust::expiry_warning(chain, surroundings_.context().clock.wall(), static_cast<int>(setup.leaf_expiry.days));
  if (warning && setup.leaf_expiry.refuse)
    return list_.fail(Check::certificates, *warning, {{"leaf_expiry of this key refuses to sign with it"}, {}});
  if (warning) return list_.warn(Check::certificates, *warning);
  list_.pass(Check::certificates,
             "\"" + chain.leaf_subject() + "\" until " + trust::format_time(chain.leaf_not_after()));
}

void Examination::check_match() {
  if (!rehearsal_->has_chain() || !is_inspected_) return;
  if (inspect_error_ && is_about_chain(*inspect_error_)) return list_.fail(Check::key_match, *inspect_error_);
  if (inspect_error_ || list_.has_failed(Check::key)) return;
  const auto& seen = rehearsal_->inspection().key;
  const bool compared = rehearsal_->setup().at_service || (seen && (seen->has_public || seen->has_private));
  if (!compared) return list_.skip(Check::key_match, "the key is not visible without a login");
  list_.pass(Check::key_match, "the certificate is for this key");
}

void Examination::check_approval() {
  if (inspect_error_ && inspect_error_->phase() == Phase::approval) return list_.fail(Check::approval, *inspect_error_);
  if (!rehearsal_->has_chain()) return;
  try {
    const approval::Policy* policy = rehearsal_->policy();
    if (policy == nullptr) return list_.pass(Check::approval, "the key needs none");
    approval::Backend& backend = rehearsal_->backend_of(*policy);
    if (policy->settings.exec) platform::check_program_file(policy->settings.exec->command.front());
    if (backend.signs()) (void)backend.key();
    list_.pass(Check::approval, backend.place() + (backend.signs() ? " answers" : ""));
  } catch (const Error& error) {
    list_.fail(Check::approval, error);
  }
}

void Examination::check_audit() {
  const schema::AuditMode mode = rehearsal_->setup().audit;
  if (mode == schema::AuditMode::off) return list_.pass(Check::audit, "off");
  const auto state = platform::StateFolderSearch::open();
  const auto error = error_of([&] {
    if (!state.folder) throw Error(ErrorKind::unrecorded, Phase::audit, "there is no audit log without a state folder");
    signing::require_audit_log(*state.folder);
  });
  if (!error) return list_.pass(Check::audit, "can be written, in " + state.folder->path());
  if (mode == schema::AuditMode::required) return list_.fail(Check::audit, *error);
  list_.warn(Check::audit, error->message(), remedy_of(*error));
}

void Examination::check_signature() {
  if (!flags_.sign) return list_.skip(Check::signature, "only with --sign");
  if (rehearsal_->setup().at_service || !is_inspected_ || !rehearsal_->has_chain() || inspect_error_ || login_error_ ||
      list_.has_failed(Check::pin_state) || list_.has_failed(Check::login) || list_.has_failed(Check::key)) {
    return;
  }
  const auto error = error_of([&] {
    rehearsal_->log_in_and([&](const pkcs11::Login* login) {
      const pkcs11::PublicKey& key = rehearsal_->chain().leaf_key();
      signing::prove_key(surroundings_.service(), rehearsal_->setup().uri, key, login);
    });
  });
  if (error) return list_.fail(Check::signature, *error);
  list_.pass(Check::signature, "random bytes, signed by the token; the signature verifies with the certificate");
}

}  // namespace operators
