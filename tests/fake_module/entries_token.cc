#include "dispatch.h"
#include "entries.h"
#include "pin_failures.h"

namespace fake {
namespace {

constexpr std::size_t kLabelSize = 32;

// PKCS#11 v2.40 section 5.5, C_InitToken: padded with blanks, not terminated.
std::string label_of(const unsigned char* label) {
  std::string text(reinterpret_cast<const char*>(label), kLabelSize);
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

void keep_change(Module& module, const Slot& slot) {
  const std::string& folder = module.rules().state_folder;
  if (!folder.empty() && slot.change()) StateFolder(folder, slot.id()).store(*slot.change());
}

Session& writing_session(Module& module, CK_SESSION_HANDLE session) {
  Session& found = module.session(session);
  if (!found.read_write) throw Refusal{CKR_SESSION_READ_ONLY};
  return found;
}

}  // namespace

namespace entry {

CK_RV C_InitToken(CK_SLOT_ID slot, unsigned char* pin, CK_ULONG pin_length, unsigned char* label) {
  const Pin given = pin_of(pin, pin_length);
  return run("C_InitToken", Subject{.slot = slot, .user = CKU_SO, .pin = given}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Slot& found = module.slot_with_token(slot);
    if (label == nullptr) return CKR_ARGUMENTS_BAD;
    if (module.count_sessions(found) > 0) return CKR_SESSION_EXISTS;
    keeping_failures(module, found, CKU_SO, [&] { found.initialise_token(given, label_of(label)); });
    const std::string& folder = module.rules().state_folder;
    if (!folder.empty()) StateFolder(folder, slot).clear();
    keep_change(module, found);
    return CKR_OK;
  });
}

CK_RV C_InitPIN(CK_SESSION_HANDLE session, unsigned char* pin, CK_ULONG pin_length) {
  return run("C_InitPIN", Subject{.session = session}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Slot& slot = *writing_session(module, session).slot;
    keeping_failures(module, slot, CKU_USER, [&] { slot.initialise_pin(pin_of(pin, pin_length)); });
    keep_change(module, slot);
    return CKR_OK;
  });
}

CK_RV C_SetPIN(CK_SESSION_HANDLE session, unsigned char* old_pin, CK_ULONG old_length, unsigned char* new_pin,
               CK_ULONG new_length) {
  const Pin given = pin_of(old_pin, old_length);
  Module& module = Module::instance();
  Subject subject{.session = session, .pin = given};
  {
    const std::lock_guard lock(module.mutex);
    const Session* found = module.find_session(session);
    subject.user = found != nullptr && found->slot->user() == CKU_SO ? CKU_SO : CKU_USER;
  }
  const CK_USER_TYPE user = *subject.user;
  return run("C_SetPIN", std::move(subject), [&](Turn&) -> CK_RV {
    module.require_initialised();
    Slot& slot = *writing_session(module, session).slot;
    keeping_failures(module, slot, user, [&] { slot.change_pin(given, pin_of(new_pin, new_length)); });
    keep_change(module, slot);
    return CKR_OK;
  });
}

}  // namespace entry
}  // namespace fake
