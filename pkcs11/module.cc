#include "module.h"

#include <dlfcn.h>

#include <cstring>

#include "module_file.h"
#include "token.h"
#include "vendor_hint.h"

namespace pkcs11 {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr char kInterfaceName[] = "PKCS 11";

void* open_library(const std::string& path, bool deepbind) {
  dlerror();
  if (void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | (deepbind ? RTLD_DEEPBIND : 0))) return library;
  const char* reason = dlerror();
  throw loader_error(path, reason != nullptr ? reason : "the dynamic loader gives no reason");
}

// The list of version 3 that C_GetInterface hands out, or null. What counts is the version at the head of the list, not
// what was asked for: modules announce one version and hand out another.
CK_FUNCTION_LIST_3_0* list_of_version_3(CK_C_GetInterface get_interface) {
  CK_INTERFACE* found = nullptr;
  std::string name = kInterfaceName;
  const CK_RV answer = get_interface(reinterpret_cast<CK_UTF8CHAR*>(name.data()), nullptr, &found, 0);
  if (answer != CKR_OK || found == nullptr || found->pFunctionList == nullptr || found->pInterfaceName == nullptr)
    return nullptr;
  const auto* interface_name = reinterpret_cast<const char*>(found->pInterfaceName);
  if (std::strcmp(interface_name, kInterfaceName) != 0) return nullptr;
  if (static_cast<const CK_VERSION*>(found->pFunctionList)->major != 3) return nullptr;
  return static_cast<CK_FUNCTION_LIST_3_0*>(found->pFunctionList);
}

}  // namespace

std::string ModuleDescription::text() const {
  std::string line = manufacturer;
  for (const std::string* part : {&library, &version}) {
    if (!line.empty() && !part->empty()) line += ' ';
    line += *part;
  }
  return line;
}

Module::Module(const ModuleSettings& settings, Progress& progress, Patience& patience)
    : path_(settings.path),
      quirks_(settings.quirks),
      init_arguments_(settings.init_args),
      progress_(progress),
      patience_(patience) {
  load();
  initialise();
}

void Module::load() {
  progress_.enter(Phase::load, "dlopen");
  check_library_format(path_);
  library_ = open_library(path_, quirks_.has(Quirk::deepbind));
  auto get_list = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library_, "C_GetFunctionList"));
  if (get_list == nullptr) throw not_a_module(path_, "it does not export C_GetFunctionList");
  progress_.enter(Phase::load, "C_GetFunctionList");
  const CK_RV answer = get_list(&functions_);
  if (answer != CKR_OK) throw error(Phase::load, answer, "cannot load module " + base::printable(path_));
  if (functions_ == nullptr) throw not_a_module(path_, "its C_GetFunctionList gives no functions");
}

void Module::initialise() {
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  if (!init_arguments_.empty()) arguments.pReserved = init_arguments_.data();
  const auto attempt = [&] {
    return call_patiently(Phase::initialise, "C_Initialize", &CK_FUNCTION_LIST::C_Initialize,
                          static_cast<void*>(&arguments));
  };
  CK_RV answer = attempt();
  if (answer == CKR_CANT_LOCK) {
    arguments.flags = 0;
    answer = attempt();
  }
  ours_ = answer == CKR_OK;
  if (!ours_ && answer != CKR_CRYPTOKI_ALREADY_INITIALIZED)
    throw error(Phase::initialise, answer, "cannot initialise module " + base::printable(path_), vendor_hint(path_));
}

bool Module::worth_waiting(Phase phase, CK_RV answer) {
  return answer != CKR_OK && remedy_for(answer, phase) == Remedy::wait;
}

CK_FUNCTION_LIST_3_0* Module::functions_of_version_3() const {
  const auto get_interface = reinterpret_cast<CK_C_GetInterface>(dlsym(library_, "C_GetInterface"));
  if (get_interface == nullptr) return nullptr;
  progress_.enter(Phase::load, "C_GetInterface");
  return list_of_version_3(get_interface);
}

CK_RV Module::login_user(CK_SESSION_HANDLE session, CK_USER_TYPE user_type, CK_UTF8CHAR* pin, CK_ULONG pin_size,
                         const std::string& user_name) const {
  const CK_FUNCTION_LIST_3_0* functions = functions_of_version_3();
  if (functions == nullptr || functions->C_LoginUser == nullptr) return CKR_FUNCTION_NOT_SUPPORTED;
  progress_.enter(Phase::login, "C_LoginUser");
  std::string name = user_name;
  return functions->C_LoginUser(session, user_type, pin, pin_size, reinterpret_cast<CK_UTF8CHAR*>(name.data()),
                                name.size());
}

Error Module::error(Phase phase, CK_RV value, const std::string& what, const std::string& hint) const {
  return with_context(error_from(what, phase, value), hint);
}

Error Module::error(ErrorKind kind, Phase phase, std::string message, std::string hint) const {
  return Error(kind, phase, std::move(message), std::move(hint)).with_module(path_);
}

Error Module::error_after_sign(CK_RV value, const std::string& what) const {
  return with_context(pkcs11::error_after_sign(what, value), {});
}

Error Module::with_context(Error error, const std::string& hint) const {
  std::string hints = error.hint();
  if (!hint.empty()) hints += (hints.empty() ? "" : "\n") + hint;
  if (error.return_value() == CKR_USER_NOT_LOGGED_IN && quirks_.has(Quirk::never_login))
    hints += "\nno login was made because of the quirk " + std::string(name_of(Quirk::never_login));
  Error result(error.kind(), error.phase(), error.message(), std::move(hints));
  if (error.return_value()) std::move(result).with_return_value(*error.return_value());
  return std::move(result).with_module(path_);
}

std::string Module::interface_version() const {
  return version_text(functions_->version);
}

const ModuleDescription& Module::description() const {
  if (!description_) {
    CK_INFO info{};
    description_.emplace();
    if (call_patiently(Phase::slots, "C_GetInfo", &CK_FUNCTION_LIST::C_GetInfo, &info) == CKR_OK) {
      description_->manufacturer = field_text(info.manufacturerID, sizeof info.manufacturerID);
      description_->library = field_text(info.libraryDescription, sizeof info.libraryDescription);
      description_->version = version_text(info.libraryVersion);
      description_->cryptoki_version = version_text(info.cryptokiVersion);
    }
  }
  return *description_;
}

bool Module::finish() noexcept {
  if (!ours_ || quirks_.has(Quirk::no_finalize)) return false;
  ours_ = false;
  call(Phase::none, "C_Finalize", &CK_FUNCTION_LIST::C_Finalize, nullptr);
  return true;
}

}  // namespace pkcs11
