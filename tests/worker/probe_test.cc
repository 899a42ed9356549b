#include "both_services.h"

using namespace both_services;
using std::chrono::milliseconds;

namespace {

const MechanismView* mechanism(const ProbedToken& token, const std::string& name) {
  for (const MechanismView& view : token.mechanisms) {
    if (view.name == name) return &view;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("a probe shows module, slots, tokens and mechanisms without a session") {
  on_both({"library manufacturer=maker description=lib", "token label=prod serial=42 slot-description=reader",
           "empty-slot", "token uninitialised", "mechanism CKM_ECDSA min=256 max=521"},
          [](Desk& desk) {
            const Probe probe = desk.service->probe({});
            CHECK(probe.module.manufacturer == "maker");
            CHECK(probe.module.description == "lib");
            CHECK(probe.module.library_version == "1.0");
            CHECK(probe.module.cryptoki_version == "2.40");
            CHECK(probe.module.interface_version == "2.40");
            CHECK(probe.empty_slots == 1);
            CHECK(probe.remarks.empty());
            REQUIRE(probe.tokens.size() == 2);
            CHECK(probe.tokens[0].token.label == "prod");
            CHECK(probe.tokens[0].token.slot_description == "reader");
            CHECK_FALSE(probe.tokens[1].token.initialised);
            const MechanismView* ecdsa = mechanism(probe.tokens[0], "CKM_ECDSA");
            REQUIRE(ecdsa != nullptr);
            CHECK(ecdsa->type == 0x1041);
            CHECK(ecdsa->min == 256);
            CHECK(ecdsa->max == 521);
            CHECK((ecdsa->flags & 0x800) != 0);
            CHECK(mechanism(probe.tokens[0], "CKM_RSA_PKCS_KEY_PAIR_GEN") != nullptr);
            CHECK(desk.calls("C_OpenSession") == 0);
            CHECK(desk.calls("C_Login") == 0);
          });
}

TEST_CASE("a probe names the phases, loading included, and not those of earlier jobs") {
  on_both({"key P-256 label=k id=01"}, [](Desk& desk) {
    desk.service->inspect(key_named("k"), nullptr);
    std::vector<std::string> phases;
    for (const PhaseTime& time : desk.service->probe({}).times)
      phases.push_back(time.phase);
    CHECK(phases == std::vector<std::string>{"load", "initialise", "slots", "find"});
  });
}

TEST_CASE("a probe tells how long each phase took") {
  ChildService child;
  child.rule("sleep C_GetMechanismList 30");
  for (int attempt = 0; attempt < 2; ++attempt) {
    const std::vector<PhaseTime> times = child.get().probe({}).times;
    REQUIRE(times.size() == 4);
    CHECK(times[0].duration > std::chrono::microseconds(0));
    CHECK(times[3].duration >= milliseconds(60));
    CHECK(times[3].duration < std::chrono::seconds(5));
  }
}

TEST_CASE("a probe looks at the tokens that fit the filter") {
  on_both({"token label=a", "token label=b"}, [](Desk& desk) {
    Uri filter;
    filter.token = "b";
    const Probe probe = desk.service->probe(filter);
    REQUIRE(probe.tokens.size() == 1);
    CHECK(probe.tokens[0].token.label == "b");
    CHECK(probe.empty_slots == 0);
  });
}

TEST_CASE("a slot, a list or a mechanism that cannot be read is a remark of the probe") {
  on_both({"token label=a slot=1", "token label=b slot=2", "token label=c slot=3",
           "fail C_GetTokenInfo slot=1 CKR_DEVICE_ERROR", "fail C_GetMechanismList slot=2 CKR_FUNCTION_FAILED",
           "fail C_GetMechanismInfo slot=3 mechanism=CKM_ECDSA CKR_MECHANISM_INVALID"},
          [](Desk& desk) {
            const Probe probe = desk.service->probe({});
            REQUIRE(probe.tokens.size() == 2);
            CHECK(probe.tokens[0].mechanisms.empty());
            const MechanismView* ecdsa = mechanism(probe.tokens[1], "CKM_ECDSA");
            REQUIRE(ecdsa != nullptr);
            CHECK(ecdsa->flags == 0);
            CHECK(probe.empty_slots == 0);
            REQUIRE(probe.remarks.size() == 3);
            CHECK(contains(probe.remarks[0], "slot 1"));
            CHECK(contains(probe.remarks[1], "cannot list the mechanisms of token \"b\""));
            CHECK(contains(probe.remarks[2], "the first is CKM_ECDSA (CKR_MECHANISM_INVALID)"));
          });
}

TEST_CASE("a module whose slots cannot be listed is not probed") {
  on_both({"fail C_GetSlotList CKR_ARGUMENTS_BAD"},
          [](Desk& desk) { require_error(error_of([&] { desk.service->probe({}); }), ErrorKind::token_failed, 7UL); });
}
