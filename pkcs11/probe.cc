#include "probe.h"

#include <algorithm>

#include "mechanism_names.h"
#include "token.h"

namespace pkcs11 {
namespace {

using base::Error;
using base::Phase;

constexpr CK_ULONG kMostMechanisms = 4096;

ModuleView view_of(const Module& module) {
  const ModuleDescription& description = module.description();
  return {description.manufacturer, description.library, description.version, description.cryptoki_version,
          module.interface_version()};
}

// How many slots there are, with and without a token; nothing but a number when the module does not say.
std::size_t count_slots(const Module& module) {
  CK_ULONG count = 0;
  const CK_RV answer = module.call_patiently(Phase::slots, "C_GetSlotList", &CK_FUNCTION_LIST::C_GetSlotList,
                                             CK_BBOOL{CK_FALSE}, nullptr, &count);
  return answer == CKR_OK ? count : 0;
}

std::vector<CK_MECHANISM_TYPE> list_mechanisms(const Module& module, const TokenState& token) {
  const std::string what = "cannot list the mechanisms of " + describe(token);
  const CK_SLOT_ID slot = token.slot_id;
  CK_ULONG count = 0;
  CK_RV answer = module.call_patiently(Phase::find, "C_GetMechanismList", &CK_FUNCTION_LIST::C_GetMechanismList, slot,
                                       nullptr, &count);
  if (answer != CKR_OK) throw module.error(Phase::find, answer, what);
  std::vector<CK_MECHANISM_TYPE> types(std::min(count, kMostMechanisms));
  if (types.empty()) return types;
  count = types.size();
  answer = module.call_patiently(Phase::find, "C_GetMechanismList", &CK_FUNCTION_LIST::C_GetMechanismList, slot,
                                 types.data(), &count);
  if (answer != CKR_OK) throw module.error(Phase::find, answer, what);
  types.resize(std::min<std::size_t>(count, types.size()));
  return types;
}

// A mechanism that is listed and not described stands without sizes and flags.
std::vector<MechanismView> read_mechanisms(const Module& module, const TokenState& token,
                                           std::vector<std::string>& remarks) {
  std::vector<MechanismView> mechanisms;
  std::string refused;
  for (const CK_MECHANISM_TYPE type : list_mechanisms(module, token)) {
    CK_MECHANISM_INFO info{};
    const CK_RV answer = module.call_patiently(Phase::find, "C_GetMechanismInfo", &CK_FUNCTION_LIST::C_GetMechanismInfo,
                                               CK_SLOT_ID{token.slot_id}, type, &info);
    if (answer != CKR_OK) {
      info = {};
      if (refused.empty()) refused = name_of_mechanism(type) + " (" + name_of_return_value(answer) + ")";
    }
    mechanisms.push_back({type, name_of_mechanism(type), info.ulMinKeySize, info.ulMaxKeySize, info.flags});
  }
  if (!refused.empty()) {
    remarks.push_back(describe(token) + " lists mechanisms that it does not describe, the first is " + refused);
  }
  return mechanisms;
}

}  // namespace

Probe probe_module(const Module& module, const Uri& filter) {
  Probe probe;
  probe.module = view_of(module);
  const std::size_t slots = count_slots(module);
  SlotList list = read_slots(module);
  const std::size_t with_token = list.tokens.size() + list.remarks.size();
  probe.empty_slots = slots > with_token ? slots - with_token : 0;
  probe.remarks = std::move(list.remarks);
  for (TokenState& token : list.tokens) {
    if (!matches(filter, token, module.quirks())) continue;
    add_slot_description(module, token);
    ProbedToken probed{token, {}};
    try {
      probed.mechanisms = read_mechanisms(module, token, probe.remarks);
    } catch (const Error& error) {
      probe.remarks.push_back(error.message());
    }
    probe.tokens.push_back(std::move(probed));
  }
  return probe;
}

}  // namespace pkcs11
