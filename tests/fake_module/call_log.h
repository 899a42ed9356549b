#pragma once

#include <string>
#include <string_view>

namespace fake {

// Appends one line with one write() to an O_APPEND descriptor opened for it alone: whole lines even if several
// processes write, and nothing is lost when the process dies next. An empty path logs nothing.
void log_line(const std::string& path, std::string_view line);

// Appends one byte to a counter file and returns the file's new length: 1, 2, 3 ... over all processes. Throws
// RuleError if the file cannot be written.
unsigned long count_up(const std::string& path);

// Text in double quotes, control characters as \xHH, so that it stays on its line.
std::string log_text(std::string_view text);

}  // namespace fake
