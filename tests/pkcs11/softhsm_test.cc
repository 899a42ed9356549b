#include "catch.h"
#include "pkcs11/local_service.h"
#include "support/signature_check.h"
#include "support/soft_token.h"
#include "throws_error.h"

// LocalService with a real module.

using namespace pkcs11;
using base::ErrorKind;
using signing::SignOrders;
using support::SoftToken;

namespace {

Login user() {
  Login login;
  login.pin = base::Secret(base::bytes_of(SoftToken::kPin));
  return login;
}

Login wrong_user() {
  Login login;
  login.pin = base::Secret(base::bytes_of("9999"));
  return login;
}

struct SoftHsm {
  explicit SoftHsm(const std::string& label = "soft") : token(label) {
    service.load({SoftToken::module_path(), {}, {}});
  }
  ~SoftHsm() { service.finish(); }

  GeneratedKey make(KeySpec spec, const std::string& label, base::Bytes id, bool always = false) {
    GenerateOrder order;
    order.token.token = "soft";
    order.spec = spec;
    order.label = label;
    order.id = std::move(id);
    order.always_authenticate = always;
    return service.generate(order, user());
  }

  SoftToken token;
  LocalService service{Timeouts{}, base::system_clock()};
};

InspectOrder key_named(const std::string& label) {
  InspectOrder order;
  order.uri.token = "soft";
  order.uri.object = label;
  return order;
}

}  // namespace

#define SKIP_WITHOUT_SOFTHSM()                                    \
  if (SoftToken::module_path().empty()) {                         \
    WARN("skipped: SoftHSM (package softhsm2) is not installed"); \
    return;                                                       \
  }

TEST_CASE("SoftHSM: keys of all six specs are generated, found by label and sign") {
  SKIP_WITHOUT_SOFTHSM();
  SoftHsm hsm;
  base::Bytes id{0};
  for (const KeySpecTraits& traits : all_key_specs()) {
    INFO(traits.name);
    ++id[0];
    const std::string label = "key " + std::string(traits.name);
    const GeneratedKey made = hsm.make(traits.spec, label, id);
    REQUIRE(made.sensitive);
    REQUIRE_FALSE(made.extractable);
    REQUIRE(made.local);
    REQUIRE(made.never_extractable);
    REQUIRE(made.key.has_private);
    REQUIRE(made.key.has_public);

    const Inspection found = hsm.service.inspect(key_named(label), nullptr);
    REQUIRE(found.key);
    REQUIRE(found.key->public_key == made.key.public_key);
    REQUIRE(found.key->uri.id == id);
    REQUIRE(found.mechanism == (traits.family == KeyFamily::rsa ? "CKM_RSA_PKCS_PSS" : "CKM_ECDSA"));

    const Login login = user();
    const SignResult result =
        hsm.service.sign(SignOrders::over(traits.spec, "hello"), key_named(label), *found.key->public_key, &login);
    REQUIRE(result.mechanism == found.mechanism);
    REQUIRE(support::verifies(*found.key->public_key, traits.spec, "hello", result.signature));
    REQUIRE_FALSE(support::verifies(*found.key->public_key, traits.spec, "hallo", result.signature));

    const SignResult answer = hsm.service.sign(SignOrders::over(traits.spec, "yes", SignPurpose::decision),
                                               key_named(label), *found.key->public_key, &login);
    REQUIRE(answer.mechanism == (traits.family == KeyFamily::rsa ? "CKM_RSA_PKCS" : "CKM_ECDSA"));
    REQUIRE(support::verifies(*found.key->public_key, traits.spec, "yes", answer.signature, SignScheme::approver));

    const SignResult request = hsm.service.sign(SignOrders::over(traits.spec, "me", SignPurpose::pkcs1_request),
                                                key_named(label), *found.key->public_key, &login);
    REQUIRE(request.mechanism == answer.mechanism);
    REQUIRE(support::verifies(*found.key->public_key, traits.spec, "me", request.signature, SignScheme::ca));
  }
}

TEST_CASE("SoftHSM: an Ed25519 key is found, signs a decision and nothing else") {
  SKIP_WITHOUT_SOFTHSM();
  SoftHsm hsm;
  hsm.token.add_ed25519_key("soft", "ed", "0a");
  const Inspection found = hsm.service.inspect(key_named("ed"), nullptr);
  REQUIRE(found.key);
  REQUIRE(found.key->public_key);
  const PublicKey key = *found.key->public_key;
  REQUIRE(describe(key) == "Ed25519");
  REQUIRE(found.mechanism.empty());

  const Login login = user();
  const auto sign = [&](const SignOrder& order, const PublicKey& expected, const std::string& label) {
    return hsm.service.sign(order, key_named(label), expected, &login);
  };
  const SignResult answer = sign(SignOrders::over_with_ed25519("yes"), key, "ed");
  REQUIRE(answer.mechanism == "CKM_EDDSA");
  REQUIRE(support::verifies_ed25519(key, "yes", answer.signature));
  REQUIRE_FALSE(support::verifies_ed25519(key, "no", answer.signature));

  for (const KeySpecTraits& traits : all_key_specs()) {
    for (const SignPurpose purpose : {SignPurpose::artifact, SignPurpose::certificate, SignPurpose::challenge,
                                      SignPurpose::decision, SignPurpose::pkcs1_request}) {
      REQUIRE_ERROR(sign(SignOrders::over(traits.spec, "hello", purpose), key, "ed"), ErrorKind::internal);
    }
  }
  const GeneratedKey other = hsm.make(KeySpec::ec_256, "other", {1});
  REQUIRE_ERROR(sign(SignOrders::over_with_ed25519("yes"), *other.key.public_key, "other"), ErrorKind::internal);
}

