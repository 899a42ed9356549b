#include "key_templates.h"

#include <algorithm>
#include <array>

#include "attribute_names.h"
#include "base/error.h"

namespace pkcs11 {
namespace {

constexpr std::array<std::uint8_t, 3> kExponent{0x01, 0x00, 0x01};

bool is_ec(const GenerateOrder& order) {
  return traits(order.spec).family == KeyFamily::ec;
}

void add_kind(AttributeTemplate& wanted, CK_OBJECT_CLASS object_class, const GenerateOrder& order) {
  wanted.number(CKA_CLASS, object_class).number(CKA_KEY_TYPE, is_ec(order) ? CKK_EC : CKK_RSA);
}

AttributeTemplate public_template(const GenerateOrder& order, TemplateForm form) {
  AttributeTemplate wanted;
  if (form == TemplateForm::explicit_classes) add_kind(wanted, CKO_PUBLIC_KEY, order);
  wanted.flag(CKA_TOKEN, true);
  if (form != TemplateForm::lean) wanted.flag(CKA_VERIFY, true);
  wanted.bytes(CKA_ID, order.id).text(CKA_LABEL, order.label);
  if (is_ec(order)) {
    wanted.bytes(CKA_EC_PARAMS, curve_oid(order.spec));
  } else {
    wanted.number(CKA_MODULUS_BITS, traits(order.spec).bits);
    // Read back afterwards all the same.
    if (form != TemplateForm::lean) wanted.bytes(CKA_PUBLIC_EXPONENT, kExponent);
  }
  return wanted;
}

// Never without what protects the key.
AttributeTemplate private_template(const GenerateOrder& order, TemplateForm form) {
  AttributeTemplate wanted;
  if (form == TemplateForm::explicit_classes) add_kind(wanted, CKO_PRIVATE_KEY, order);
  wanted.flag(CKA_TOKEN, true).flag(CKA_PRIVATE, true).flag(CKA_SENSITIVE, true).flag(CKA_EXTRACTABLE, false);
  wanted.flag(CKA_SIGN, true).bytes(CKA_ID, order.id).text(CKA_LABEL, order.label);
  if (order.always_authenticate) wanted.flag(CKA_ALWAYS_AUTHENTICATE, true);
  return wanted;
}

[[noreturn]] void refuse(const ExtraAttribute& extra, const std::string& cause, const std::string& hint = {}) {
  const std::string half = extra.on_private ? "private" : "public";
  throw base::Error(base::ErrorKind::invalid_request, base::Phase::generate,
                    "cannot set attribute " + name_of_attribute(extra.type) + " of the " + half + " key: " + cause,
                    hint);
}

bool always_set(const GenerateOrder& order, const ExtraAttribute& extra) {
  if (extra.type == CKA_ID || extra.type == CKA_LABEL) return true;
  for (const TemplateForm form : {TemplateForm::usual, TemplateForm::explicit_classes}) {
    const AttributeTemplate ours = extra.on_private ? private_template(order, form) : public_template(order, form);
    if (ours.has(extra.type)) return true;
  }
  return false;
}

void add_extra(const GenerateOrder& order, KeyTemplates& templates) {
  for (const ExtraAttribute& extra : order.extra) {
    AttributeTemplate& half = extra.on_private ? templates.private_half : templates.public_half;
    if (always_set(order, extra)) refuse(extra, "it is always set", "leave it out; other attributes can be added");
    if (half.has(extra.type)) refuse(extra, "it is given twice");
    if (extra.value.empty()) refuse(extra, "it has no value", "tokens refuse empty values; leave it out");
    half.bytes(extra.type, extra.value);
  }
}

}  // namespace

KeyTemplates key_templates(const GenerateOrder& order, TemplateForm form) {
  KeyTemplates templates{public_template(order, form), private_template(order, form)};
  add_extra(order, templates);
  // Some tokens hide the public half by default; whoever asked for that has said so.
  if (form == TemplateForm::explicit_classes && !templates.public_half.has(CKA_PRIVATE))
    templates.public_half.flag(CKA_PRIVATE, false);
  return templates;
}

std::optional<TemplateForm> next_form(TemplateForm form, CK_RV answer) {
  switch (answer) {
    case CKR_TEMPLATE_INCOMPLETE:
      if (form == TemplateForm::usual) return TemplateForm::explicit_classes;
      return std::nullopt;
    case CKR_TEMPLATE_INCONSISTENT:
      if (form == TemplateForm::usual) return TemplateForm::explicit_classes;
      [[fallthrough]];
    case CKR_ATTRIBUTE_READ_ONLY:
    case CKR_ATTRIBUTE_TYPE_INVALID:
    case CKR_ATTRIBUTE_VALUE_INVALID:
      if (form != TemplateForm::lean) return TemplateForm::lean;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::vector<CK_MECHANISM_TYPE> generation_mechanisms(const GenerateOrder& order) {
  std::vector<CK_MECHANISM_TYPE> mechanisms;
  if (is_ec(order)) {
    mechanisms = {CKM_EC_KEY_PAIR_GEN};
  } else {
    // Modules in FIPS mode may know only the second one, or only one of their vendor's (Luna 0x80000142).
    mechanisms = {CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_RSA_X9_31_KEY_PAIR_GEN};
  }
  const bool known =
      order.mechanism && std::find(mechanisms.begin(), mechanisms.end(), *order.mechanism) != mechanisms.end();
  if (order.mechanism && !known) mechanisms.push_back(*order.mechanism);
  return mechanisms;
}

}  // namespace pkcs11
