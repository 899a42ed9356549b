#include "signing/approver_key.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "environment_scope.h"
#include "fake_terminal.h"
#include "fake_token.h"
#include "pkcs11/isolated_service.h"
#include "pkcs11/local_service.h"
#include "schema/tsb_token.h"
#include "support/certificates.h"
#include "support/soft_token.h"
#include "temporary_folder.h"
#include "throws_error.h"
#include "trust/spki.h"

using base::Bytes;
using base::ErrorKind;
using pkcs11::KeySpec;

namespace {

Bytes token_to_sign() {
  schema::TsbToken token;
  token.key = "release-key";
  token.payload = {1, 2, 3};
  return encode(token);
}

bool verifies(const Bytes& spki, const Bytes& message, const Bytes& signature) {
  const unsigned char* at = spki.data();
  EVP_PKEY* key = d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size()));
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const EVP_MD* hash = EVP_PKEY_is_a(key, "ED25519") == 1 ? nullptr : EVP_sha256();
  const bool verified =
      EVP_DigestVerifyInit(context, nullptr, hash, nullptr, key) == 1 &&
      EVP_DigestVerify(context, signature.data(), signature.size(), message.data(), message.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return verified;
}

// An approver's token, with the service in this process or in a worker.
struct Desk {
  explicit Desk(bool isolated)
      : context{[this](const signing::KeySetup&) -> pkcs11::KeyService& { return *service; },
                [] {},
                [](std::chrono::milliseconds) { return true; },
                terminal,
                log,
                base::system_clock(),
                secrets,
                {}} {
    pkcs11::IsolatedOptions options;
    options.new_worker = [] { return pkcs11::WorkerProcess::fork_first(); };
    if (isolated) {
      service = std::make_unique<pkcs11::IsolatedService>(pkcs11::WorkerProcess(), options, base::system_clock());
    } else {
      service = std::make_unique<pkcs11::LocalService>(pkcs11::Timeouts{}, base::system_clock());
    }
  }
  // The module stays in this process, and must not know the token of the last test when the next one begins.
  ~Desk() {
    if (auto* local = dynamic_cast<pkcs11::LocalService*>(service.get())) local->finish();
  }

  std::unique_ptr<approval::ApproverKey> find(const std::string& module, const std::string& path) {
    const std::string pin = folder.write("pin", "1234\n");
    setup =
        signing::Settings::load({}).key(path + "?module-path=" + module + "&pin-source=" + pin, signing::ModuleFlags{});
    service->load(setup.module);
    return signing::find_approver_key(*service, setup, pin_step);
  }

  TemporaryFolder folder;
  EnvironmentScope state_home{"XDG_STATE_HOME", folder.path().c_str()};
  FakeTerminal terminal{false};
  platform::Log log;
  platform::EnvironmentSecrets secrets;
  std::unique_ptr<pkcs11::KeyService> service;
  signing::RunContext context;
  signing::KeySetup setup;
  signing::PinStep pin_step{setup, context};
};

}  // namespace

TEST_CASE("an approver answers with a key on a token, with one login for all signatures") {
  const bool isolated = GENERATE(false, true);
  FakeToken token;
  Desk desk(isolated);
  token.rule("token label=mine serial=7 pin=1234");
  token.rule("key RSA-3072 label=r id=01").rule("key P-384 label=e id=02");
  const std::string module = token.copy_module("module.so");
  const bool rsa = GENERATE(false, true);
  const auto key = desk.find(module, rsa ? "pkcs11:token=mine;object=r" : "pkcs11:token=mine;object=e");
  CHECK(key->digest_name() == "SHA-256");
  for (int i = 0; i < 3; ++i)
    CHECK(verifies(key->spki_der(), token_to_sign(), key->sign(token_to_sign())));
  CHECK(token.calls("C_Login") == 1);
}

TEST_CASE("an approver's key on a token signs nothing but answers") {
  FakeToken token;
  Desk desk(false);
  token.rule("token label=mine serial=7 pin=1234").rule("key P-256 label=k id=01");
  const auto key = desk.find(token.copy_module("module.so"), "pkcs11:token=mine;object=k");
  REQUIRE_ERROR(key->sign(base::bytes_of("yes")), ErrorKind::internal);
  CHECK(token.calls("C_Sign") == 0);
}

TEST_CASE("an answer that another key signed is not sent") {
  FakeToken token;
  Desk desk(false);
  token.rule("token label=mine serial=7 pin=1234").rule("key P-256 label=k id=01").rule("quirk signature wrong-key");
  const auto key = desk.find(token.copy_module("module.so"), "pkcs11:token=mine;object=k");
  REQUIRE_ERROR(key->sign(token_to_sign()), ErrorKind::signature_invalid);
}

