#include "both_services.h"

using namespace both_services;

namespace {

base::Error refusal(Desk& desk, TokenOrder order) {
  return error_of([&] { desk.administer(std::move(order)); });
}

const std::string kPins[] = {"1234", "12345678", "739146", "846739"};

void check_no_pin(const base::Error& error) {
  for (const std::string& pin : kPins)
    CHECK_FALSE(contains(error.message() + error.hint(), pin));
}

}  // namespace

TEST_CASE("a bare token is initialised, gets its user PIN from the security officer, and lets the user in") {
  on_both({"token uninitialised slot=5 slot-description=reader hardware=1.2 firmware=3.4"}, [](Desk& desk) {
    const TokenState bare = desk.administer(initialise("prod"));
    CHECK(bare.label == "prod");
    CHECK(bare.initialised);
    CHECK_FALSE(bare.user_pin_set);
    CHECK(bare.slot_id == 5);
    CHECK(bare.slot_description == "reader");
    CHECK(bare.hardware_version == "1.2");
    CHECK(bare.firmware_version == "3.4");
    CHECK(desk.calls("C_OpenSession") == 0);
    TokenOrder order = order_for(TokenAction::set_user_pin, "12345678", "739146");
    order.token.token = "prod";
    CHECK(desk.administer(std::move(order)).user_pin_set);
    CHECK(lets_in(desk, "prod", "739146"));
    CHECK_FALSE(lets_in(desk, "prod", "1234"));
  });
}

TEST_CASE("a token that is named is initialised again, which destroys its keys") {
  on_both({"token label=old serial=7", "key P-256 label=k id=01", "token label=other"}, [](Desk& desk) {
    Uri filter;
    CHECK(desk.service->survey(filter, nullptr).tokens.front().keys.size() == 1);
    TokenOrder order = initialise("new");
    order.token.token = "old";
    const TokenState token = desk.administer(std::move(order));
    CHECK(token.label == "new");
    CHECK(token.serial == "7");
    CHECK(desk.service->survey(filter, nullptr).tokens.front().keys.empty());
  });
}

TEST_CASE("of tokens of one label the one that was initialised is read back") {
  on_both({"token label=same serial=1", "token uninitialised slot=9", "token label=same serial=3"}, [](Desk& desk) {
    const TokenState bare = desk.administer(initialise("same"));
    CHECK(bare.slot_id == 9);
    TokenOrder again = initialise("same");
    again.token.serial = "3";
    CHECK(desk.administer(std::move(again)).serial == "3");
  });
}

TEST_CASE("a token that somebody else initialised meanwhile is not initialised again") {
  on_both({"token label=used serial=7", "token uninitialised serial=8"}, [](Desk& desk) {
    for (const bool seen_initialised : {false, true}) {
      TokenOrder order = initialise("new");
      order.token.serial = seen_initialised ? "8" : "7";
      order.initialised = seen_initialised;
      const base::Error error = refusal(desk, std::move(order));
      require_error(error, ErrorKind::invalid_request);
      CHECK(contains(error.message(), seen_initialised ? "and is not now" : "somebody has initialised it meanwhile"));
    }
    CHECK(desk.calls("C_InitToken") == 0);
    TokenOrder same = initialise("new");
    same.token.serial = "7";
    same.initialised = true;
    CHECK(desk.administer(std::move(same)).label == "new");
  });
}

