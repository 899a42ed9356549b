#include "child_service.h"
#include "support/soft_token.h"

using namespace child_service;
using support::SoftToken;

// The child with a real module.

namespace {

Login user() {
  return login_with(SoftToken::kPin);
}

}  // namespace

TEST_CASE("SoftHSM in a child: keys are made, found, sign and are removed") {
  if (SoftToken::module_path().empty()) {
    WARN("skipped: SoftHSM (package softhsm2) is not installed");
    return;
  }
  SoftToken token;
  IsolatedOptions options;
  options.new_worker = WorkerProcess::fork_first;
  IsolatedService service(WorkerProcess::fork_first(), options, base::system_clock());
  service.load({SoftToken::module_path(), {}, {}});
  const Login login = user();
  for (const KeySpec spec : {KeySpec::rsa_2048, KeySpec::ec_384}) {
    const KeySpecTraits& traits = pkcs11::traits(spec);
    CAPTURE(traits.name);
    GenerateOrder order;
    order.token.token = "soft";
    order.spec = traits.spec;
    order.label = std::string(traits.name);
    order.id = {static_cast<std::uint8_t>(traits.spec)};
    const GeneratedKey made = service.generate(order, user());
    const Inspection found = service.inspect(key_named(order.label), nullptr);
    REQUIRE(found.key);
    CHECK(found.key->public_key == made.key.public_key);
    const SignResult result =
        service.sign(SignOrders::over(traits.spec, "hello"), key_named(order.label), *found.key->public_key, &login);
    CHECK(support::verifies(*found.key->public_key, traits.spec, "hello", result.signature));
    const SignResult answer = service.sign(SignOrders::over(traits.spec, "yes", SignPurpose::decision),
                                           key_named(order.label), *found.key->public_key, &login);
    CHECK(support::verifies(*found.key->public_key, traits.spec, "yes", answer.signature, SignScheme::approver));
    service.remove(made.key.uri, *made.key.public_key, login);
  }
  service.release();
  CHECK(service.module_output().empty());
}

TEST_CASE("SoftHSM in a child: an Ed25519 key signs a decision and nothing else") {
  if (SoftToken::module_path().empty()) {
    WARN("skipped: SoftHSM (package softhsm2) is not installed");
    return;
  }
  SoftToken token;
  token.add_ed25519_key("soft", "ed", "0a");
  IsolatedOptions options;
  options.new_worker = WorkerProcess::fork_first;
  IsolatedService service(WorkerProcess::fork_first(), options, base::system_clock());
  service.load({SoftToken::module_path(), {}, {}});
  const Inspection found = service.inspect(key_named("ed"), nullptr);
  REQUIRE(found.key);
  REQUIRE(found.key->public_key);
  const PublicKey key = *found.key->public_key;
  const Login login = user();
  const SignResult answer = service.sign(SignOrders::over_with_ed25519("yes"), key_named("ed"), key, &login);
  CHECK(answer.mechanism == "CKM_EDDSA");
  CHECK(support::verifies_ed25519(key, "yes", answer.signature));
  for (const SignPurpose purpose :
       {SignPurpose::artifact, SignPurpose::certificate, SignPurpose::challenge, SignPurpose::decision}) {
    REQUIRE_ERROR(service.sign(SignOrders::over(KeySpec::ec_256, "hello", purpose), key_named("ed"), key, &login),
                  ErrorKind::internal);
  }
  service.release();
}
