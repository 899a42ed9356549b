#pragma once

#include <string>

#include "command_tree.h"

namespace operators {

// Completion scripts for three shells. They know the words, flags and kinds of value; the names of configured keys they
// ask this program for.
std::string bash_completion(const CommandView& tree);
std::string zsh_completion(const CommandView& tree);
std::string fish_completion(const CommandView& tree);

// Between single quotes, for each of the three.
std::string single_quoted(const std::string& text);

// The first letters of a help text, in one line.
std::string short_help(const std::string& help);

}  // namespace operators