TEST_CASE("SoftHSM: an approver answers with keys of every kind") {
  if (support::SoftToken::module_path().empty()) {
    WARN("skipped: SoftHSM (package softhsm2) is not installed");
    return;
  }
  support::SoftToken token;
  Desk desk(true);
  const std::string module = support::SoftToken::module_path();
  for (const KeySpec spec : {KeySpec::rsa_2048, KeySpec::ec_256, KeySpec::ec_384, KeySpec::ec_521}) {
    const std::string name(pkcs11::traits(spec).name);
    INFO(name);
    desk.service->load({module, {}, {}});
    pkcs11::GenerateOrder order;
    order.token.token = "soft";
    order.spec = spec;
    order.label = name;
    order.id = {static_cast<std::uint8_t>(spec)};
    pkcs11::Login login;
    login.pin = base::Secret(base::bytes_of(support::SoftToken::kPin));
    const pkcs11::GeneratedKey made = desk.service->generate(order, login);
    const auto key = desk.find(module, "pkcs11:token=soft;object=" + name);
    CHECK(verifies(key->spki_der(), token_to_sign(), key->sign(token_to_sign())));
  }
}

TEST_CASE("SoftHSM: an approver answers with an Ed25519 key, and with no other bytes than an answer") {
  if (support::SoftToken::module_path().empty()) {
    WARN("skipped: SoftHSM (package softhsm2) is not installed");
    return;
  }
  const bool isolated = GENERATE(false, true);
  support::SoftToken token;
  token.add_ed25519_key("soft", "ed", "0a");
  Desk desk(isolated);
  const auto key = desk.find(support::SoftToken::module_path(), "pkcs11:token=soft;object=ed");
  CHECK(key->digest_name() == "EdDSA");
  CHECK(trust::is_ed25519_spki(key->spki_der()));
  for (int i = 0; i < 2; ++i)
    CHECK(verifies(key->spki_der(), token_to_sign(), key->sign(token_to_sign())));
  REQUIRE_ERROR(key->sign(base::bytes_of("yes")), ErrorKind::internal);
}

TEST_CASE("an approver answers with a key from a file, under a password or not") {
  const TemporaryFolder folder;
  platform::EnvironmentSecrets secrets;
  FakeTerminal terminal(true, "secret");
  for (const support::TestKey& made : {support::TestKey::shared(KeySpec::rsa_2048),
                                       support::TestKey::shared(KeySpec::ec_521), support::TestKey::ed25519()}) {
    const std::string path = folder.write("key.pem", made.private_pem());
    const auto key = signing::read_approver_key(path, std::nullopt, secrets, terminal);
    CHECK(key->spki_der() == made.spki());
    CHECK(key->digest_name() == (trust::is_ed25519_spki(made.spki()) ? "EdDSA" : "SHA-256"));
    CHECK(verifies(made.spki(), token_to_sign(), key->sign(token_to_sign())));
    REQUIRE_ERROR(key->sign(base::bytes_of("yes")), ErrorKind::internal);
  }
  CHECK(terminal.prompts.empty());

  folder.write("plain.pem", support::TestKey::shared(KeySpec::ec_256).private_pem());
  const std::string locked = folder.write("locked.pem", "");
  const std::string command =
      "openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:secret -in " + (folder / "plain.pem") + " -out " + locked;
  REQUIRE(std::system(command.c_str()) == 0);
  const auto key = signing::read_approver_key(locked, std::nullopt, secrets, terminal);
  CHECK(key->spki_der() == support::TestKey::shared(KeySpec::ec_256).spki());
  CHECK(terminal.prompts == std::vector<std::string>{"Password of " + locked + ": "});

  const platform::PinSource file{platform::PinSourceKind::file, folder.write("password", "secret\n")};
  FakeTerminal nobody(false);
  CHECK(signing::read_approver_key(locked, file, secrets, nobody)->spki_der() == key->spki_der());
  const base::Error error = error_of([&] { signing::read_approver_key(locked, std::nullopt, secrets, nobody); });
  require_error(error, ErrorKind::pin_unavailable);
  CHECK(error.message() == "the key file " + locked + " is under a password, and there is no terminal to ask for it");
}

TEST_CASE("a key file that others may read is refused") {
  const TemporaryFolder folder;
  platform::EnvironmentSecrets secrets;
  FakeTerminal terminal(false);
  const std::string path = folder.write("key.pem", support::TestKey::shared(KeySpec::ec_256).private_pem(), 0644);
  REQUIRE_ERROR(signing::read_approver_key(path, std::nullopt, secrets, terminal), ErrorKind::invalid_settings);
}
