#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "objects.h"
#include "rules.h"

namespace fake {

// What outlives the rules of a token once it was initialised or a PIN was changed.
struct TokenChange {
  std::string label, serial, pin, so_pin;
  bool user_pin_set = true;
  bool pin_to_be_changed = false;
  bool emptied = false;  // C_InitToken has destroyed the objects of the rules
};

using Pin = std::optional<std::string_view>;  // nothing: the NULL pointer of a protected authentication path

inline Pin pin_of(const unsigned char* pin, CK_ULONG length) {
  if (pin == nullptr) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(pin), length);
}

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

  unsigned long pin_failures(CK_USER_TYPE user) const { return user == CKU_SO ? so_failures_ : failures_; }
  void set_pin_failures(CK_USER_TYPE user, unsigned long failures) {
    (user == CKU_SO ? so_failures_ : failures_) = failures;
  }

  // C_InitToken: wants the SO PIN of a token that has one, destroys every object, forgets the user PIN.
  void initialise_token(const Pin& so_pin, const std::string& label);
  // C_InitPIN and C_SetPIN; the latter changes the SO PIN while the security officer is logged in.
  void initialise_pin(const Pin& pin);
  void change_pin(const Pin& old_pin, const Pin& new_pin);

  // What C_InitToken and the PIN functions made of the token; nothing: it is as the rules say.
  const std::optional<TokenChange>& change() const { return change_; }
  void apply(TokenChange change);

  // Objects that the present login state shows.
  std::map<CK_OBJECT_HANDLE, Object>& objects() { return objects_; }
  bool shows(const Object& object) const {
    return user_is_logged_in() || !rule_.login_required || !object.flag(CKA_PRIVATE);
  }

 private:
  CK_FLAGS pin_flags() const;
  void check_length(const Pin& pin) const;
  void note_change();
  bool takes(CK_USER_TYPE user) const;
  void check_pin(CK_USER_TYPE user, const Pin& pin);

  SlotRule rule_;
  CK_SLOT_ID id_;
  bool present_;
  std::optional<CK_USER_TYPE> user_;
  unsigned long failures_ = rule_.pin_failures;
  unsigned long so_failures_ = rule_.so_pin_failures;
  std::optional<TokenChange> change_;
  std::map<CK_OBJECT_HANDLE, Object> objects_;
};

}  // namespace fake
