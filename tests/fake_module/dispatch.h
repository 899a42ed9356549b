#pragma once

#include <optional>
#include <string>
#include <utility>

#include "cryptoki.h"
#include "module.h"

namespace fake {

// What a call is about: for the call log and for the selectors of rules. The PIN is only compared, never logged.
struct Subject {
  std::optional<CK_SLOT_ID> slot = {};
  std::optional<CK_SESSION_HANDLE> session = {};
  std::optional<CK_OBJECT_HANDLE> object = {};
  std::optional<CK_MECHANISM_TYPE> mechanism = {};
  std::optional<CK_USER_TYPE> user = {};
  std::optional<Pin> pin = {};
  std::optional<Template> search = {};      // logged with values
  std::optional<Template> attributes = {};  // logged by name
  std::optional<CK_ULONG> bytes = {};       // length of the data
  std::string text = {};
};

// Describes the subject in the words of the call log and fills in slot and mechanism where the session knows them.
std::string describe(Module& module, Subject& subject);

// One call from its entry to its result: logs both, and lets the rules act before and after the function's own work.
class Turn {
 public:
  Turn(const char* function, Subject subject);

  std::optional<CK_RV> before();  // a value: the function's own work is to be left out
  CK_RV after(CK_RV value);       // what the rules make of the result
  void leave(CK_RV value) const;
  std::string note;  // goes to the result's line

 private:
  std::optional<CK_RV> act(bool after);

  Module& module_;
  const char* function_;
  Subject subject_;
  unsigned long sequence_;
};

// Every entry point of the function list: `body` gets the Turn and returns a CK_RV or throws Refusal; it runs under the
// module's lock. No exception leaves.
template <typename Body>
CK_RV run(const char* function, Subject&& subject, Body&& body) noexcept {
  try {
    Turn turn(function, std::move(subject));
    std::optional<CK_RV> value = turn.before();
    if (!value) {
      const std::lock_guard lock(Module::instance().mutex);
      try {
        value = body(turn);
      } catch (const Refusal& refusal) {
        value = refusal.value;
      }
    }
    const CK_RV result = turn.after(*value);
    turn.leave(result);
    return result;
  } catch (...) {
    return CKR_GENERAL_ERROR;
  }
}

// The library is loaded (`load`) or its exit handlers run (`unload`).
void run_life_cycle(const char* event) noexcept;

}  // namespace fake