TEST_CASE("which token is to be initialised must be clear") {
  on_both({"token uninitialised slot=5", "token uninitialised slot=6 serial=abc", "token label=used serial=7 slot=2"},
          [](Desk& desk) {
            const base::Error several = refusal(desk, initialise("new"));
            require_error(several, ErrorKind::ambiguous_key);
            CHECK(several.message() == "cannot tell which token to initialise: 2 tokens match");
            CHECK(contains(several.hint(), "slot 5, not initialised\n  slot 6, serial abc, not initialised"));
            TokenOrder nobody = initialise("new");
            nobody.token.serial = "404";
            const base::Error none = refusal(desk, std::move(nobody));
            require_error(none, ErrorKind::key_not_found);
            CHECK(contains(none.hint(), "slot 2, serial 7, label \"used\""));
            CHECK(desk.calls("C_InitToken") == 0);
            TokenOrder by_slot = initialise("five");
            by_slot.token.slot_id = 5;
            CHECK(desk.administer(std::move(by_slot)).slot_id == 5);
            TokenOrder by_serial = initialise("six");
            by_serial.token.serial = "abc";
            CHECK(desk.administer(std::move(by_serial)).slot_id == 6);
          });
}

TEST_CASE("without a name no token that is in use is initialised") {
  on_both({"token label=used"}, [](Desk& desk) {
    const base::Error error = refusal(desk, initialise("new"));
    require_error(error, ErrorKind::key_not_found);
    CHECK(contains(error.message(), "every token that is present is initialised already"));
    CHECK(desk.calls("C_InitToken") == 0);
  });
}

TEST_CASE("a label that no token can hold is refused before anything happens") {
  on_both({"token uninitialised"}, [](Desk& desk) {
    for (const std::string& label : {std::string(), std::string(33, 'x'), std::string("a\nb"), std::string("\xff"),
                                     std::string(" a"), std::string("a "), std::string("a\0b", 3)}) {
      CAPTURE(label);
      require_error(refusal(desk, initialise(label)), ErrorKind::invalid_request);
    }
    CHECK(desk.calls("C_InitToken") == 0);
    CHECK(desk.administer(initialise(std::string(32, 'x'))).label == std::string(32, 'x'));
  });
}

TEST_CASE("a wrong SO PIN is tried once, and the text says how many tries are left") {
  on_both({"token so-locks-after=3"}, [](Desk& desk) {
    TokenOrder order = initialise("new", "87654321");
    order.token.token = "fake";
    const base::Error error = refusal(desk, std::move(order));
    require_error(error, ErrorKind::pin_refused, 0xA0UL);
    CHECK(contains(error.hint(), "the token counts wrong PINs and will lock"));
    CHECK(desk.calls("C_InitToken") == 1);
    const base::Error second = refusal(desk, order_for(TokenAction::set_user_pin, "87654321", "739146"));
    require_error(second, ErrorKind::pin_refused, 0xA0UL);
    CHECK(contains(second.message(), "cannot log in as security officer to token \"fake\""));
    CHECK(contains(second.hint(), "the next wrong SO PIN locks it for good"));
    CHECK(desk.calls("C_Login") == 1);
    CHECK(desk.calls("C_InitPIN") == 0);
    CHECK_FALSE(contains(error.message() + error.hint() + second.message() + second.hint(), "87654321"));
  });
}

TEST_CASE("a locked SO PIN is never offered, and the last try only with a person at hand") {
  for (const TokenAction action : {TokenAction::initialise, TokenAction::set_user_pin, TokenAction::change_so_pin}) {
    on_both({"token so-locked"}, [&](Desk& desk) {
      TokenOrder order = order_for(action, "12345678", "739146");
      order.token.token = "fake";
      order.label = "new";
      order.attended = true;
      require_error(refusal(desk, std::move(order)), ErrorKind::pin_withheld);
      CHECK(desk.calls("C_Login") + desk.calls("C_InitToken") == 0);
    });
    on_both({"token so-final-try"}, [&](Desk& desk) {
      TokenOrder order = order_for(action, "12345678", "739146");
      order.token.token = "fake";
      order.label = "new";
      TokenOrder attended = order_for(action, "12345678", "739146");
      attended.token.token = "fake";
      attended.label = "new";
      attended.attended = true;
      const base::Error error = refusal(desk, std::move(order));
      require_error(error, ErrorKind::pin_withheld);
      CHECK(contains(error.message(), "one try is left"));
      CHECK(desk.calls("C_Login") + desk.calls("C_InitToken") == 0);
      desk.administer(std::move(attended));
    });
  }
}

