#pragma once

#include <chrono>
#include <string>

#include "pkcs11/quirks.h"
#include "schema/config.h"

namespace signing {

// A setting's value as a person reads it, close to how the configuration file writes it.
std::string text_of(const std::string& value);
std::string text_of(bool value);
std::string text_of(unsigned long value);  // user_type
std::string text_of(std::chrono::milliseconds value);
std::string text_of(const pkcs11::Quirks& value);
std::string text_of(const schema::LeafExpiry& value);
std::string text_of(schema::AuditMode value);

}  // namespace signing
