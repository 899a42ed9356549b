#include "pkcs11/key_plan.h"

#include "attribute_names.h"
#include "key_templates.h"
#include "mechanism_names.h"

namespace pkcs11 {
namespace {

std::vector<AttributeText> texts_of(const AttributeTemplate& wanted) {
  std::vector<AttributeText> texts;
  for (const CK_ATTRIBUTE& each : wanted.entries()) {
    const base::ByteView value(static_cast<const std::uint8_t*>(each.pValue), each.ulValueLen);
    texts.push_back({name_of_attribute(each.type), text_of_attribute(each.type, value)});
  }
  return texts;
}

}  // namespace

KeyPlan plan_of(const GenerateOrder& order) {
  KeyPlan plan;
  for (const CK_MECHANISM_TYPE type : generation_mechanisms(order))
    plan.mechanisms.push_back(name_of_mechanism(type));
  const KeyTemplates templates = key_templates(order, TemplateForm::usual);
  plan.public_half = texts_of(templates.public_half);
  plan.private_half = texts_of(templates.private_half);
  return plan;
}

}  // namespace pkcs11
