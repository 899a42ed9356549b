#pragma once

#include "module.h"
#include "state_folder.h"

namespace fake {

// Does what may count a wrong PIN, and puts the new count into the state folder if there is one.
template <typename Work>
void keeping_failures(Module& module, Slot& slot, CK_USER_TYPE user, Work&& work) {
  const unsigned long failures = slot.pin_failures(user);
  const std::string folder = module.rules().state_folder;
  const auto keep = [&] {
    if (!folder.empty() && slot.pin_failures(user) != failures) {
      StateFolder(folder, slot.id()).store_pin_failures(user, slot.pin_failures(user));
    }
  };
  try {
    work();
  } catch (const Refusal&) {
    keep();
    throw;
  }
  keep();
}

}  // namespace fake
