#include "support/certificates.h"
#include "both_services.h"

using namespace both_services;

namespace {

const support::Chain& chain() {
  static const support::Chain made = support::make_chain(support::TestKey::shared(KeySpec::ec_256));
  return made;
}

StoreOrder leaf_and_issuer() {
  StoreOrder order;
  order.token.token = "fake";
  order.certificates = {{chain().leaf, "release", {0x01}}, {chain().intermediate.certificate, "issuer", {}}};
  return order;
}

}  // namespace

TEST_CASE("certificates are stored once, seen with their key, and removed") {
  on_both({"key P-256 label=release id=01"}, [](Desk& desk) {
    const Login login = login_with("1234");
    const StoreResult first = desk.service->store(leaf_and_issuer(), login);
    CHECK(first.added == 2);
    CHECK(first.already_there == 0);
    const StoreResult second = desk.service->store(leaf_and_issuer(), login);
    CHECK(second.added == 0);
    CHECK(second.already_there == 2);
    const KeyDetails details = desk.service->describe(key_named("release"), &login);
    CHECK(details.key.has_private);
    CHECK(details.key.certificates == std::vector<base::Bytes>{chain().leaf});
    CHECK_FALSE(details.mechanisms.empty());
    std::vector<std::string> types;
    for (const ObjectView& object : details.objects)
      types.push_back(object.type);
    std::ranges::sort(types);
    CHECK(types == std::vector<std::string>{"certificate", "private key", "public key"});
    Uri token;
    token.token = "fake";
    CHECK(desk.service->remove_certificates(token, {chain().leaf, chain().intermediate.certificate}, login) == 2);
    CHECK(desk.service->remove_certificates(token, {chain().leaf}, login) == 0);
    CHECK(desk.service->inspect(key_named("release"), nullptr).key->certificates.empty());
  });
}

TEST_CASE("a worker that dies while it stores or removes a certificate is not replaced") {
  for (const char* function : {"C_CreateObject", "C_DestroyObject"}) {
    CAPTURE(function);
    ChildService child;
    child.token.keep_state();
    child.rule(std::string("crash ") + function);
    const Login login = login_with("1234");
    const base::Error error = error_of([&] {
      child.get().store(leaf_and_issuer(), login);
      child.get().remove_certificates({}, {chain().leaf}, login);
    });
    require_error(error, ErrorKind::module_died);
    CHECK(contains(error.message(), "it is not known whether the token was changed"));
    CHECK(child.calls(function) == 1);
    CHECK(child.workers == 1);
  }
}
