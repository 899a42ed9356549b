#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "module.h"
#include "rules.h"

namespace fake {

struct CallFilter {
  std::string_view function;
  bool after;
  std::optional<CK_SLOT_ID> slot;
  std::optional<CK_MECHANISM_TYPE> mechanism;
  std::optional<CK_USER_TYPE> user;
};

// Actions whose turn has come, in the order of the rules; counts the call.
std::vector<Action> actions_for(Module& module, const CallFilter& call);
// Does them. May not return. A value is the forced result of the call.
std::optional<CK_RV> perform(const std::vector<Action>& actions, Module& module);
// The number of this process among those that loaded the module with these rules, from 1.
unsigned long process_number(const Module& module);

}  // namespace fake
