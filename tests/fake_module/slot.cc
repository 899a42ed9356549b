#include "slot.h"

#include <algorithm>
#include <cstring>

namespace fake {
namespace {

template <std::size_t kSize>
void fill(unsigned char (&field)[kSize], const std::string& text, char padding) {
  std::memset(field, padding, kSize);
  std::memcpy(field, text.data(), std::min(text.size(), kSize));
}

struct Tries {
  unsigned long failed, locks_after;
  bool locked() const { return locks_after != 0 && failed >= locks_after; }
  bool final_try() const { return locks_after != 0 && failed + 1 == locks_after; }
};

CK_FLAGS flags_of(const Tries& tries, PinFlags style) {
  if (tries.failed == 0 || style == PinFlags::none) return 0;
  if (style == PinFlags::single) {
    if (tries.locked()) return CKF_USER_PIN_LOCKED;
    return tries.final_try() ? CKF_USER_PIN_FINAL_TRY : CKF_USER_PIN_COUNT_LOW;
  }
  CK_FLAGS flags = CKF_USER_PIN_COUNT_LOW;
  if (tries.final_try()) flags |= CKF_USER_PIN_FINAL_TRY;
  if (tries.locked()) flags |= CKF_USER_PIN_LOCKED;
  return flags;
}

}  // namespace

void Slot::remove_token() {
  present_ = false;
  user_.reset();
}

CK_SLOT_INFO Slot::slot_info() const {
  CK_SLOT_INFO info{};
  fill(info.slotDescription, rule_.description, rule_.padding);
  fill(info.manufacturerID, rule_.manufacturer, rule_.padding);
  info.flags = CKF_REMOVABLE_DEVICE | CKF_HW_SLOT | (present_ ? CKF_TOKEN_PRESENT : 0);
  info.hardwareVersion = {1, 0};
  info.firmwareVersion = {1, 0};
  return info;
}

CK_TOKEN_INFO Slot::token_info() const {
  CK_TOKEN_INFO info{};
  fill(info.label, rule_.label, rule_.padding);
  fill(info.manufacturerID, rule_.manufacturer, rule_.padding);
  fill(info.model, rule_.model, rule_.padding);
  fill(info.serialNumber, rule_.serial, rule_.padding);
  info.flags = CKF_RNG | pin_flags();
  if (rule_.token_initialised) info.flags |= CKF_TOKEN_INITIALIZED;
  if (rule_.token_initialised && rule_.user_pin_set) info.flags |= CKF_USER_PIN_INITIALIZED;
  if (rule_.login_required) info.flags |= CKF_LOGIN_REQUIRED;
  if (rule_.write_protected) info.flags |= CKF_WRITE_PROTECTED;
  if (rule_.protected_path) info.flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
  info.ulMaxSessionCount = info.ulMaxRwSessionCount = rule_.session_limit;
  info.ulSessionCount = info.ulRwSessionCount = CK_UNAVAILABLE_INFORMATION;
  info.ulMinPinLen = rule_.pin_min;
  info.ulMaxPinLen = rule_.pin_max;
  info.ulTotalPublicMemory = info.ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION;
  info.ulTotalPrivateMemory = info.ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
  info.hardwareVersion = rule_.hardware;
  info.firmwareVersion = rule_.firmware;
  return info;
}

CK_FLAGS Slot::pin_flags() const {
  const CK_FLAGS flags = rule_.pin_to_be_changed ? CKF_USER_PIN_TO_BE_CHANGED : 0;
  const CK_FLAGS user = flags_of({failures_, rule_.locks_after}, rule_.pin_flags);
  const CK_FLAGS officer = flags_of({so_failures_, rule_.so_locks_after}, rule_.pin_flags);
  // Those of the security officer are four bits further up (PKCS#11 v2.40 section 3.2, CK_TOKEN_INFO).
  return flags | user | officer << 4;
}

bool Slot::takes(CK_USER_TYPE user) const {
  if (user == CKU_SO || user == CKU_CONTEXT_SPECIFIC) return true;
  return std::find(rule_.user_types.begin(), rule_.user_types.end(), user) != rule_.user_types.end();
}

bool Slot::is_right(CK_USER_TYPE user, const Pin& pin) const {
  if (!pin) return rule_.protected_path;
  return *pin == (user == CKU_SO ? rule_.so_pin : rule_.pin);
}

void Slot::check_pin(CK_USER_TYPE user, const Pin& pin) {
  if (!pin && !rule_.protected_path) throw Refusal{CKR_ARGUMENTS_BAD};
  const bool officer = user == CKU_SO;
  if (!officer && !rule_.user_pin_set) throw Refusal{CKR_USER_PIN_NOT_INITIALIZED};
  unsigned long& failures = officer ? so_failures_ : failures_;
  if (Tries{failures, officer ? rule_.so_locks_after : rule_.locks_after}.locked()) throw Refusal{CKR_PIN_LOCKED};
  if (!is_right(user, pin)) {
    ++failures;
    throw Refusal{CKR_PIN_INCORRECT};
  }
  failures = 0;
}

void Slot::login(CK_USER_TYPE user, const Pin& pin) {
  if (!takes(user)) throw Refusal{CKR_USER_TYPE_INVALID};
  if (user == CKU_CONTEXT_SPECIFIC) return check_pin(user, pin);
  if (user_ == user) throw Refusal{CKR_USER_ALREADY_LOGGED_IN};
  if (user_) throw Refusal{CKR_USER_ANOTHER_ALREADY_LOGGED_IN};
  check_pin(user, pin);
  if (user != CKU_SO && rule_.pin_to_be_changed) throw Refusal{CKR_PIN_EXPIRED};
  user_ = user;
}

void Slot::check_length(const Pin& pin) const {
  if (!pin && !rule_.protected_path) throw Refusal{CKR_ARGUMENTS_BAD};
  if (pin && (pin->size() < rule_.pin_min || pin->size() > rule_.pin_max)) throw Refusal{CKR_PIN_LEN_RANGE};
}

void Slot::initialise_token(const Pin& so_pin, const std::string& label) {
  if (rule_.write_protected) throw Refusal{CKR_TOKEN_WRITE_PROTECTED};
  if (rule_.token_initialised) {
    check_pin(CKU_SO, so_pin);
  } else {
    check_length(so_pin);
    if (so_pin) rule_.so_pin = *so_pin;
    so_failures_ = 0;
  }
  rule_.token_initialised = true;
  rule_.label = label;
  if (rule_.serial.empty()) rule_.serial = "new-" + std::to_string(id_);
  rule_.user_pin_set = false;
  rule_.pin_to_be_changed = false;
  failures_ = 0;
  objects_.clear();
  note_change();
  change_->emptied = true;
}

void Slot::initialise_pin(const Pin& pin) {
  if (user_ != CKU_SO) throw Refusal{CKR_USER_NOT_LOGGED_IN};
  check_length(pin);
  if (pin) rule_.pin = *pin;
  rule_.user_pin_set = true;
  rule_.pin_to_be_changed = false;
  failures_ = 0;
  note_change();
}

void Slot::change_pin(const Pin& old_pin, const Pin& new_pin) {
  const bool officer = user_ == CKU_SO;
  check_pin(officer ? CKU_SO : CKU_USER, old_pin);
  check_length(new_pin);
  if (new_pin) (officer ? rule_.so_pin : rule_.pin) = *new_pin;
  if (!officer) rule_.pin_to_be_changed = false;
  note_change();
}

void Slot::note_change() {
  const bool emptied = change_ && change_->emptied;
  change_ = TokenChange{rule_.label, rule_.serial, rule_.pin, rule_.so_pin, rule_.user_pin_set, rule_.pin_to_be_changed,
                        emptied};
}

void Slot::apply(TokenChange change) {
  rule_.token_initialised = true;
  rule_.label = change.label;
  rule_.serial = change.serial;
  rule_.pin = change.pin;
  rule_.so_pin = change.so_pin;
  rule_.user_pin_set = change.user_pin_set;
  rule_.pin_to_be_changed = change.pin_to_be_changed;
  change_ = std::move(change);
}

}  // namespace fake
