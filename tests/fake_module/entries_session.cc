#include <string_view>

#include "dispatch.h"
#include "entries.h"
#include "pin_failures.h"

namespace fake {
namespace {

void check_session_kind(const Module& module, const Slot& slot, bool read_write) {
  const Quirks& quirks = const_cast<Module&>(module).rules().quirks;
  if (!read_write && quirks.read_only_refusal) throw Refusal{*quirks.read_only_refusal};
  if (read_write && quirks.read_write_refusal) throw Refusal{*quirks.read_write_refusal};
  if (read_write && slot.rule().write_protected) throw Refusal{CKR_TOKEN_WRITE_PROTECTED};
  if (!read_write && slot.user() == CKU_SO) throw Refusal{CKR_SESSION_READ_WRITE_SO_EXISTS};
  const unsigned long limit = slot.rule().session_limit;
  if (limit != 0 && module.count_sessions(slot) >= limit) throw Refusal{CKR_SESSION_COUNT};
}

CK_STATE state_of(const Session& session) {
  if (session.slot->user() == CKU_SO) return CKS_RW_SO_FUNCTIONS;
  if (session.slot->user_is_logged_in()) return session.read_write ? CKS_RW_USER_FUNCTIONS : CKS_RO_USER_FUNCTIONS;
  return session.read_write ? CKS_RW_PUBLIC_SESSION : CKS_RO_PUBLIC_SESSION;
}

// A context-specific login only makes sense between C_SignInit and C_Sign with a key that wants it (section 5.6).
void check_context(const Session& session) {
  if (!session.operation || !session.operation->needs_authentication) throw Refusal{CKR_OPERATION_NOT_INITIALIZED};
}

void log_in(Module& module, Session& session, CK_USER_TYPE user, const Pin& pin) {
  Slot& slot = *session.slot;
  if (user == CKU_CONTEXT_SPECIFIC) check_context(session);
  if (user == CKU_SO && module.count_sessions(slot, true) > 0) throw Refusal{CKR_SESSION_READ_ONLY_EXISTS};
  keeping_failures(module, slot, user, [&] { slot.login(user, pin); });
  if (user == CKU_CONTEXT_SPECIFIC) session.operation->needs_authentication = false;
}

void check_user_name(const Slot& slot, const unsigned char* name, CK_ULONG length) {
  const std::string& wanted = slot.rule().user_name;
  const std::string_view given(name == nullptr ? "" : reinterpret_cast<const char*>(name),
                               name == nullptr ? 0 : length);
  if (!wanted.empty() && given != wanted) throw Refusal{CKR_PIN_INCORRECT};
}

}  // namespace

namespace entry {

CK_RV C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, void*, CK_NOTIFY, CK_SESSION_HANDLE* session) {
  const bool read_write = (flags & CKF_RW_SESSION) != 0;
  return run("C_OpenSession", Subject{.slot = slot, .text = read_write ? "read-write" : "read-only"},
             [&](Turn& turn) -> CK_RV {
               Module& module = Module::instance();
               module.require_initialised();
               Slot& found = module.slot_with_token(slot);
               if (session == nullptr) return CKR_ARGUMENTS_BAD;
               if ((flags & CKF_SERIAL_SESSION) == 0) return CKR_SESSION_PARALLEL_NOT_SUPPORTED;
               if ((flags & ~(CKF_SERIAL_SESSION | CKF_RW_SESSION)) != 0) return CKR_ARGUMENTS_BAD;
               if (!found.rule().token_initialised) return CKR_TOKEN_NOT_RECOGNIZED;
               check_session_kind(module, found, read_write);
               *session = module.open_session(found, read_write);
               turn.note = "session=" + std::to_string(*session);
               return CKR_OK;
             });
}

CK_RV C_CloseSession(CK_SESSION_HANDLE session) {
  return run("C_CloseSession", Subject{.session = session}, [&](Turn&) -> CK_RV {
    Module::instance().require_initialised();
    Module::instance().close_session(session);
    return CKR_OK;
  });
}

CK_RV C_CloseAllSessions(CK_SLOT_ID slot) {
  return run("C_CloseAllSessions", Subject{.slot = slot}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    module.close_sessions(module.slot_with_token(slot));
    return CKR_OK;
  });
}

CK_RV C_GetSessionInfo(CK_SESSION_HANDLE session, CK_SESSION_INFO* info) {
  return run("C_GetSessionInfo", Subject{.session = session}, [&](Turn&) -> CK_RV {
    Module::instance().require_initialised();
    const Session& found = Module::instance().session(session);
    if (info == nullptr) return CKR_ARGUMENTS_BAD;
    *info = {};
    info->slotID = found.slot->id();
    info->state = state_of(found);
    info->flags = CKF_SERIAL_SESSION | (found.read_write ? CKF_RW_SESSION : 0);
    return CKR_OK;
  });
}

CK_RV C_Login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char* pin, CK_ULONG pin_length) {
  const Pin given = pin_of(pin, pin_length);
  return run("C_Login", Subject{.session = session, .user = user, .pin = given}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Session& found = module.session(session);
    if (!found.slot->rule().user_name.empty() && user != CKU_SO) return CKR_USER_TYPE_INVALID;
    log_in(module, found, user, given);
    return CKR_OK;
  });
}

CK_RV C_LoginUser(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char* pin, CK_ULONG pin_length,
                  unsigned char* name, CK_ULONG name_length) {
  const Pin given = pin_of(pin, pin_length);
  return run("C_LoginUser", Subject{.session = session, .user = user, .pin = given}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Session& found = module.session(session);
    check_user_name(*found.slot, name, name_length);
    log_in(module, found, user, given);
    return CKR_OK;
  });
}

CK_RV C_Logout(CK_SESSION_HANDLE session) {
  return run("C_Logout", Subject{.session = session}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Slot& slot = *module.session(session).slot;
    if (!slot.user()) return CKR_USER_NOT_LOGGED_IN;
    slot.logout();
    for (auto& [handle, each] : module.sessions()) {
      if (each.slot == &slot) each.operation.reset();
    }
    return CKR_OK;
  });
}

CK_RV C_SessionCancel(CK_SESSION_HANDLE session, CK_FLAGS flags) {
  return run("C_SessionCancel", Subject{.session = session}, [&](Turn&) -> CK_RV {
    Module::instance().require_initialised();
    Session& found = Module::instance().session(session);
    if ((flags & CKF_SIGN) != 0) found.operation.reset();
    constexpr CK_FLAGS kFindObjects = 0x40;
    if ((flags & kFindObjects) != 0) found.search.reset();
    return CKR_OK;
  });
}

}  // namespace entry
}  // namespace fake