TEST_CASE("a user changes the PIN; the token's flags of wrong SO PINs do not matter") {
  on_both({"token so-locked"}, [](Desk& desk) {
    desk.administer(order_for(TokenAction::change_user_pin, "1234", "739146"));
    CHECK(desk.calls("C_SetPIN") == 1);
    CHECK(lets_in(desk, "fake", "739146"));
    CHECK_FALSE(lets_in(desk, "fake", "1234"));
  });
}

TEST_CASE("a wrong user PIN stops the change at the login") {
  on_both({"token locks-after=3"}, [](Desk& desk) {
    const base::Error error = refusal(desk, order_for(TokenAction::change_user_pin, "846739", "739146"));
    require_error(error, ErrorKind::pin_refused, 0xA0UL);
    check_no_pin(error);
    CHECK(desk.calls("C_Login") == 1);
    CHECK(desk.calls("C_SetPIN") == 0);
  });
}

TEST_CASE("a PIN that the token wants changed is changed without a login before") {
  on_both({"token to-be-changed"}, [](Desk& desk) {
    CHECK_FALSE(desk.administer(order_for(TokenAction::change_user_pin, "1234", "739146")).pin_to_be_changed);
    CHECK(desk.calls("C_Login") == 0);
    CHECK(lets_in(desk, "fake", "739146"));
  });
  on_both({"token to-be-changed locks-after=3"}, [](Desk& desk) {
    const base::Error error = refusal(desk, order_for(TokenAction::change_user_pin, "846739", "739146"));
    require_error(error, ErrorKind::pin_refused, 0xA0UL);
    CHECK(contains(error.hint(), "the token counts wrong PINs and will lock"));
    check_no_pin(error);
  });
  on_both({"token to-be-changed locked"}, [](Desk& desk) {
    require_error(refusal(desk, order_for(TokenAction::change_user_pin, "1234", "739146")), ErrorKind::pin_withheld);
    CHECK(desk.calls("C_SetPIN") == 0);
  });
}

TEST_CASE("the security officer changes the SO PIN, not the user's") {
  on_both({}, [](Desk& desk) {
    desk.administer(order_for(TokenAction::change_so_pin, "12345678", "846739"));
    CHECK(lets_in(desk, "fake", "1234"));
    desk.administer(order_for(TokenAction::set_user_pin, "846739", "739146"));
    CHECK(lets_in(desk, "fake", "739146"));
  });
}

TEST_CASE("a locked user PIN is set anew by the security officer") {
  on_both({"token locked"}, [](Desk& desk) {
    const TokenState token = desk.administer(order_for(TokenAction::set_user_pin, "12345678", "739146"));
    CHECK_FALSE(token.pin_locked);
    CHECK(lets_in(desk, "fake", "739146"));
  });
}

TEST_CASE("a token with a PIN pad of its own is asked with no PIN at all") {
  on_both({"token protected-path"}, [](Desk& desk) {
    for (const TokenAction action :
         {TokenAction::set_user_pin, TokenAction::change_user_pin, TokenAction::change_so_pin}) {
      desk.administer(order_for(action, {}));
    }
    CHECK(desk.token.log("pin=none").size() >= 3);
    CHECK(desk.calls("C_Login") == 2);
  });
}

