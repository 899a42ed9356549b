#include "throws_error.h"
#include "wire_compare.h"
#include "wire_samples.h"

using base::ErrorKind;
using namespace pkcs11;
using namespace wire_compare;

TEST_CASE("the worker gets an order to describe a key as it was given, with and without a login") {
  const Login login = samples::login();
  const auto with = sent<wire::DescribeRequest>(wire::encode_describe(samples::inspect_order(), &login));
  CHECK(fields(with.order) == fields(samples::inspect_order()));
  REQUIRE(with.login);
  CHECK(same(login, *with.login));
  CHECK_FALSE(sent<wire::DescribeRequest>(wire::encode_describe({}, nullptr)).login);
}

TEST_CASE("the worker gets certificates to store and to remove as they were given") {
  const Login login = samples::login();
  const auto store = sent<wire::StoreRequest>(wire::encode_store(samples::store_order(), login));
  CHECK(same(store.order, samples::store_order()));
  CHECK(same(login, store.login));
  const std::vector<base::Bytes> certificates{samples::bytes(0x30, 300), samples::bytes(0x31, 2)};
  const auto remove =
      sent<wire::RemoveCertificatesRequest>(wire::encode_remove_certificates(samples::uri(), certificates, login));
  CHECK(remove.token == samples::uri());
  CHECK(remove.certificates == certificates);
  CHECK(same(login, remove.login));
}

TEST_CASE("the worker gets every order for a token as it was given") {
  for (const TokenAction action :
       {TokenAction::initialise, TokenAction::set_user_pin, TokenAction::change_user_pin, TokenAction::change_so_pin}) {
    TokenOrder order = samples::token_order();
    order.action = action;
    CHECK(same(sent<wire::AdministerRequest>(wire::encode_administer(order)).order, order));
  }
  CHECK(same(sent<wire::AdministerRequest>(wire::encode_administer({})).order, TokenOrder{}));
}

TEST_CASE("the worker gets an order to probe as it was given") {
  CHECK(sent<wire::ProbeRequest>(wire::encode_probe(samples::uri())).filter == samples::uri());
}

TEST_CASE("what the worker answers to operators' orders arrives as it was given") {
  CHECK(same(samples::key_details(), answered(samples::key_details())));
  CHECK(fields(answered(StoreResult{1, 2})) == fields(StoreResult{1, 2}));
  CHECK(answered(wire::RemovedCertificates{3}).count == 3);
  CHECK(fields(answered(samples::token())) == fields(samples::token()));
  CHECK(same(samples::probe(), answered(samples::probe())));
  CHECK(same(Probe{}, answered(Probe{})));
}

TEST_CASE("an order for a token with an action that does not exist is refused") {
  const wire::Buffer message = wire::encode_administer({});
  const base::ByteView body = message.view().subspan(wire::kHeaderSize);
  base::Bytes changed(body.begin(), body.end());
  changed[1] = 4;
  REQUIRE_ERROR(wire::decode_request(changed), ErrorKind::internal);
}
