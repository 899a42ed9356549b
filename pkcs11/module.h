#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "cryptoki.h"
#include "patience.h"
#include "pkcs11/key_service.h"
#include "pkcs11/progress.h"
#include "rv.h"

namespace pkcs11 {

// CK_INFO, trimmed.
struct ModuleDescription {
  std::string manufacturer, library, version;  // version "2.6"
  std::string cryptoki_version;                // "2.40"
  std::string text() const;                    // the first three in one line
};

// A PKCS#11 library, loaded and initialised. Every call into it goes through call() or call_patiently(), which report
// it first. It is never unloaded, and finish() alone finalises it.
class Module {
 public:
  // Errors: module_unusable, and what C_Initialize answered. `progress` and `patience` outlive the module.
  Module(const ModuleSettings& settings, Progress& progress, Patience& patience);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  // One call, whatever it answers; CKR_FUNCTION_NOT_SUPPORTED when the module has no such function.
  template <typename Function, typename... Arguments>
  CK_RV call(base::Phase phase, const char* name, Function CK_FUNCTION_LIST::* function, Arguments... arguments) const {
    progress_.enter(phase, name);
    const Function entry = functions_->*function;
    return entry == nullptr ? CKR_FUNCTION_NOT_SUPPORTED : entry(arguments...);
  }

  // Repeats a call that changes nothing while the module answers that it is busy, as long as the job's patience lasts.
  template <typename Function, typename... Arguments>
  CK_RV call_patiently(base::Phase phase, const char* name, Function CK_FUNCTION_LIST::* function,
                       Arguments... arguments) const {
    while (true) {
      const CK_RV answer = call(phase, name, function, arguments...);
      if (!worth_waiting(phase, answer) || !patience_.wait()) return answer;
    }
  }

  // C_LoginUser; CKR_FUNCTION_NOT_SUPPORTED unless the module has it. The only function of v3.0 that is used, so
  // C_GetInterface (PKCS#11 v3.0 section 5.4) is called here and not before.
  CK_RV login_user(CK_SESSION_HANDLE session, CK_USER_TYPE user_type, CK_UTF8CHAR* pin, CK_ULONG pin_size,
                   const std::string& user_name) const;

  // "<what>: <cause> (CKR name)" of the kind that the return value means in this phase, with the module's path.
  base::Error error(base::Phase phase, CK_RV value, const std::string& what, const std::string& hint = {}) const;

  // Likewise for a C_Sign that failed: outcome_unknown unless the return value proves that nothing was signed.
  base::Error error_after_sign(CK_RV value, const std::string& what) const;

  // An error that no return value stands behind, with the module's path.
  base::Error error(base::ErrorKind kind, base::Phase phase, std::string message, std::string hint = {}) const;

  const std::string& path() const { return path_; }
  const Quirks& quirks() const { return quirks_; }
  Progress& progress() const { return progress_; }

  // C_GetInfo, called on first use; empty fields when the module does not answer it.
  const ModuleDescription& description() const;

  // The version at the head of the function list that is used.
  std::string interface_version() const;

  // C_Finalize, at most once, if this object initialised the module and no quirk forbids it; the result is ignored.
  // True when that ended all sessions.
  bool finish() noexcept;

 private:
  static bool worth_waiting(base::Phase phase, CK_RV answer);
  CK_FUNCTION_LIST_3_0* functions_of_version_3() const;
  void load();
  void initialise();
  base::Error with_context(base::Error error, const std::string& hint) const;

  std::string path_;
  Quirks quirks_;
  std::string init_arguments_;  // modules may keep the pointer
  Progress& progress_;
  Patience& patience_;
  void* library_ = nullptr;
  CK_FUNCTION_LIST* functions_ = nullptr;
  bool ours_ = false;
  mutable std::optional<ModuleDescription> description_;
};

}  // namespace pkcs11
