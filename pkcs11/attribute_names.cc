#include "attribute_names.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/nearest.h"
#include "mechanism_names.h"
#include "rv.h"

namespace pkcs11 {
namespace {

using base::ByteView;

// By number: older headers lack some.
constexpr std::array kNames{
    AttributeName{0x0, "CKA_CLASS", AttributeKind::object_class},
    AttributeName{0x1, "CKA_TOKEN", AttributeKind::flag},
    AttributeName{0x2, "CKA_PRIVATE", AttributeKind::flag},
    AttributeName{0x3, "CKA_LABEL", AttributeKind::text},
    AttributeName{0x4, "CKA_UNIQUE_ID", AttributeKind::text},
    AttributeName{0x11, "CKA_VALUE", AttributeKind::bytes},
    AttributeName{0x80, "CKA_CERTIFICATE_TYPE", AttributeKind::certificate_type},
    AttributeName{0x81, "CKA_ISSUER", AttributeKind::bytes},
    AttributeName{0x82, "CKA_SERIAL_NUMBER", AttributeKind::bytes},
    AttributeName{0x86, "CKA_TRUSTED", AttributeKind::flag},
    AttributeName{0x87, "CKA_CERTIFICATE_CATEGORY", AttributeKind::number},
    AttributeName{0x89, "CKA_URL", AttributeKind::text},
    AttributeName{0x90, "CKA_CHECK_VALUE", AttributeKind::bytes},
    AttributeName{0x100, "CKA_KEY_TYPE", AttributeKind::key_type},
    AttributeName{0x101, "CKA_SUBJECT", AttributeKind::bytes},
    AttributeName{0x102, "CKA_ID", AttributeKind::bytes},
    AttributeName{0x103, "CKA_SENSITIVE", AttributeKind::flag},
    AttributeName{0x104, "CKA_ENCRYPT", AttributeKind::flag},
    AttributeName{0x105, "CKA_DECRYPT", AttributeKind::flag},
    AttributeName{0x106, "CKA_WRAP", AttributeKind::flag},
    AttributeName{0x107, "CKA_UNWRAP", AttributeKind::flag},
    AttributeName{0x108, "CKA_SIGN", AttributeKind::flag},
    AttributeName{0x109, "CKA_SIGN_RECOVER", AttributeKind::flag},
    AttributeName{0x10A, "CKA_VERIFY", AttributeKind::flag},
    AttributeName{0x10B, "CKA_VERIFY_RECOVER", AttributeKind::flag},
    AttributeName{0x10C, "CKA_DERIVE", AttributeKind::flag},
    AttributeName{0x110, "CKA_START_DATE", AttributeKind::date},
    AttributeName{0x111, "CKA_END_DATE", AttributeKind::date},
    AttributeName{0x120, "CKA_MODULUS", AttributeKind::bytes},
    AttributeName{0x121, "CKA_MODULUS_BITS", AttributeKind::number},
    AttributeName{0x122, "CKA_PUBLIC_EXPONENT", AttributeKind::bytes},
    AttributeName{0x129, "CKA_PUBLIC_KEY_INFO", AttributeKind::bytes},
    AttributeName{0x162, "CKA_EXTRACTABLE", AttributeKind::flag},
    AttributeName{0x163, "CKA_LOCAL", AttributeKind::flag},
    AttributeName{0x164, "CKA_NEVER_EXTRACTABLE", AttributeKind::flag},
    AttributeName{0x165, "CKA_ALWAYS_SENSITIVE", AttributeKind::flag},
    AttributeName{0x166, "CKA_KEY_GEN_MECHANISM", AttributeKind::mechanism},
    AttributeName{0x170, "CKA_MODIFIABLE", AttributeKind::flag},
    AttributeName{0x171, "CKA_COPYABLE", AttributeKind::flag},
    AttributeName{0x172, "CKA_DESTROYABLE", AttributeKind::flag},
    AttributeName{0x180, "CKA_EC_PARAMS", AttributeKind::bytes},
    AttributeName{0x181, "CKA_EC_POINT", AttributeKind::bytes},
    AttributeName{0x202, "CKA_ALWAYS_AUTHENTICATE", AttributeKind::flag},
    AttributeName{0x210, "CKA_WRAP_WITH_TRUSTED", AttributeKind::flag},
    AttributeName{0x40000600, "CKA_ALLOWED_MECHANISMS", AttributeKind::mechanisms},
};

struct NumberName {
  CK_ULONG value;
  std::string_view name;
};
constexpr std::array kClasses{NumberName{CKO_DATA, "CKO_DATA"}, NumberName{CKO_CERTIFICATE, "CKO_CERTIFICATE"},
                              NumberName{CKO_PUBLIC_KEY, "CKO_PUBLIC_KEY"},
                              NumberName{CKO_PRIVATE_KEY, "CKO_PRIVATE_KEY"}};
constexpr std::array kKeyTypes{
    NumberName{CKK_RSA, "CKK_RSA"}, NumberName{CKK_EC, "CKK_EC"}, NumberName{CKK_EC_EDWARDS, "CKK_EC_EDWARDS"},
    NumberName{CKK_EC_MONTGOMERY, "CKK_EC_MONTGOMERY"}, NumberName{CKK_ML_DSA, "CKK_ML_DSA"}};
constexpr std::array kCertificateTypes{NumberName{CKC_X_509, "CKC_X_509"}};

std::string named(std::span<const NumberName> names, CK_ULONG value) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const NumberName& each) { return each.value == value; });
  return found == names.end() ? hexadecimal(value) : std::string(found->name);
}

