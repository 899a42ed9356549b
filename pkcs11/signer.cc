#include "signer.h"

#include "finder.h"
#include "login.h"
#include "mechanisms.h"
#include "not_found.h"
#include "pkcs11/pin_state.h"
#include "private_key.h"
#include "signature_format.h"
#include "token.h"

namespace pkcs11 {
namespace {

using base::ErrorKind;
using base::Phase;

// Covers RSA with 16384 bits; a second call for the size would be a second operation on some HSMs.
constexpr std::size_t kSignatureBuffer = 8192;

bool mechanism_refused(CK_RV answer) {
  switch (answer) {
    case CKR_MECHANISM_INVALID:
    case CKR_MECHANISM_PARAM_INVALID:
    case CKR_KEY_TYPE_INCONSISTENT:
    case CKR_KEY_FUNCTION_NOT_PERMITTED:
    case CKR_FUNCTION_NOT_SUPPORTED:
      return true;
    default:
      return false;
  }
}

std::string names_of(const std::vector<SignMechanism>& mechanisms) {
  std::string names;
  for (const SignMechanism& mechanism : mechanisms)
    names.append(names.empty() ? "" : " or ").append(mechanism.name);
  return names;
}

class SignJob {
 public:
  SignJob(const Module& module, Located& located, const SignOrder& order, const PublicKey& expected, const Login* login)
      : module_(module), located_(located), order_(order), expected_(expected), login_(login) {}

  SignResult run() {
    if (needs_login(located_.token, module_.quirks()) && !located_.logged_in) log_in_now();
    get_private_key();
    mechanisms_ = usable_mechanisms();
    SignMechanism used = start();
    CK_RV answer = sign_once();
    if (answer == CKR_USER_NOT_LOGGED_IN && may_log_in_again() && module_.progress().may_sign_again()) {
      used = start_on_new_session();
      answer = sign_once();
    }
    if (answer != CKR_OK) throw module_.error_after_sign(answer, what());
    return {normalise_signature(signature_, order_.spec()), std::string(used.name)};
  }

 private:
  std::string what() const { return "cannot sign with key " + format_uri(located_.wanted); }

  const Login& login() const {
    if (login_ != nullptr) return *login_;
    throw module_.error(ErrorKind::pin_unavailable, Phase::login, what() + ": the token wants a login",
                        "configure a PIN source");
  }

  void log_in_now() {
    log_in(module_, located_.session, located_.token, login());
    located_.logged_in = true;
    flags_read_ = true;
  }

  bool may_log_in() const {
    return login_ != nullptr && !located_.logged_in && !module_.quirks().has(Quirk::never_login);
  }

  void get_private_key() {
    auto found = find_private_key(module_, located_, expected_);
    if (!found && may_log_in()) {
      log_in_now();
      found = find_private_key(module_, located_, expected_);
    }
    if (!found)
      throw no_key_error(module_, located_.session, located_.token, located_.wanted,
                         shows_public_half() ? Missing::private_half : Missing::key);
    key_ = *found;
  }

  // A login may show more than was there to be located.
  bool shows_public_half() const {
    return located_.match || !find_objects(module_, located_.session.handle(), located_.wanted).empty();
  }

  std::vector<SignMechanism> usable_mechanisms() const {
    const bool looked_at = order_.scheme() == SignScheme::notary && !located_.mechanisms.empty();
    auto mechanisms = looked_at ? located_.mechanisms
                                : preferred_mechanisms(module_, located_.token.slot_id, order_.scheme(), order_.spec());
    std::erase_if(mechanisms, [&](const SignMechanism& mechanism) { return !key_.allows(mechanism); });
    if (!mechanisms.empty()) return mechanisms;
    throw module_.error(
        ErrorKind::not_capable, Phase::find,
        what() + ": the key's CKA_ALLOWED_MECHANISMS holds none that makes the signature",
        "make a key that allows " + names_of(sign_mechanisms(order_.scheme(), order_.spec(), module_.quirks())) +
            "; if the list is wrong, set the quirk " + std::string(name_of(Quirk::no_allowed_mechanisms)));
  }

  // C_SignInit with the first mechanism that the token takes: nothing is signed yet, so the next may be tried.
  CK_RV init(SignMechanism& used) {
    CK_RV first_refusal = CKR_OK;
    for (const SignMechanism& mechanism : mechanisms_) {
      arguments_.emplace(mechanism, order_.spec());
      const CK_RV answer = module_.call_patiently(Phase::sign, "C_SignInit", &CK_FUNCTION_LIST::C_SignInit,
                                                  located_.session.handle(), arguments_->get(), key_.handle);
      used = mechanism;
      if (answer == CKR_OK || !mechanism_refused(answer)) return answer;
      if (first_refusal == CKR_OK) first_refusal = answer;
    }
    return first_refusal;
  }

  SignMechanism start() {
    SignMechanism used{};
    CK_RV answer = init(used);
    if (answer == CKR_USER_NOT_LOGGED_IN && may_log_in()) {
      log_in_now();
      answer = init(used);
    }
    if (answer != CKR_OK) throw module_.error(Phase::sign, answer, what());
    data_ = sign_input(used, order_);
    if (key_.always_authenticate) authenticate_operation();
    return used;
  }

  void authenticate_operation() {
    log_in_for_signature(module_, located_.session, located_.token, login(), flags_read_);
    flags_read_ = true;
    operation_authenticated_ = true;
  }

  CK_RV sign_once() {
    if (!module_.progress().may_sign())
      throw module_.error(ErrorKind::host_gone, Phase::sign, what() + ": nobody is left to take the signature",
                          "nothing was signed");
    signature_.assign(kSignatureBuffer, 0);
    auto size = static_cast<CK_ULONG>(signature_.size());
    const CK_RV answer = module_.call(Phase::sign, "C_Sign", &CK_FUNCTION_LIST::C_Sign, located_.session.handle(),
                                      data_.data(), static_cast<CK_ULONG>(data_.size()), signature_.data(), &size);
    if (answer == CKR_OK && size > signature_.size())
      throw module_.error(ErrorKind::signature_invalid, Phase::sign,
                          what() + ": the module claims a signature of " + std::to_string(size) + " bytes");
    if (answer == CKR_OK) signature_.resize(size);
    return answer;
  }

  bool may_log_in_again() const {
    return login_ != nullptr && !module_.quirks().has(Quirk::never_login) &&
           (!operation_authenticated_ || may_log_in());
  }

  // A refused operation stays active on some tokens (tpm2-pkcs11), so it is left behind with its session; the new one
  // is opened first because the end of the last session ends the login.
  SignMechanism start_on_new_session() {
    Session fresh = Session::open(module_, located_.token, Access::read);
    located_.session = std::move(fresh);
    if (may_log_in()) {
      log_in_now();
      get_private_key();
    } else {
      key_.always_authenticate = true;
    }
    return start();
  }

  const Module& module_;
  Located& located_;
  const SignOrder& order_;
  const PublicKey& expected_;
  const Login* login_;
  PrivateKey key_;
  std::vector<SignMechanism> mechanisms_;
  std::optional<MechanismArguments> arguments_;  // kept until C_Sign: tpm2-pkcs11 1.9.0 reads them there once more
  base::Bytes data_;
  base::Bytes signature_;
  bool flags_read_ = false;
  bool operation_authenticated_ = false;
};

}  // namespace

SignResult sign_with(const Module& module, Located& located, const SignOrder& order, const PublicKey& expected,
                     const Login* login) {
  return SignJob(module, located, order, expected, login).run();
}

}  // namespace pkcs11
