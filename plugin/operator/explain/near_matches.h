#pragma once

#include "pkcs11/key_service.h"
#include "schema/explain_report.h"

namespace operators {

// Sorts the keys of a survey into those that the URI means, and those that differ from it least: in one attribute, or
// in two where none differs in one. A token that fits or nearly fits and shows no key is a remark.
void sort_keys(const pkcs11::Survey& survey, const pkcs11::Uri& wanted, schema::ExplainReport& report);

}  // namespace operators
