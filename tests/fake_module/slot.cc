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
  info.hardwareVersion = {1, 0};
  info.firmwareVersion = {1, 0};
  return info;
}

CK_FLAGS Slot::pin_flags() const {
  CK_FLAGS flags = rule_.pin_to_be_changed ? CKF_USER_PIN_TO_BE_CHANGED : 0;
  if (failures_ == 0 || rule_.pin_flags == PinFlags::none) return flags;
  const bool locked = rule_.locks_after != 0 && failures_ >= rule_.locks_after;
  const bool final_try = rule_.locks_after != 0 && failures_ + 1 == rule_.locks_after;
  if (rule_.pin_flags == PinFlags::single) {
    return flags | (locked ? CKF_USER_PIN_LOCKED : final_try ? CKF_USER_PIN_FINAL_TRY : CKF_USER_PIN_COUNT_LOW);
  }
  flags |= CKF_USER_PIN_COUNT_LOW;
  if (final_try) flags |= CKF_USER_PIN_FINAL_TRY;
  if (locked) flags |= CKF_USER_PIN_LOCKED;
  return flags;
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
  if (user == CKU_SO) {
    if (!is_right(user, pin)) throw Refusal{CKR_PIN_INCORRECT};
    return;
  }
  if (!rule_.user_pin_set) throw Refusal{CKR_USER_PIN_NOT_INITIALIZED};
  if (rule_.locks_after != 0 && failures_ >= rule_.locks_after) throw Refusal{CKR_PIN_LOCKED};
  if (!is_right(user, pin)) {
    ++failures_;
    throw Refusal{CKR_PIN_INCORRECT};
  }
  failures_ = 0;
  if (rule_.pin_to_be_changed) throw Refusal{CKR_PIN_EXPIRED};
}

void Slot::login(CK_USER_TYPE user, const Pin& pin) {
  if (!takes(user)) throw Refusal{CKR_USER_TYPE_INVALID};
  if (user == CKU_CONTEXT_SPECIFIC) return check_pin(user, pin);
  if (user_ == user) throw Refusal{CKR_USER_ALREADY_LOGGED_IN};
  if (user_) throw Refusal{CKR_USER_ANOTHER_ALREADY_LOGGED_IN};
  check_pin(user, pin);
  user_ = user;
}

}  // namespace fake
