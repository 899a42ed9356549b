#pragma once

#include <string>
#include <vector>

#include "schema/key_report.h"

namespace operators {

// What a person should know of a key before trusting it: made safe to show, the most serious first.
std::vector<std::string> oddities_of(const schema::KeyDescriptionReport& key);

}  // namespace operators
