#include "token.h"

#include <algorithm>
#include <limits>

namespace pkcs11 {
namespace {

using base::Phase;

constexpr CK_ULONG kMostSlots = 4096;

// Zero, all ones and absurd values all mean that the token does not say.
unsigned long plausible(CK_ULONG length) {
  return length > 4096 ? 0 : length;
}

std::vector<CK_SLOT_ID> slots_with_token(const Module& module) {
  const std::string what = "cannot list the slots";
  while (true) {
    CK_ULONG count = 0;
    CK_RV answer = module.call_patiently(Phase::slots, "C_GetSlotList", &CK_FUNCTION_LIST::C_GetSlotList,
                                         CK_BBOOL{CK_TRUE}, nullptr, &count);
    if (answer != CKR_OK) throw module.error(Phase::slots, answer, what);
    std::vector<CK_SLOT_ID> slots(std::min(count, kMostSlots));
    count = slots.size();
    answer = module.call_patiently(Phase::slots, "C_GetSlotList", &CK_FUNCTION_LIST::C_GetSlotList, CK_BBOOL{CK_TRUE},
                                   slots.data(), &count);
    if (answer == CKR_BUFFER_TOO_SMALL && count > slots.size() && count <= kMostSlots) continue;
    if (answer != CKR_OK) throw module.error(Phase::slots, answer, what);
    slots.resize(std::min<std::size_t>(count, slots.size()));
    return slots;
  }
}

bool same(const std::optional<std::string>& wanted, const std::string& found) {
  return !wanted || *wanted == found;
}

// NSS and tpm2-pkcs11 report a serial number of zeros, aws-kms-pkcs11 a single one.
bool tells_apart(const std::string& serial) {
  return std::any_of(serial.begin(), serial.end(), [](char digit) { return digit != '0'; });
}

}  // namespace

std::string field_text(const unsigned char* field, std::size_t width) {
  const auto* end = std::find(field, field + width, '\0');
  while (end != field && end[-1] == ' ')
    --end;
  return {field, end};
}

std::string version_text(const CK_VERSION& version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

TokenState read_token(const Module& module, CK_SLOT_ID slot) {
  CK_TOKEN_INFO info{};
  const CK_RV answer =
      module.call_patiently(Phase::slots, "C_GetTokenInfo", &CK_FUNCTION_LIST::C_GetTokenInfo, slot, &info);
  if (answer != CKR_OK)
    throw module.error(Phase::slots, answer, "cannot read the token in slot " + std::to_string(slot));
  const auto has = [&](CK_FLAGS flag) { return (info.flags & flag) != 0; };
  TokenState token;
  token.label = field_text(info.label, sizeof info.label);
  token.manufacturer = field_text(info.manufacturerID, sizeof info.manufacturerID);
  token.model = field_text(info.model, sizeof info.model);
  token.serial = field_text(info.serialNumber, sizeof info.serialNumber);
  token.slot_id = slot;
  token.pin_min = plausible(info.ulMinPinLen);
  token.pin_max = plausible(info.ulMaxPinLen);
  token.initialised = has(CKF_TOKEN_INITIALIZED);
  token.login_required = has(CKF_LOGIN_REQUIRED);
  token.user_pin_set = has(CKF_USER_PIN_INITIALIZED);
  token.write_protected = has(CKF_WRITE_PROTECTED);
  token.own_pin_pad = has(CKF_PROTECTED_AUTHENTICATION_PATH);
  token.pin_count_low = has(CKF_USER_PIN_COUNT_LOW);
  token.pin_final_try = has(CKF_USER_PIN_FINAL_TRY);
  token.pin_locked = has(CKF_USER_PIN_LOCKED);
  token.pin_to_be_changed = has(CKF_USER_PIN_TO_BE_CHANGED);
  token.so_pin_count_low = has(CKF_SO_PIN_COUNT_LOW);
  token.so_pin_final_try = has(CKF_SO_PIN_FINAL_TRY);
  token.so_pin_locked = has(CKF_SO_PIN_LOCKED);
  token.hardware_version = version_text(info.hardwareVersion);
  token.firmware_version = version_text(info.firmwareVersion);
  return token;
}

void add_slot_description(const Module& module, TokenState& token) {
  CK_SLOT_INFO info{};
  if (module.call_patiently(Phase::slots, "C_GetSlotInfo", &CK_FUNCTION_LIST::C_GetSlotInfo, CK_SLOT_ID{token.slot_id},
                            &info) == CKR_OK)
    token.slot_description = field_text(info.slotDescription, sizeof info.slotDescription);
}

SlotList read_slots(const Module& module) {
  SlotList list;
  for (const CK_SLOT_ID slot : slots_with_token(module)) {
    try {
      list.tokens.push_back(read_token(module, slot));
    } catch (const base::Error& error) {
      list.remarks.push_back(error.message());
      list.failures.push_back(error);
    }
  }
  return list;
}

bool matches(const Uri& uri, const TokenState& token, const Quirks& quirks) {
  if (!quirks.has(Quirk::serial_ignored) && !same(uri.serial, token.serial)) return false;
  return same(uri.token, token.label) && same(uri.manufacturer, token.manufacturer) && same(uri.model, token.model) &&
         (!uri.slot_id || *uri.slot_id == token.slot_id);
}

Uri uri_of(const TokenState& token, const Quirks& quirks) {
  Uri uri;
  if (!token.label.empty()) uri.token = token.label;
  if (!quirks.has(Quirk::serial_ignored) && tells_apart(token.serial)) uri.serial = token.serial;
  if (!uri.token && !uri.serial) uri.slot_id = token.slot_id;
  return uri;
}

std::string describe(const TokenState& token) {
  if (token.label.empty()) return "token in slot " + std::to_string(token.slot_id);
  std::string text = "token \"" + base::printable(token.label) + "\"";
  if (tells_apart(token.serial)) text += " (serial " + base::printable(token.serial) + ")";
  return text;
}

}  // namespace pkcs11