TEST_CASE("SoftHSM: a key that always wants authentication signs twice") {
  SKIP_WITHOUT_SOFTHSM();
  SoftHsm hsm;
  const GeneratedKey made = hsm.make(KeySpec::ec_256, "piv", {9}, true);
  const Login login = user();
  for (const char* message : {"one", "two"}) {
    const SignResult result =
        hsm.service.sign(SignOrders::over(KeySpec::ec_256, message), key_named("piv"), *made.key.public_key, &login);
    REQUIRE(support::verifies(*made.key.public_key, KeySpec::ec_256, message, result.signature));
  }
}

TEST_CASE("SoftHSM: a wrong PIN is refused and not tried again") {
  SKIP_WITHOUT_SOFTHSM();
  SoftHsm hsm;
  const GeneratedKey made = hsm.make(KeySpec::ec_256, "k", {1});
  const Login login = wrong_user();
  REQUIRE_ERROR(hsm.service.sign(SignOrders::over(KeySpec::ec_256, "x"), key_named("k"), *made.key.public_key, &login),
                ErrorKind::pin_refused, 0xA0);
}

TEST_CASE("SoftHSM: a missing key's error lists the keys that are there") {
  SKIP_WITHOUT_SOFTHSM();
  SoftHsm hsm;
  hsm.make(KeySpec::ec_256, "release", {1});
  const Login login = user();
  const base::Error error = error_of([&] { hsm.service.inspect(key_named("relese"), &login); });
  require_error(error, ErrorKind::key_not_found);
  REQUIRE(error.hint().find("object=release") != std::string::npos);
  REQUIRE(error.module() == SoftToken::module_path());
}

TEST_CASE("SoftHSM: a missing token's error lists the tokens that are there") {
  SKIP_WITHOUT_SOFTHSM();
  SoftHsm hsm;
  InspectOrder order = key_named("k");
  order.uri.token = "sofd";
  const base::Error error = error_of([&] { hsm.service.inspect(order, nullptr); });
  require_error(error, ErrorKind::key_not_found);
  REQUIRE(error.hint().find("token=soft") != std::string::npos);
}

TEST_CASE("SoftHSM: a key is removed, both halves of it and no other") {
  SKIP_WITHOUT_SOFTHSM();
  SoftHsm hsm;
  const GeneratedKey one = hsm.make(KeySpec::ec_256, "one", {1});
  hsm.make(KeySpec::ec_256, "two", {2});
  hsm.service.remove(one.key.uri, *one.key.public_key, user());
  Uri all;
  all.token = "soft";
  const Login login = user();
  const Survey survey = hsm.service.survey(all, &login);
  REQUIRE(survey.tokens.size() == 1);
  REQUIRE(survey.tokens[0].keys.size() == 1);
  REQUIRE(survey.tokens[0].keys[0].uri.object == "two");
  REQUIRE(survey.tokens[0].keys[0].has_private);
}

TEST_CASE("SoftHSM: a label or id that is taken is never used again") {
  SKIP_WITHOUT_SOFTHSM();
  SoftHsm hsm;
  hsm.make(KeySpec::ec_256, "k", {1});
  REQUIRE_ERROR(hsm.make(KeySpec::ec_256, "k", {2}), ErrorKind::invalid_request);
  REQUIRE_ERROR(hsm.make(KeySpec::ec_256, "other", {1}), ErrorKind::invalid_request);
}

TEST_CASE("SoftHSM: a survey shows public data of every token without a login") {
  SKIP_WITHOUT_SOFTHSM();
  SoftHsm hsm;
  const GeneratedKey made = hsm.make(KeySpec::ec_384, "k", {1});
  const Survey survey = hsm.service.survey({}, nullptr);
  REQUIRE(survey.module_description.find("SoftHSM") != std::string::npos);
  REQUIRE(survey.tokens.size() == 2);
  const SurveyedToken& token = survey.tokens[0].token.initialised ? survey.tokens[0] : survey.tokens[1];
  REQUIRE(token.token.label == "soft");
  REQUIRE(token.keys.size() == 1);
  REQUIRE(token.keys[0].public_key == made.key.public_key);
  REQUIRE_FALSE(token.keys[0].has_private);
}
