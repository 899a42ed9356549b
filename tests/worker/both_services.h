#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "child_service.h"

// The same test on both services, each on a fake module of its own whose changes outlive the process.
namespace both_services {

using namespace child_service;

struct Desk {
  explicit Desk(const std::vector<std::string>& rules) {
    token.keep_state();
    for (const std::string& line : rules)
      token.rule(line);
  }

  TokenState administer(TokenOrder order) { return service->administer(order); }
  int calls(const std::string& function) const { return token.calls(function); }

  FakeToken token;
  support::TestClock clock;
  int workers = 0;
  TokenService* service = nullptr;
};

template <typename Test>
void on_both(const std::vector<std::string>& rules, Test&& test) {
  {
    INFO("in this process");
    Desk desk(rules);
    LocalService local(Timeouts{}, desk.clock);
    local.load({desk.token.copy_module("fake.so"), {}, {}});
    desk.service = &local;
    test(desk);
    local.finish();
  }
  {
    INFO("in a child");
    Desk desk(rules);
    IsolatedOptions options;
    options.new_worker = [&desk] {
      ++desk.workers;
      return WorkerProcess::fork_first();
    };
    IsolatedService isolated(WorkerProcess(), options, desk.clock);
    isolated.load({FakeToken::module_path(), {}, {}});
    desk.service = &isolated;
    test(desk);
    const auto results = desk.token.results("C_InitToken");
    CHECK(desk.workers == 1 + std::count(results.begin(), results.end(), "CKR_OK"));
  }
}

inline base::Secret secret(const std::string& text) {
  return base::Secret(base::bytes_of(text));
}

inline TokenOrder order_for(TokenAction action, const std::string& pin, const std::string& new_pin = {}) {
  TokenOrder order;
  order.action = action;
  if (!pin.empty()) order.pin = secret(pin);
  if (!new_pin.empty()) order.new_pin = secret(new_pin);
  return order;
}

inline TokenOrder initialise(const std::string& label, const std::string& so_pin = "12345678") {
  TokenOrder order = order_for(TokenAction::initialise, so_pin);
  order.label = label;
  return order;
}

// Whether this is the user's PIN now.
inline bool lets_in(Desk& desk, const std::string& label, const std::string& pin) try {
  Uri filter;
  filter.token = label;
  const Login login = login_with(pin);
  desk.service->survey(filter, &login);
  return true;
} catch (const base::Error& error) {
  if (error.kind() != ErrorKind::pin_refused) throw;
  return false;
}

}  // namespace both_services
