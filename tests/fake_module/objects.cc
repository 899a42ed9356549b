#include "objects.h"

#include <algorithm>
#include <cstring>

namespace fake {
namespace {

bool is_secret(CK_ATTRIBUTE_TYPE type) {
  return type == CKA_VALUE || (type >= CKA_PRIVATE_EXPONENT && type <= CKA_COEFFICIENT);
}

// Whether the rules stand between the object and a reader of this attribute.
const AttributeRule* rule_for(const Object& object, CK_ATTRIBUTE_TYPE type, const std::vector<AttributeRule>& rules) {
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const AttributeRule& each) {
    return each.type == type && (!each.object_class || *each.object_class == object.object_class());
  });
  return rule == rules.end() ? nullptr : &*rule;
}

Reading read_by_rule(const AttributeRule& rule) {
  if (rule.state == AttributeState::unavailable) return {CKR_ATTRIBUTE_TYPE_INVALID, {}};
  if (rule.state == AttributeState::sensitive) return {CKR_ATTRIBUTE_SENSITIVE, {}};
  return {CKR_OK, rule.value};
}

}  // namespace

Bytes bytes_of(unsigned long number) {
  Bytes bytes(sizeof number);
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

Bytes bytes_of(const CK_ATTRIBUTE& attribute) {
  if (attribute.ulValueLen == 0) return {};
  if (attribute.pValue == nullptr) throw Refusal{CKR_ATTRIBUTE_VALUE_INVALID};
  const auto* bytes = static_cast<const std::uint8_t*>(attribute.pValue);
  return Bytes(bytes, bytes + attribute.ulValueLen);
}

const Bytes* Object::find(CK_ATTRIBUTE_TYPE type) const {
  const auto mine = own.find(type);
  if (mine != own.end()) return &mine->second;
  if (!shared) return nullptr;
  const auto common = shared->find(type);
  return common == shared->end() ? nullptr : &common->second;
}

bool Object::flag(CK_ATTRIBUTE_TYPE type) const {
  const Bytes* value = find(type);
  return value != nullptr && value->size() == 1 && value->front() != CK_FALSE;
}

unsigned long Object::number(CK_ATTRIBUTE_TYPE type) const {
  const Bytes* value = find(type);
  unsigned long number = CK_UNAVAILABLE_INFORMATION;
  if (value != nullptr && value->size() == sizeof number) std::memcpy(&number, value->data(), sizeof number);
  return number;
}

bool Object::matches(Template wanted) const {
  return std::all_of(wanted.begin(), wanted.end(), [this](const CK_ATTRIBUTE& attribute) {
    const Bytes* value = find(attribute.type);
    return value != nullptr && value->size() == attribute.ulValueLen &&
           (value->empty() || std::memcmp(value->data(), attribute.pValue, value->size()) == 0);
  });
}

Reading read_attribute(const Object& object, CK_ATTRIBUTE_TYPE type, const std::vector<AttributeRule>& rules) {
  if (const AttributeRule* rule = rule_for(object, type, rules)) return read_by_rule(*rule);
  if (object.object_class() == CKO_PRIVATE_KEY && is_secret(type)) return {CKR_ATTRIBUTE_SENSITIVE, {}};
  if (const Bytes* value = object.find(type)) return {CKR_OK, *value};
  return {CKR_ATTRIBUTE_TYPE_INVALID, {}};
}

}  // namespace fake
