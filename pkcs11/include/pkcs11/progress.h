#pragma once

#include "base/error.h"

namespace pkcs11 {

// Told where a job is, so that a watcher can name the phase and function of a module that hangs or dies. Calls come
// from the thread that runs the job; `function` is a string literal.
class Progress {
 public:
  virtual ~Progress() = default;

  // Before every call into the module ("C_FindObjects") and before it is loaded ("dlopen").
  virtual void enter(base::Phase phase, const char* function) = 0;

  // Asked immediately before C_Sign: false when nobody is left to take the signature.
  virtual bool may_sign() = 0;

  // Asked after a C_Sign that signed nothing: false when it has been repeated already.
  virtual bool may_sign_again() { return true; }

  // After a C_Login or C_LoginUser that took the PIN. Until then the token may have counted the PIN as wrong.
  virtual void pin_accepted() {}

  // Before a login on a token with a PIN pad of its own: login and sign now take as long as a person does.
  virtual void person_answers() {}
};

}  // namespace pkcs11
