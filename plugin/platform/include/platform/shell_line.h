#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace platform {

// One word for a shell, quoted where it must be. What must not be shown as it is (control characters, what deceives the
// eye, bytes that are no UTF-8) is written with escapes between $' and ' (POSIX.1-2024, Shell Command Language, 2.2.4;
// bash, ksh and zsh have long known it): the word is one line, and still means the same bytes.
std::string shell_word(std::string_view word);

// A command for a shell, on one line.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace platform
