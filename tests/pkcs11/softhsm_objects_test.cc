#include <algorithm>

#include "catch.h"
#include "fake_service.h"
#include "pkcs11/key_plan.h"
#include "support/certificates.h"
#include "support/soft_token.h"

// Descriptions, extra attributes and certificates with a real module.

using namespace pkcs11;
using fake_service::attribute;
using fake_service::login_with;
using support::SoftToken;

namespace {

struct SoftHsm {
  SoftHsm() { service.load({SoftToken::module_path(), {}, {}}); }
  ~SoftHsm() { service.finish(); }

  GeneratedKey make(KeySpec spec, std::vector<ExtraAttribute> extra = {}) {
    GenerateOrder order;
    order.token.token = "soft";
    order.spec = spec;
    order.label = "release";
    order.id = {0xAB};
    order.extra = std::move(extra);
    return service.generate(order, user());
  }

  static Login user() { return login_with(std::string(SoftToken::kPin)); }

  SoftToken token{"soft"};
  LocalService service{Timeouts{}, base::system_clock()};
};

InspectOrder release() {
  InspectOrder order;
  order.uri.token = "soft";
  order.uri.object = "release";
  return order;
}

}  // namespace

#define SKIP_WITHOUT_SOFTHSM()                                    \
  if (SoftToken::module_path().empty()) {                         \
    WARN("skipped: SoftHSM (package softhsm2) is not installed"); \
    return;                                                       \
  }

TEST_CASE("SoftHSM: a new key is described, with the extra attributes it was made with") {
  SKIP_WITHOUT_SOFTHSM();
  const KeySpec spec = GENERATE(KeySpec::rsa_2048, KeySpec::ec_384);
  SoftHsm hsm;
  const GeneratedKey made = hsm.make(
      spec, {parse_extra_attribute("private:CKA_DECRYPT=false"), parse_extra_attribute("public:CKA_WRAP=true")});
  const bool rsa = spec == KeySpec::rsa_2048;
  REQUIRE(made.mechanism == (rsa ? "CKM_RSA_PKCS_KEY_PAIR_GEN" : "CKM_EC_KEY_PAIR_GEN"));
  REQUIRE_FALSE(made.always_authenticate);

  const KeyDetails open = hsm.service.describe(release(), nullptr);
  REQUIRE(open.objects.size() == 1);
  REQUIRE(attribute(open, "public key", "CKA_WRAP") == "true");
  REQUIRE(attribute(open, "public key", "CKA_ID") == "ab");

  const Login login = SoftHsm::user();
  const KeyDetails all = hsm.service.describe(release(), &login);
  REQUIRE(all.objects.size() == 2);
  REQUIRE(all.key.public_key == made.key.public_key);
  REQUIRE(attribute(all, "private key", "CKA_DECRYPT") == "false");
  REQUIRE(attribute(all, "private key", "CKA_SENSITIVE") == "true");
  REQUIRE(attribute(all, "private key", "CKA_EXTRACTABLE") == "false");
  REQUIRE(attribute(all, "private key", "CKA_LABEL") == "release");
  REQUIRE(all.mechanisms.front() == (rsa ? "CKM_RSA_PKCS_PSS" : "CKM_ECDSA"));
}

TEST_CASE("SoftHSM: certificates are stored once, shown with their key, and removed") {
  SKIP_WITHOUT_SOFTHSM();
  SoftHsm hsm;
  hsm.make(KeySpec::ec_256);
  const support::Chain chain = support::make_chain(support::TestKey::shared(KeySpec::ec_256));
  StoreOrder order;
  order.token.token = "soft";
  order.certificates = {{chain.leaf, "release", {0xAB}}, {chain.intermediate.certificate, "issuer", {}}};
  const Login login = SoftHsm::user();
  REQUIRE(hsm.service.store(order, login).added == 2);
  const StoreResult again = hsm.service.store(order, login);
  REQUIRE(again.added == 0);
  REQUIRE(again.already_there == 2);

  InspectOrder wanted = release();
  wanted.uri.id = base::Bytes{0xAB};
  wanted.chain_from_token = true;
  const KeyDetails details = hsm.service.describe(wanted, nullptr);
  REQUIRE(details.key.certificates == std::vector<base::Bytes>{chain.leaf});
  REQUIRE(attribute(details, "certificate", "CKA_PRIVATE") == "false");
  REQUIRE(hsm.service.inspect(wanted, nullptr).issuers == std::vector<base::Bytes>{chain.intermediate.certificate});

  REQUIRE(hsm.service.remove_certificates(order.token, {chain.leaf}, login) == 1);
  REQUIRE(hsm.service.remove_certificates(order.token, {chain.leaf}, login) == 0);
  REQUIRE(hsm.service.inspect(wanted, nullptr).key->certificates.empty());
  REQUIRE(hsm.service.describe(release(), &login).key.has_private);
}
