#pragma once

#include <string>

#include "pkcs11/token_service.h"
#include "schema/token_report.h"
#include "signing/pin_step.h"

namespace operators {

// Of the token alone: by label and serial number, an uninitialised one by its slot.
pkcs11::Uri uri_of(const pkcs11::TokenState& token);

// A token as the reports show it; `refused` is what this user's runs have counted.
schema::TokenStateReport report(const pkcs11::TokenState& token, const signing::PinStep::Forgotten& refused);

// For people, some lines each with a line feed, indented by two blanks.
std::string text_of(const schema::TokenStateReport& token);

}  // namespace operators