CK_ULONG number_in(ByteView value) {
  CK_ULONG number = 0;
  std::memcpy(&number, value.data(), sizeof number);
  return number;
}

std::string mechanism_texts(ByteView value) {
  std::string text;
  for (; !value.empty(); value = value.subspan(sizeof(CK_ULONG)))
    text += (text.empty() ? "" : ",") + name_of_mechanism(number_in(value));
  return text;
}

std::string text_of_number(AttributeKind kind, CK_ULONG number) {
  switch (kind) {
    case AttributeKind::object_class:
      return named(kClasses, number);
    case AttributeKind::key_type:
      return named(kKeyTypes, number);
    case AttributeKind::certificate_type:
      return named(kCertificateTypes, number);
    case AttributeKind::mechanism:
      return number == CK_UNAVAILABLE_INFORMATION ? "unknown" : name_of_mechanism(number);
    default:
      return std::to_string(number);
  }
}

bool is_date(ByteView value) {
  const auto digit = [](std::uint8_t byte) { return byte >= '0' && byte <= '9'; };
  return value.size() == 8 && std::all_of(value.begin(), value.end(), digit);
}

}  // namespace

const AttributeName* find_attribute(CK_ATTRIBUTE_TYPE type) {
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](const AttributeName& each) { return each.type == type; });
  return found == kNames.end() ? nullptr : &*found;
}

const AttributeName* find_attribute(std::string_view name) {
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](const AttributeName& each) { return each.name == name; });
  return found == kNames.end() ? nullptr : &*found;
}

// The prefix that all have in common says nothing about how close two names are.
std::string nearest_attribute(std::string_view name) {
  constexpr std::string_view kPrefix = "CKA_";
  std::vector<std::string> known;
  for (const AttributeName& each : kNames)
    known.emplace_back(each.name.substr(kPrefix.size()));
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  const std::string closest = base::nearest(name, known);
  return closest.empty() ? closest : std::string(kPrefix) + closest;
}

std::string name_of_attribute(CK_ATTRIBUTE_TYPE type) {
  const AttributeName* known = find_attribute(type);
  return known == nullptr ? hexadecimal(type) : std::string(known->name);
}

std::string text_of_attribute(CK_ATTRIBUTE_TYPE type, ByteView value) {
  const AttributeName* known = find_attribute(type);
  const AttributeKind kind = known == nullptr ? AttributeKind::bytes : known->kind;
  switch (kind) {
    case AttributeKind::flag:
      if (value.size() == sizeof(CK_BBOOL)) return value[0] != CK_FALSE ? "true" : "false";
      break;
    case AttributeKind::text:
      if (base::is_utf8(base::text_of(value))) return base::text_of(value);
      break;
    case AttributeKind::date:
      if (is_date(value)) return base::text_of(value);
      break;
    case AttributeKind::mechanisms:
      if (value.size() % sizeof(CK_ULONG) == 0) return mechanism_texts(value);
      break;
    case AttributeKind::bytes:
      break;
    default:
      if (value.size() == sizeof(CK_ULONG)) return text_of_number(kind, number_in(value));
  }
  return base::to_hex(value);
}

}  // namespace pkcs11
