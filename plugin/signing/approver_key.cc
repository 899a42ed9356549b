#include "signing/approver_key.h"

#include "answer_bytes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "pkcs11/pin_state.h"
#include "platform/file_checks.h"
#include "signing/sign_orders.h"
#include "trust/decision_signature.h"
#include "trust/public_key.h"
#include "trust/software_key.h"

namespace signing {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

class FileKey final : public approval::ApproverKey {
 public:
  explicit FileKey(trust::SoftwareKey key) : key_(std::move(key)) {}

  base::Bytes spki_der() const override { return key_.spki_der(); }
  base::Bytes sign(base::ByteView message) override {
    require_answer(message);
    return key_.sign(message);
  }
  std::string digest_name() const override { return std::string(key_.digest_name()); }

 private:
  trust::SoftwareKey key_;
};

class TokenKey final : public approval::ApproverKey {
 public:
  TokenKey(pkcs11::KeyService& service, const KeySetup& setup, PinStep& pin)
      : service_(service), setup_(setup), pin_(pin) {
    order_.uri = setup.uri;
    find();
    spec_ = pkcs11::key_spec_of(public_key_);
    if (!spec_ && !std::holds_alternative<pkcs11::Ed25519PublicKey>(public_key_)) {
      throw Error(ErrorKind::not_capable, Phase::find,
                  "key " + base::quoted(setup_.name) + ": " + pkcs11::describe(public_key_) +
                      " cannot answer approvals from a token",
                  "possible are RSA with 2048, 3072 or 4096 bits, EC on P-256, P-384 or P-521, and Ed25519");
    }
  }

  base::Bytes spki_der() const override { return trust::spki_der(public_key_); }
  std::string digest_name() const override { return spec_ ? "SHA-256" : "EdDSA"; }

  base::Bytes sign(base::ByteView message) override {
    const pkcs11::SignOrder order =
        spec_ ? SignOrders::decision(*spec_, message) : SignOrders::ed25519_decision(message);
    const pkcs11::Login* login = login_ ? &*login_ : nullptr;
    const auto job = [&] { return service_.sign(order, order_, public_key_, login); };
    const pkcs11::SignResult result = login != nullptr ? pin_.use(token_, job) : job();
    return trust::finish_decision(public_key_, order, result.signature);
  }

 private:
  void find() {
    pkcs11::Inspection found = service_.inspect(order_, nullptr);
    token_ = found.token;
    if (pkcs11::needs_login(token_, setup_.module.quirks)) login_ = pin_.obtain(token_);
    if (login_ && !(found.key && found.key->public_key)) {
      found = pin_.use(token_, [&] { return service_.inspect(order_, &*login_); });
    }
    if (!found.key || !found.key->public_key) {
      throw Error(ErrorKind::key_not_found, Phase::find,
                  "the public half of key " + base::quoted(setup_.name) +
                      " is not on the token, or of a kind that is "
                      "not known",
                  "RSA, EC and Ed25519 keys can answer from a token, with their public key object beside them");
    }
    public_key_ = *found.key->public_key;
  }

  pkcs11::KeyService& service_;
  const KeySetup& setup_;
  PinStep& pin_;
  pkcs11::InspectOrder order_;
  pkcs11::TokenState token_;
  std::optional<pkcs11::Login> login_;
  pkcs11::PublicKey public_key_;
  std::optional<pkcs11::KeySpec> spec_;  // empty: Ed25519
};

base::Secret ask_password(const std::string& path, const std::optional<platform::PinSource>& password,
                          platform::EnvironmentSecrets& secrets, platform::Terminal& terminal) {
  const platform::PinSource source = password.value_or(platform::PinSource{});
  if (source.kind == platform::PinSourceKind::prompt && !terminal.is_there()) {
    throw Error(
        ErrorKind::pin_unavailable, Phase::pin,
        "the key file " + base::printable(path) + " is under a password, and there is no terminal to ask for it",
        "set key_password to env:NAME or file:PATH");
  }
  return platform::read_pin(source, secrets, terminal, "Password of " + base::printable(path) + ": ");
}

}  // namespace

std::unique_ptr<approval::ApproverKey> read_approver_key(const std::string& path,
                                                         const std::optional<platform::PinSource>& password,
                                                         platform::EnvironmentSecrets& secrets,
                                                         platform::Terminal& terminal) {
  const base::Secret file = platform::read_private_file(path, trust::kMaxKeyFileSize, "key file");
  const base::ByteView bytes = file.reveal();
  const std::string_view pem(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::optional<base::Secret> secret;
  if (trust::is_encrypted_pem(pem)) secret = ask_password(path, password, secrets, terminal);
  return std::make_unique<FileKey>(trust::SoftwareKey::from_pem(pem, secret ? &*secret : nullptr, path));
}

std::unique_ptr<approval::ApproverKey> find_approver_key(pkcs11::KeyService& service, const KeySetup& setup,
                                                         PinStep& pin) {
  return std::make_unique<TokenKey>(service, setup, pin);
}

}  // namespace signing
