#include "both_services.h"
#include "support/soft_token.h"

using namespace both_services;
using support::SoftToken;

// Tokens from nothing, with a real module.

namespace {

// The first use of a token that was just made: a key, by the user's PIN.
void make_key(TokenService& service, const std::string& label, const std::string& pin) {
  GenerateOrder order;
  order.token.token = label;
  order.label = "key of " + label;
  order.id = {1};
  CHECK(service.generate(order, login_with(pin)).key.has_private);
}

void go_through(TokenService& service) {
  const TokenState made = service.administer(initialise("prod", "87654321"));
  CHECK(made.label == "prod");
  CHECK(made.initialised);
  CHECK_FALSE(made.user_pin_set);
  CHECK_FALSE(made.serial.empty());
  CHECK_FALSE(made.slot_description.empty());

  const auto for_prod = [&](TokenAction action, const std::string& pin, const std::string& new_pin) {
    TokenOrder order = order_for(action, pin, new_pin);
    order.token.serial = made.serial;
    return order;
  };
  REQUIRE_ERROR(service.administer(for_prod(TokenAction::set_user_pin, "11111111", "739146")), ErrorKind::pin_refused,
                0xA0UL);
  REQUIRE_ERROR(service.administer(for_prod(TokenAction::set_user_pin, "87654321", "739")), ErrorKind::invalid_request);
  CHECK(service.administer(for_prod(TokenAction::set_user_pin, "87654321", "739146")).user_pin_set);
  make_key(service, "prod", "739146");

  service.administer(for_prod(TokenAction::change_user_pin, "739146", "846739"));
  REQUIRE_ERROR(service.administer(for_prod(TokenAction::change_user_pin, "739146", "555555")), ErrorKind::pin_refused,
                0xA0UL);
  service.administer(for_prod(TokenAction::change_so_pin, "87654321", "12341234"));
  service.administer(for_prod(TokenAction::set_user_pin, "12341234", "739146"));

  const TokenState second = service.administer(initialise("prod", "87654321"));
  CHECK(second.label == "prod");
  CHECK(second.serial != made.serial);
  TokenOrder again = initialise("again", "12341234");
  again.token.serial = made.serial;
  CHECK(service.administer(std::move(again)).serial == made.serial);

  Uri filter;
  const Survey survey = service.survey(filter, nullptr);
  REQUIRE(survey.tokens.size() == 4);  // SoftHSM always shows one more that is not initialised
  for (const SurveyedToken& surveyed : survey.tokens)
    CHECK(surveyed.keys.empty());
  const Probe probe = service.probe(filter);
  CHECK(probe.tokens.size() == 4);
  CHECK(probe.remarks.empty());
  for (const ProbedToken& probed : probe.tokens)
    CHECK(probed.mechanisms.size() > 20);
}

}  // namespace

TEST_CASE("SoftHSM: tokens are initialised, get and change their PINs, and are initialised again") {
  if (SoftToken::module_path().empty()) {
    WARN("skipped: SoftHSM (package softhsm2) is not installed");
    return;
  }
  {
    INFO("in a child");
    SoftToken token;
    IsolatedOptions options;
    options.new_worker = WorkerProcess::fork_first;
    IsolatedService service(WorkerProcess(), options, base::system_clock());
    service.load({SoftToken::module_path(), {}, {}});
    go_through(service);
    const TokenState made = service.administer(initialise("last", "87654321"));
    Uri by_slot;
    by_slot.slot_id = made.slot_id;
    service.release();
    const Probe probe = service.probe(by_slot);
    REQUIRE(probe.tokens.size() == 1);
    CHECK(probe.tokens.front().token.serial == made.serial);
  }
  {
    INFO("in this process");
    SoftToken token;
    LocalService service(Timeouts{}, base::system_clock());
    service.load({SoftToken::module_path(), {}, {}});
    go_through(service);
    service.finish();
  }
}
