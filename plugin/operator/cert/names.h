#pragma once

#include <string>

#include "trust/request.h"

namespace operators {

// "dns:build.example.com", "email:…", "uri:…", "ip:…". Error(invalid_settings) for another beginning; what follows is
// checked by trust::prepare_request.
trust::AlternativeName parse_name(const std::string& text);

}  // namespace operators
