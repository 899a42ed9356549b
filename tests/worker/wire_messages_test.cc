#include "worker/wire_messages.h"

#include "throws_error.h"
#include "wire_compare.h"
#include "wire_samples.h"

using base::ErrorKind;
using namespace pkcs11;
using namespace wire_compare;

namespace {

base::Bytes body_of(const wire::Reply& reply) {
  const wire::Buffer message = wire::encode_reply(reply);
  const base::ByteView body = message.view().subspan(wire::kHeaderSize);
  return {body.begin(), body.end()};
}

}  // namespace

TEST_CASE("the worker gets the module's settings, the deadlines and the name of the secret variable") {
  const auto request =
      sent<wire::LoadRequest>(wire::encode_load(samples::module_settings(), samples::timeouts(), "MY_PIN"));
  CHECK(fields(request.module) == fields(samples::module_settings()));
  CHECK(fields(request.timeouts) == fields(samples::timeouts()));
  CHECK(request.secret_variable == "MY_PIN");
}

TEST_CASE("the worker gets an inspect order as it was given, with and without a login") {
  const Login login = samples::login();
  const auto with = sent<wire::InspectRequest>(wire::encode_inspect(samples::inspect_order(), &login));
  CHECK(fields(with.order) == fields(samples::inspect_order()));
  REQUIRE(with.login);
  CHECK(same(login, *with.login));
  const auto without = sent<wire::InspectRequest>(wire::encode_inspect({}, nullptr));
  CHECK(fields(without.order) == fields(InspectOrder{}));
  CHECK_FALSE(without.login);
}

TEST_CASE("the worker gets a sign order unchanged") {
  const Login login = samples::login();
  const SignOrder order = samples::sign_order(KeySpec::rsa_3072);
  const auto request =
      sent<wire::SignRequest>(wire::encode_sign(order, samples::inspect_order(), samples::ec_key(), &login, true));
  CHECK(request.order.purpose() == order.purpose());
  CHECK(request.order.spec() == order.spec());
  CHECK(std::ranges::equal(request.order.message(), order.message()));
  CHECK(std::ranges::equal(request.order.digest(), order.digest()));
  CHECK(fields(request.key) == fields(samples::inspect_order()));
  CHECK(request.expected == samples::ec_key());
  REQUIRE(request.login);
  CHECK(same(login, *request.login));
  CHECK(request.last);
}

TEST_CASE("a sign order whose digest has a wrong length is refused") {
  REQUIRE_ERROR(samples::decode_order(SignPurpose::artifact, KeySpec::ec_384, 32), ErrorKind::internal);
}

TEST_CASE("an approver's answer goes to the worker with a digest of SHA-256, whatever the key") {
  const SignOrder order = samples::decode_order(SignPurpose::decision, KeySpec::ec_384, 32);
  CHECK(order.purpose() == SignPurpose::decision);
  CHECK(order.scheme() == SignScheme::approver);
  REQUIRE_ERROR(samples::decode_order(SignPurpose::decision, KeySpec::ec_384, 48), ErrorKind::internal);
}

TEST_CASE("an Ed25519 key's decision goes to the worker without a digest") {
  const SignOrder order = samples::decode_order(SignPurpose::decision, std::nullopt, 0);
  const auto request = sent<wire::SignRequest>(wire::encode_sign(order, {}, samples::ed25519_key(), nullptr, false));
  CHECK(request.order.purpose() == SignPurpose::decision);
  CHECK_FALSE(request.order.spec());
  CHECK(std::ranges::equal(request.order.message(), order.message()));
  CHECK(request.order.digest().empty());
  CHECK(request.expected == samples::ed25519_key());
  REQUIRE_ERROR(samples::decode_order(SignPurpose::decision, std::nullopt, 32), ErrorKind::internal);
}

TEST_CASE("a request in PKCS#1 v1.5 has the hash of its key spec") {
  const SignOrder order = samples::decode_order(SignPurpose::pkcs1_request, KeySpec::rsa_3072, 48);
  CHECK(order.purpose() == SignPurpose::pkcs1_request);
  CHECK(order.scheme() == SignScheme::ca);
  REQUIRE_ERROR(samples::decode_order(SignPurpose::pkcs1_request, KeySpec::rsa_3072, 32), ErrorKind::internal);
}

