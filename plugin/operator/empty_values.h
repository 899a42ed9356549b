#pragma once

namespace CLI {
class App;
}

namespace operators {

// A value of no characters is what a shell makes of a variable that is not set, and never meant.
// Error(invalid_request) that names the option, for the command that was chosen.
void refuse_empty_values(const CLI::App& app);

}  // namespace operators
