#include "enroll/key_step.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "key/making.h"
#include "pkcs11/pin_state.h"
#include "token/choice.h"

namespace operators {

using base::Error;
using base::ErrorKind;
using base::Phase;

namespace {

bool is_configured_name(const std::string& name) {
  const auto names = signing::Settings::load(signing::SettingsFiles::locate()).key_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

pkcs11::Uri token_of(const pkcs11::Uri& key) {
  pkcs11::Uri token = key;
  token.object.reset();
  token.id.reset();
  token.type.reset();
  return token;
}

}  // namespace

EnrolledKey::EnrolledKey(const EnrollFlags& flags, const std::string& certified)
    : name_(flags.name), configured_(is_configured_name(flags.name)) {
  const pkcs11::Uri asked = token_selection(flags.token.token);
  if (configured_) {
    access_ = TokenAccess::by_key(name_, flags.token.module);
    uri_ = access_->setup().uri;
  } else {
    access_ = TokenAccess::by_module(flags.token.module);
    uri_ = asked;
    uri_.object = name_;
  }
  token_ = the_token(access_->service().survey(token_of(uri_), nullptr), flags.token);
  if (!selects(asked, token_)) {
    throw Error(ErrorKind::invalid_request, Phase::slots,
                "key " + base::quoted(name_) + " is configured on token " + base::quoted(token_.label) +
                    ", and --token names another",
                "leave out --token to go on with it, or choose another name: " + pkcs11::format_uri(uri_));
  }
  if (!uri_.token) uri_.token = token_.label;
  find();
  if (!public_key_) {
    require_makeable(certified);
    make(flags.spec.value_or(pkcs11::KeySpec::ec_256));
  }
  require_spec(flags);
}

void EnrolledKey::require_makeable(const std::string& certified) const {
  if (configured_) {
    throw Error(ErrorKind::key_not_found, Phase::find,
                "key " + base::quoted(name_) + " is configured, but not on token " + base::quoted(token_.label),
                "correct its uri, or remove the entry to make a new key: " + pkcs11::format_uri(uri_));
  }
  if (certified.empty()) return;
  throw Error(ErrorKind::key_not_found, Phase::find,
              "key " + base::quoted(name_) + " is not on token " + base::quoted(token_.label) + ", and " +
                  base::printable(certified) + " is for a key that is there already",
              "--token names another token; without that file a new key is made");
}

void EnrolledKey::find() {
  const pkcs11::InspectOrder order{uri_, std::nullopt, false};
  const auto look = [&](const pkcs11::Login* login) -> std::optional<pkcs11::KeyView> {
    try {
      return access_->service().inspect(order, login).key;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::key_not_found && error.phase() == Phase::find) return std::nullopt;
      throw;
    }
  };
  std::optional<pkcs11::KeyView> key = look(nullptr);
  if (!key) {
    log_in();
    if (login_) key = access_->pin().use(token_, [&] { return look(&*login_); });
  }
  if (!key) return;
  if (!key->public_key) {
    throw Error(ErrorKind::key_not_found, Phase::find,
                "the public half of key " + base::quoted(name_) + " is not on token " + base::quoted(token_.label),
                "a certificate needs it: keep the public key object that was made with the key");
  }
  public_key_ = key->public_key;
}

void EnrolledKey::make(pkcs11::KeySpec spec) {
  pkcs11::GenerateOrder order;
  order.token = exactly(token_);
  order.spec = spec;
  order.label = name_;
  order.id = random_key_id();
  log_in();
  public_key_ = make_key(*access_, token_, order, login_ ? &*login_ : nullptr).key.public_key;
  made_ = true;
}

void EnrolledKey::require_spec(const EnrollFlags& flags) {
  const auto spec = pkcs11::key_spec_of(*public_key_);
  if (!spec) {
    throw Error(ErrorKind::not_capable, Phase::find,
                "key " + base::quoted(name_) + ": " + pkcs11::describe(*public_key_) + " cannot sign for notation");
  }
  spec_ = *spec;
  if (!flags.spec || *flags.spec == spec_) return;
  throw Error(ErrorKind::invalid_request, Phase::find,
              "there is a key " + base::quoted(name_) + " on token " + base::quoted(token_.label) +
                  " already, of spec " + std::string(pkcs11::traits(spec_).name),
              "leave out --spec to go on with it, or choose another name");
}

void EnrolledKey::log_in() {
  if (login_ || !pkcs11::needs_login(token_, access_->setup().module.quirks)) return;
  login_ = access_->pin().obtain(token_);
}

FoundKey EnrolledKey::to_sign() {
  log_in();
  return FoundKey(*access_, uri_, name_, std::move(login_));
}

}  // namespace operators
