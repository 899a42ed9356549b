#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.h"
#include "fake_token.h"
#include "pkcs11/local_service.h"
#include "support/signature_check.h"
#include "support/test_clock.h"
#include "throws_error.h"

// A LocalService on the scripted fake module, with a module of its own for each test, and what tests ask it.
namespace fake_service {

using namespace pkcs11;
using signing::SignOrders;

class RecordedProgress final : public Progress {
 public:
  void enter(base::Phase phase, const char* function) override {
    calls.push_back(std::string(name_of(phase)) + " " + function);
    if (before_generation && std::string_view(function) == "C_GenerateKeyPair")
      std::exchange(before_generation, nullptr)();
  }
  bool may_sign() override { return host_is_there; }
  void person_answers() override { ++persons; }

  std::vector<std::string> calls;
  std::function<void()> before_generation;  // called once
  bool host_is_there = true;
  int persons = 0;
};

inline Login login_with(const std::string& pin) {
  Login login;
  login.pin = base::Secret(base::bytes_of(pin));
  return login;
}

inline InspectOrder key_named(const std::string& label) {
  InspectOrder order;
  order.uri.object = label;
  return order;
}

inline InspectOrder key_with_id(base::Bytes id) {
  InspectOrder order;
  order.uri.id = std::move(id);
  return order;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The first object of that type's attribute; empty when it does not show it.
inline std::string attribute(const KeyDetails& details, const std::string& type, const std::string& name) {
  for (const ObjectView& object : details.objects) {
    if (object.type != type) continue;
    for (const AttributeText& each : object.attributes) {
      if (each.name == name) return each.value;
    }
    return {};
  }
  return {};
}

struct FakeService {
  // Rules first, then the first job.
  FakeService& rule(const std::string& line) {
    token.rule(line);
    return *this;
  }

  LocalService& get() {
    if (!loaded) {
      settings.path = token.copy_module("fake.so");
      service.load(settings);
      loaded = true;
    }
    return service;
  }

  Inspection inspect(const InspectOrder& order) { return get().inspect(order, nullptr); }

  // Signs with the key as inspect shows it, or `expected`, and proves the signature.
  SignResult sign(const InspectOrder& order, KeySpec spec = KeySpec::ec_256, const std::string& pin = "1234") {
    const Login login = login_with(pin);
    return sign(order, spec, &login);
  }

  SignResult sign(const InspectOrder& order, KeySpec spec, const Login* login,
                  SignPurpose purpose = SignPurpose::challenge) {
    const PublicKey expected = test_key(spec);
    SignResult result = get().sign(SignOrders::over(spec, "hello", purpose), order, expected, login);
    REQUIRE(support::verifies(expected, spec, "hello", result.signature, scheme_of(purpose)));
    return result;
  }
  SignResult decide(const InspectOrder& order, KeySpec spec) {
    const Login login = login_with("1234");
    return sign(order, spec, &login, SignPurpose::decision);
  }

  // The public half of the fake module's key of that spec.
  static PublicKey test_key(KeySpec spec, bool other = false);

  int calls(const std::string& function) const { return token.calls(function); }

  ~FakeService() { service.finish(); }

  FakeToken token;
  support::TestClock clock;
  RecordedProgress progress;
  ModuleSettings settings;
  LocalService service{Timeouts{}, clock, &progress};
  bool loaded = false;
};

}  // namespace fake_service
