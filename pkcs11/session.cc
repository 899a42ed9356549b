#include "session.h"

#include <utility>

#include "token.h"

namespace pkcs11 {
namespace {

using base::Phase;

bool read_only_refused(CK_RV answer) {
  switch (answer) {
    case CKR_SESSION_READ_ONLY:
    case CKR_SESSION_READ_WRITE_SO_EXISTS:
    case CKR_FUNCTION_NOT_SUPPORTED:
    case CKR_ARGUMENTS_BAD:
      return true;
    default:
      return false;
  }
}

CK_RV open_with(const Module& module, CK_SLOT_ID slot, CK_FLAGS flags, CK_SESSION_HANDLE& handle) {
  return module.call_patiently(Phase::open, "C_OpenSession", &CK_FUNCTION_LIST::C_OpenSession, slot, flags, nullptr,
                               nullptr, &handle);
}

}  // namespace

Session Session::open(const Module& module, const TokenState& token, Access access) {
  const CK_FLAGS read = CKF_SERIAL_SESSION, write = CKF_SERIAL_SESSION | CKF_RW_SESSION;
  const bool write_at_once = access == Access::write || module.quirks().has(Quirk::rw_session);
  CK_SESSION_HANDLE handle = CK_INVALID_HANDLE;
  CK_RV answer = open_with(module, token.slot_id, write_at_once ? write : read, handle);
  if (!write_at_once && read_only_refused(answer) && open_with(module, token.slot_id, write, handle) == CKR_OK)
    answer = CKR_OK;
  if (answer != CKR_OK) throw module.error(Phase::open, answer, "cannot open a session on " + describe(token));
  return Session(module, handle);
}

Session::Session(Session&& other) noexcept : module_(std::exchange(other.module_, nullptr)), handle_(other.handle_) {}

Session& Session::operator=(Session&& other) noexcept {
  if (this != &other) {
    close();
    module_ = std::exchange(other.module_, nullptr);
    handle_ = other.handle_;
  }
  return *this;
}

void Session::close() noexcept {
  if (module_ == nullptr) return;
  module_->call(Phase::open, "C_CloseSession", &CK_FUNCTION_LIST::C_CloseSession, handle_);
  module_ = nullptr;
}

}  // namespace pkcs11