TEST_CASE("a PIN that is missing or of a wrong length is refused before anybody logs in") {
  on_both({"token pin-min=6 pin-max=8 so-pin=1234567890123456"}, [](Desk& desk) {
    const auto kind = [&](TokenAction action, const std::string& pin, const std::string& new_pin) {
      const base::Error error = refusal(desk, order_for(action, pin, new_pin));
      if (!new_pin.empty()) CHECK_FALSE(contains(error.message() + error.hint(), new_pin));
      return error.kind();
    };
    CHECK(kind(TokenAction::set_user_pin, "1234567890123456", "73914") == ErrorKind::invalid_request);
    CHECK(kind(TokenAction::set_user_pin, "1234567890123456", "739146739") == ErrorKind::invalid_request);
    CHECK(kind(TokenAction::set_user_pin, "1234567890123456", {}) == ErrorKind::invalid_request);
    CHECK(kind(TokenAction::change_user_pin, "123456789", "739146") == ErrorKind::pin_withheld);
    CHECK(kind(TokenAction::set_user_pin, {}, "739146") == ErrorKind::pin_unavailable);
    CHECK(kind(TokenAction::set_user_pin, "12345", "739146") == ErrorKind::pin_withheld);
    CHECK(desk.calls("C_Login") + desk.calls("C_InitPIN") + desk.calls("C_SetPIN") == 0);
    // The longest length that a token announces is the user PIN's.
    desk.administer(order_for(TokenAction::set_user_pin, "1234567890123456", "739146"));
  });
}

TEST_CASE("what a token says to a new PIN is about the new PIN") {
  const std::pair<const char*, const char*> cases[] = {{"CKR_PIN_INVALID", "has characters that the token does not"},
                                                       {"CKR_PIN_LEN_RANGE", "is too short or too long"},
                                                       {"0x1B8", "is too weak"},
                                                       {"0x1C3", "is too weak"},
                                                       {"CKR_ARGUMENTS_BAD", "does not accept the form of a PIN"}};
  for (const auto& [code, text] : cases) {
    CAPTURE(code);
    for (const TokenAction action :
         {TokenAction::set_user_pin, TokenAction::change_user_pin, TokenAction::change_so_pin}) {
      const bool user = action == TokenAction::change_user_pin;
      on_both({std::string("fail C_InitPIN ") + code, std::string("fail C_SetPIN ") + code}, [&](Desk& desk) {
        const base::Error error = refusal(desk, order_for(action, user ? "1234" : "12345678", "739146"));
        require_error(error, ErrorKind::invalid_request);
        CHECK(contains(error.message(), text));
        CHECK(error.return_value());
        check_no_pin(error);
        CHECK(desk.calls("C_InitPIN") + desk.calls("C_SetPIN") == 1);
      });
    }
    on_both({"token uninitialised", std::string("fail C_InitToken ") + code}, [&](Desk& desk) {
      require_error(refusal(desk, initialise("new")), ErrorKind::invalid_request);
      CHECK(desk.calls("C_InitToken") == 1);
    });
  }
}

TEST_CASE("what stands in the way of an initialisation is said in its own words") {
  struct Case {
    const char* code;
    ErrorKind kind;
    const char* text;
  };
  const Case cases[] = {
      {"CKR_SESSION_EXISTS", ErrorKind::busy, "sessions are open on it"},
      {"CKR_TOKEN_WRITE_PROTECTED", ErrorKind::not_capable, "the token is write-protected"},
      {"CKR_FUNCTION_NOT_SUPPORTED", ErrorKind::not_capable, "the module does not offer this"},
      {"CKR_PIN_LOCKED", ErrorKind::pin_refused, "the SO PIN is locked"},
      {"CKR_DEVICE_ERROR", ErrorKind::token_failed, "CKR_DEVICE_ERROR"},
      {"CKR_DEVICE_REMOVED", ErrorKind::token_failed, "CKR_DEVICE_REMOVED"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.code);
    on_both({std::string("fail C_InitToken ") + one.code}, [&](Desk& desk) {
      TokenOrder order = initialise("new");
      order.token.token = "fake";
      const base::Error error = refusal(desk, std::move(order));
      require_error(error, one.kind);
      CHECK(contains(error.message(), "cannot initialise token \"fake\""));
      CHECK(contains(error.message(), one.text));
      CHECK_FALSE(contains(error.hint(), "chain_file"));
      CHECK_FALSE(error.module().empty());
      CHECK(desk.calls("C_InitToken") == 1);
    });
  }
}

