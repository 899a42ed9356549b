#pragma once

#include <string>
#include <vector>

#include "pkcs11/token_service.h"
#include "schema/key_report.h"

namespace operators {

// What the commands take as KEY: the URI with its module in the query.
std::string key_argument(const pkcs11::Uri& uri, const std::string& module_path);

schema::AttributeTexts attribute_texts(const std::vector<pkcs11::AttributeText>& attributes);
std::vector<schema::KeyObjectReport> object_reports(const std::vector<pkcs11::ObjectView>& objects);

// "  CKA_SENSITIVE  true": one a line, values in one column, control characters made visible.
std::string attribute_lines(const schema::AttributeTexts& attributes, const std::string& indent);

// Hexadecimal as flags have it; empty for anything else, and for nothing.
base::Bytes bytes_of_hex(const std::string& hex);

}  // namespace operators
