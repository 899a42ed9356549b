#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attributes.h"
#include "pkcs11/key_service.h"

namespace pkcs11 {

// How much C_GenerateKeyPair is told. `usual` has what every token tried so far takes; `explicit_classes` adds what the
// mechanism implies but some tokens want to hear (class, key type, a public half that is not private); `lean` leaves
// out what only confirms a default and some tokens refuse (CKA_VERIFY, the public exponent).
enum class TemplateForm { usual, explicit_classes, lean };

struct KeyTemplates {
  AttributeTemplate public_half, private_half;
};

// The extra attributes come last in each half. Errors: invalid_request (an extra attribute is one that is always set,
// is empty, or comes twice).
KeyTemplates key_templates(const GenerateOrder& order, TemplateForm form);

// What to try after the token refused a template with this return value; nothing when another form would not help.
std::optional<TemplateForm> next_form(TemplateForm form, CK_RV answer);

// In the order to try them: each only after CKR_MECHANISM_INVALID for the one before.
std::vector<CK_MECHANISM_TYPE> generation_mechanisms(const GenerateOrder& order);

}  // namespace pkcs11