TEST_CASE("a token that wants its SO PIN changed first says so") {
  on_both({"fail C_InitPIN CKR_PIN_EXPIRED"}, [](Desk& desk) {
    const base::Error error = refusal(desk, order_for(TokenAction::set_user_pin, "12345678", "739146"));
    require_error(error, ErrorKind::pin_refused, 0xA3UL);
    CHECK(contains(error.message(), "the token wants the SO PIN changed first"));
    CHECK(contains(error.hint(), "token set-pin --so"));
  });
}

TEST_CASE("a token without a security officer of PKCS#11's kind says so") {
  on_both({"fail C_Login user=so CKR_USER_TYPE_INVALID"}, [](Desk& desk) {
    const base::Error error = refusal(desk, order_for(TokenAction::set_user_pin, "12345678", "739146"));
    require_error(error, ErrorKind::not_capable, 0x103UL);
    CHECK(contains(error.message(), "knows no security officer"));
  });
  on_both({"fail C_Login user=so CKR_SESSION_READ_ONLY_EXISTS"}, [](Desk& desk) {
    require_error(refusal(desk, order_for(TokenAction::set_user_pin, "12345678", "739146")), ErrorKind::busy);
  });
}

TEST_CASE("a token whose inspected key is still open is administered all the same") {
  on_both({"key P-256 label=k id=01"}, [](Desk& desk) {
    CHECK(desk.service->inspect(key_named("k"), nullptr).key);
    TokenOrder order = initialise("new");
    order.token.token = "fake";
    CHECK(desk.administer(std::move(order)).label == "new");
  });
}

TEST_CASE("a worker that dies in a change is not replaced, and the text says what is in doubt") {
  struct Case {
    const char* function;
    TokenAction action;
    const char* text;
  };
  const Case cases[] = {{"C_InitToken", TokenAction::initialise, "it may be empty"},
                        {"C_InitPIN", TokenAction::set_user_pin, "either PIN may be the right one now"},
                        {"C_SetPIN", TokenAction::change_so_pin, "either PIN may be the right one now"}};
  for (const Case& one : cases) {
    CAPTURE(one.function);
    ChildService child;
    child.rule(std::string("crash ") + one.function);
    TokenOrder order = order_for(one.action, "12345678", "739146");
    order.token.token = "fake";
    order.label = "new";
    const base::Error error = error_of([&] { child.get().administer(order); });
    require_error(error, ErrorKind::module_died);
    CHECK(contains(error.message(), "it is not known whether the token was changed"));
    CHECK(contains(error.hint(), one.text));
    CHECK(child.calls(one.function) == 1);
    CHECK(child.workers == 1);
  }
}

TEST_CASE("a worker that hangs in a change is late, and the text says what is in doubt") {
  ChildService child;
  child.rule("hang C_SetPIN");
  child.options.timeouts.login = std::chrono::milliseconds(300);
  const TokenOrder order = order_for(TokenAction::change_user_pin, "1234", "739146");
  const base::Error error = error_of([&] { child.get().administer(order); });
  require_error(error, ErrorKind::late);
  CHECK(contains(error.message(), "in C_SetPIN (phase login); it is not known whether the token was changed"));
  CHECK(contains(error.hint(), "either PIN may be the right one now"));
  CHECK(child.workers == 1);
}

TEST_CASE("neither PIN of a change is passed on when the module prints them") {
  ChildService child;
  child.rule("print stderr C_SetPIN \"from 1234 to 12345678\"").rule("fail C_SetPIN CKR_GENERAL_ERROR");
  const TokenOrder order = order_for(TokenAction::change_user_pin, "1234", "12345678");
  const base::Error error = error_of([&] { child.get().administer(order); });
  CHECK(contains(error.hint(), "from **** to ********"));
  CHECK_FALSE(contains(error.hint() + error.message() + child.get().module_output(), "1234"));
  CHECK_FALSE(contains(child.get().module_output(), "5678"));
}
