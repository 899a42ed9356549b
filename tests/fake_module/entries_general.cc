#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <thread>

#include "dispatch.h"
#include "entries.h"
#include "mechanisms.h"

namespace fake {
namespace {

template <std::size_t kSize>
void fill(unsigned char (&field)[kSize], const std::string& text) {
  std::memset(field, ' ', kSize);
  std::memcpy(field, text.data(), std::min(text.size(), kSize));
}

// PKCS#11 v2.40 section 5.4: all four mutex functions or none; pReserved is NULL.
void check_arguments(const CK_C_INITIALIZE_ARGS& arguments, const Quirks& quirks) {
  const int functions = (arguments.CreateMutex != nullptr) + (arguments.DestroyMutex != nullptr) +
                        (arguments.LockMutex != nullptr) + (arguments.UnlockMutex != nullptr);
  const bool os_locking = (arguments.flags & CKF_OS_LOCKING_OK) != 0;
  if (functions != 0 && functions != 4) throw Refusal{CKR_ARGUMENTS_BAD};
  if (arguments.pReserved != nullptr && !quirks.init_string) throw Refusal{CKR_ARGUMENTS_BAD};
  if (functions == 4 && !os_locking) throw Refusal{CKR_CANT_LOCK};
  if (os_locking && quirks.refuses_os_locking) throw Refusal{CKR_CANT_LOCK};
  if ((arguments.flags & CKF_LIBRARY_CANT_CREATE_OS_THREADS) != 0 && quirks.needs_threads) {
    throw Refusal{CKR_NEED_TO_CREATE_THREADS};
  }
}

void check_init_string(const CK_C_INITIALIZE_ARGS* arguments, const Quirks& quirks) {
  if (!quirks.init_string) return;
  const auto* text = arguments == nullptr ? nullptr : static_cast<const char*>(arguments->pReserved);
  if (text == nullptr || (!quirks.init_string->empty() && *quirks.init_string != text)) {
    throw Refusal{CKR_ARGUMENTS_BAD};
  }
}

void complain(const std::string& problem) {
  const std::string line = "fake_pkcs11: " + problem + "\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

std::string describe(const CK_C_INITIALIZE_ARGS* arguments) {
  if (arguments == nullptr) return "arguments=none";
  return std::string("flags=") + std::to_string(arguments->flags) +
         (arguments->pReserved == nullptr ? "" : " reserved=given");
}

// Hands out a list the way PKCS#11 v2.40 section 5.2 wants it.
template <typename Value>
CK_RV hand_out(const std::vector<Value>& values, Value* out, CK_ULONG* count) {
  if (count == nullptr) return CKR_ARGUMENTS_BAD;
  const CK_ULONG room = *count;
  *count = values.size();
  if (out == nullptr) return CKR_OK;
  if (room < values.size()) return CKR_BUFFER_TOO_SMALL;
  std::copy(values.begin(), values.end(), out);
  return CKR_OK;
}

void disturb_process(const Quirks& quirks) {
  if (quirks.starts_thread) {
    std::thread([] {
      while (true)
        ::pause();
    }).detach();
  }
  if (!quirks.ignores_signals) return;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    std::signal(signal, SIG_IGN);
}

CK_RV initialise(const CK_C_INITIALIZE_ARGS* arguments) {
  Module& module = Module::instance();
  const Quirks& quirks = module.rules().quirks;
  if (module.initialised()) return quirks.initialises_twice ? CKR_OK : CKR_CRYPTOKI_ALREADY_INITIALIZED;
  if (!module.rules_problem().empty()) {
    complain(module.rules_problem());
    return CKR_GENERAL_ERROR;
  }
  if (arguments != nullptr) check_arguments(*arguments, quirks);
  check_init_string(arguments, quirks);
  try {
    module.initialise();
  } catch (const RuleError& error) {
    complain(error.what());
    return CKR_GENERAL_ERROR;
  }
  disturb_process(quirks);
  return CKR_OK;
}

}  // namespace

namespace entry {

CK_RV C_Initialize(void* arguments) {
  const auto* given = static_cast<const CK_C_INITIALIZE_ARGS*>(arguments);
  Module::instance().refresh_rules();
  return run("C_Initialize", Subject{.text = describe(given)}, [&](Turn&) { return initialise(given); });
}

CK_RV C_Finalize(void* reserved) {
  return run("C_Finalize", Subject{}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    if (reserved != nullptr) return CKR_ARGUMENTS_BAD;
    module.finalise();
    return CKR_OK;
  });
}

CK_RV C_GetInfo(CK_INFO* info) {
  return run("C_GetInfo", Subject{}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    if (info == nullptr) return CKR_ARGUMENTS_BAD;
    *info = {};
    info->cryptokiVersion = module.rules().quirks.list_version;
    fill(info->manufacturerID, module.rules().manufacturer);
    fill(info->libraryDescription, module.rules().library);
    info->libraryVersion = {1, 0};
    return CKR_OK;
  });
}

CK_RV C_GetSlotList(unsigned char token_present, CK_SLOT_ID* slots, CK_ULONG* count) {
  const std::string text = token_present != CK_FALSE ? "tokens" : "slots";
  return run("C_GetSlotList", Subject{.text = text}, [&](Turn& turn) {
    Module& module = Module::instance();
    module.require_initialised();
    std::vector<CK_SLOT_ID> ids;
    for (const auto& slot : module.slots()) {
      if (token_present == CK_FALSE || slot->present()) ids.push_back(slot->id());
    }
    turn.note = "found=" + std::to_string(ids.size());
    return hand_out(ids, slots, count);
  });
}

CK_RV C_GetSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO* info) {
  return run("C_GetSlotInfo", Subject{.slot = slot}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    if (info == nullptr) return CKR_ARGUMENTS_BAD;
    *info = module.slot(slot).slot_info();
    return CKR_OK;
  });
}

