#pragma once

#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "objects.h"
#include "rules.h"

namespace fake {

using Pin = std::optional<std::string_view>;  // nothing: the NULL pointer of a protected authentication path

// A slot with its token, the token's objects and who is logged in (PKCS#11 v2.40 section 2.4: the login belongs to the
// application and the token, not to a session).
class Slot {
 public:
  Slot(SlotRule rule, CK_SLOT_ID id) : rule_(std::move(rule)), id_(id), present_(rule_.token_present) {}

  CK_SLOT_ID id() const { return id_; }
  const SlotRule& rule() const { return rule_; }
  bool present() const { return present_; }
  void remove_token();

  CK_SLOT_INFO slot_info() const;
  CK_TOKEN_INFO token_info() const;

  // Whether this is the PIN of that user; counts nothing.
  bool is_right(CK_USER_TYPE user, const Pin& pin) const;
  // Throws Refusal. A context-specific login leaves the state as it is.
  void login(CK_USER_TYPE user, const Pin& pin);
  void logout() { user_.reset(); }
  std::optional<CK_USER_TYPE> user() const { return user_; }
  bool user_is_logged_in() const { return user_ && *user_ != CKU_SO; }

  unsigned long pin_failures() const { return failures_; }
  void set_pin_failures(unsigned long failures) { failures_ = failures; }

  // Objects that the present login state shows.
  std::map<CK_OBJECT_HANDLE, Object>& objects() { return objects_; }
  bool shows(const Object& object) const {
    return user_is_logged_in() || !rule_.login_required || !object.flag(CKA_PRIVATE);
  }

 private:
  CK_FLAGS pin_flags() const;
  bool takes(CK_USER_TYPE user) const;
  void check_pin(CK_USER_TYPE user, const Pin& pin);

  SlotRule rule_;
  CK_SLOT_ID id_;
  bool present_;
  std::optional<CK_USER_TYPE> user_;
  unsigned long failures_ = rule_.pin_failures;
  std::map<CK_OBJECT_HANDLE, Object> objects_;
};

}  // namespace fake