TEST_CASE("an order for an Ed25519 key that is not a decision is refused") {
  for (const SignPurpose purpose :
       {SignPurpose::artifact, SignPurpose::certificate, SignPurpose::challenge, SignPurpose::pkcs1_request}) {
    for (const std::size_t digest_size : {0, 32, 48, 64}) {
      REQUIRE_ERROR(samples::decode_order(purpose, std::nullopt, digest_size), ErrorKind::internal);
    }
  }
}

TEST_CASE("the worker gets orders to make, to remove and to survey as they were given") {
  const Login login = samples::login();
  const auto generate = sent<wire::GenerateRequest>(wire::encode_generate(samples::generate_order(), login));
  CHECK(same(generate.order, samples::generate_order()));
  CHECK(same(login, generate.login));
  const auto remove = sent<wire::RemoveRequest>(wire::encode_remove(samples::uri(), samples::rsa_key(), login));
  CHECK(remove.key == samples::uri());
  CHECK(remove.expected == samples::rsa_key());
  CHECK(same(login, remove.login));
  const auto survey = sent<wire::SurveyRequest>(wire::encode_survey(samples::uri(), &login));
  CHECK(survey.filter == samples::uri());
  REQUIRE(survey.login);
  CHECK(same(login, *survey.login));
}

TEST_CASE("every answer of the worker arrives as it was given") {
  CHECK(same(samples::error(), answered(samples::error())));
  CHECK(same(base::Error(ErrorKind::internal, base::Phase::verify, "m"),
             answered(base::Error(ErrorKind::internal, base::Phase::verify, "m"))));
  CHECK(same(samples::inspection(), answered(samples::inspection())));
  CHECK(fields(samples::sign_result()) == fields(answered(samples::sign_result())));
  CHECK(same(samples::generated_key(), answered(samples::generated_key())));
  Inspection ed25519 = samples::inspection();
  ed25519.key->public_key = samples::ed25519_key();
  CHECK(same(ed25519, answered(ed25519)));
  CHECK(same(samples::survey(), answered(samples::survey())));
  CHECK_FALSE(answered(Inspection{}).key);
}

TEST_CASE("a survey of two thousand keys with their certificates fits into one answer") {
  Survey survey = samples::survey();
  KeyView key = samples::key_view();
  key.public_key = samples::rsa_key();
  key.certificates = {samples::bytes(0, 1500)};
  survey.tokens.front().keys.assign(2000, key);
  CHECK(same(survey, answered(survey)));
}

TEST_CASE("an answer that is cut short anywhere or goes on too long is refused") {
  for (const wire::Reply& reply : samples::replies()) {
    const base::Bytes body = body_of(reply);
    CAPTURE(reply.index());
    for (std::size_t size = 0; size < body.size(); ++size)
      REQUIRE_ERROR(wire::decode_reply(base::ByteView(body).first(size)), ErrorKind::internal);
    base::Bytes longer = body;
    longer.push_back(0);
    REQUIRE_ERROR(wire::decode_reply(longer), ErrorKind::internal);
  }
}

TEST_CASE("an answer with one byte changed is refused or read as a canonical answer") {
  for (const wire::Reply& reply : samples::replies()) {
    const base::Bytes body = body_of(reply);
    for (std::size_t i = 0; i < body.size(); ++i) {
      for (const std::uint8_t change : base::Bytes{0x01, 0x80, 0xFF}) {
        base::Bytes changed = body;
        changed[i] ^= change;
        std::optional<wire::Reply> read;
        try {
          read = wire::decode_reply(changed);
        } catch (const base::Error& error) {
          REQUIRE(error.kind() == ErrorKind::internal);
        }
        if (read) REQUIRE(body_of(*read) == changed);
      }
    }
  }
}

TEST_CASE("an answer of an unknown kind is refused") {
  const base::Bytes unknown{static_cast<std::uint8_t>(std::variant_size_v<wire::Reply>)};
  REQUIRE_ERROR(wire::decode_reply(unknown), ErrorKind::internal);
  REQUIRE_ERROR(wire::decode_reply({}), ErrorKind::internal);
}