CK_RV C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  return run("C_GetTokenInfo", Subject{.slot = slot}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    if (info == nullptr) return CKR_ARGUMENTS_BAD;
    *info = module.slot_with_token(slot).token_info();
    return CKR_OK;
  });
}

CK_RV C_GetMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE* mechanisms, CK_ULONG* count) {
  return run("C_GetMechanismList", Subject{.slot = slot}, [&](Turn& turn) {
    Module& module = Module::instance();
    module.require_initialised();
    module.slot_with_token(slot);
    std::vector<CK_MECHANISM_TYPE> types;
    for (const Mechanism& mechanism : offered_mechanisms(module.rules()))
      types.push_back(mechanism.type);
    turn.note = "found=" + std::to_string(types.size());
    return hand_out(types, mechanisms, count);
  });
}

CK_RV C_GetMechanismInfo(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO* info) {
  return run("C_GetMechanismInfo", Subject{.slot = slot, .mechanism = type}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    module.slot_with_token(slot);
    if (info == nullptr) return CKR_ARGUMENTS_BAD;
    *info = mechanism_info(module.rules(), offered_mechanism(module.rules(), type));
    return CKR_OK;
  });
}

CK_RV C_GenerateRandom(CK_SESSION_HANDLE session, unsigned char* random, CK_ULONG length) {
  return run("C_GenerateRandom", Subject{.session = session, .bytes = length}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    module.session(session);
    if (random == nullptr) return CKR_ARGUMENTS_BAD;
    return RAND_bytes(random, static_cast<int>(length)) == 1 ? CKR_OK : CKR_FUNCTION_FAILED;
  });
}

CK_RV C_SeedRandom(CK_SESSION_HANDLE session, unsigned char*, CK_ULONG length) {
  return run("C_SeedRandom", Subject{.session = session, .bytes = length}, [&](Turn&) -> CK_RV {
    Module::instance().require_initialised();
    Module::instance().session(session);
    return CKR_RANDOM_SEED_NOT_SUPPORTED;
  });
}

CK_RV C_GetFunctionStatus(CK_SESSION_HANDLE session) {
  return run("C_GetFunctionStatus", Subject{.session = session},
             [](Turn&) -> CK_RV { return CKR_FUNCTION_NOT_PARALLEL; });
}

CK_RV C_CancelFunction(CK_SESSION_HANDLE session) {
  return run("C_CancelFunction", Subject{.session = session}, [](Turn&) -> CK_RV { return CKR_FUNCTION_NOT_PARALLEL; });
}

}  // namespace entry
}  // namespace fake
