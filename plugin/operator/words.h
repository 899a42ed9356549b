#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace operators {

// The words of a command line down to the first flag, as far as the grammar has words. Throws Error(invalid_request)
// for a word that it does not have: names the valid ones and the nearest. Returns the group of commands that the line
// ends at ("key" alone), or nothing where a whole command is named.
CLI::App* check_words(CLI::App& app, const std::vector<std::string>& arguments);

}  // namespace operators
