#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "schema/key_report.h"

namespace schema {

using OrderedJson = nlohmann::ordered_json;

OrderedJson json_of(const KeyReport& key);
OrderedJson json_of(const KeyObjectReport& object);

// Labels come from the token and may hold any bytes.
std::string text_of(const OrderedJson& json);

}  // namespace schema
