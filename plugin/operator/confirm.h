#pragma once

#include <string>

namespace operators {

// Shows the text and the question on the terminal that controls this process, wherever standard output goes, and reads
// one line: true for y or yes alone. `deed` is what it is about, as "to destroy key pkcs11:...", for
// Error(invalid_request) without a terminal. Control characters must be made visible before.
bool confirm(const std::string& deed, const std::string& text, const std::string& question);

// The same for what cannot be undone: true for the word `yes` alone, which the question asks for.
bool confirm_in_full(const std::string& deed, const std::string& text, const std::string& question);

}  // namespace operators
