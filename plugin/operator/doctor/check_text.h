#pragma once

#include <string>
#include <string_view>

#include "schema/doctor_report.h"

namespace operators {

// One check as it stands on the screen: its mark, its title, the text, and below what helps. At most 80 columns wide
// but for words that are longer, and for commands, which stay on one line to be copied. The marks are plain ASCII where
// the locale is not UTF-8.
std::string check_text(const schema::DoctorCheck& check, std::string_view title, bool with_colours = false);

}  // namespace operators
