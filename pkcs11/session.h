#pragma once

#include "module.h"

namespace pkcs11 {

enum class Access { read, write };

// An open session. Its end closes this session and nothing else: there is never a C_Logout (though a token logs out by
// itself when the last session is closed, PKCS#11 v2.40 section 5.6).
class Session {
 public:
  // Opens the session in the weakest mode that the module accepts: read-only unless `access` or the quirk rw_session
  // asks for more, read-write where read-only is refused (CloudHSM 5 has no read-only sessions).
  static Session open(const Module& module, const TokenState& token, Access access);

  Session(Session&& other) noexcept;
  Session& operator=(Session&& other) noexcept;
  ~Session() { close(); }

  CK_SESSION_HANDLE handle() const { return handle_; }

  // Forgets the handle: something else ended the session (C_Finalize).
  void release() noexcept { module_ = nullptr; }
  void close() noexcept;

 private:
  Session(const Module& module, CK_SESSION_HANDLE handle) : module_(&module), handle_(handle) {}

  const Module* module_;  // null: nothing to close
  CK_SESSION_HANDLE handle_;
};

}  // namespace pkcs11
