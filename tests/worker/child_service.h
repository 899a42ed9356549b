#pragma once

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>

#include "../pkcs11/fake_service.h"
#include "pkcs11/isolated_service.h"

// An IsolatedService on the scripted fake module, its workers forked from the test.
namespace child_service {

using namespace pkcs11;
using base::ErrorKind;
using base::Phase;
using fake_service::contains;
using fake_service::FakeService;
using fake_service::key_named;
using fake_service::login_with;
using signing::SignOrders;

inline bool is_alive(pid_t process) {
  return kill(process, 0) == 0;
}

struct ChildService {
  ChildService() {
    options.new_worker = [this] {
      ++workers;
      return WorkerProcess::fork_first();
    };
    token.rule("key P-256 label=release id=01");
  }

  ChildService& rule(const std::string& line) {
    token.rule(line);
    return *this;
  }

  // Rules and options first, then the first job.
  IsolatedService& get() {
    if (service) return *service;
    WorkerProcess first = options.new_worker();
    first_worker = first.id();
    settings.path = FakeToken::module_path();
    service = std::make_unique<IsolatedService>(std::move(first), options, clock);
    service->load(settings);
    return *service;
  }

  Inspection inspect(const InspectOrder& order = key_named("release")) { return get().inspect(order, nullptr); }

  SignResult sign(const std::string& pin = "1234") {
    const Login login = login_with(pin);
    const PublicKey expected = FakeService::test_key(KeySpec::ec_256);
    SignResult result = get().sign(SignOrders::over(KeySpec::ec_256, "hello"), key_named("release"), expected, &login);
    REQUIRE(support::verifies(expected, KeySpec::ec_256, "hello", result.signature));
    return result;
  }

  GeneratedKey generate() {
    GenerateOrder order;
    order.label = "new";
    order.id = {7};
    return get().generate(order, login_with("1234"));
  }

  int calls(const std::string& function) const { return token.calls(function); }

  FakeToken token;
  support::TestClock clock;
  IsolatedOptions options;
  ModuleSettings settings;
  std::unique_ptr<IsolatedService> service;
  pid_t first_worker = 0;
  int workers = 0;
};

}  // namespace child_service
