#include "empty_values.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/error.h"

namespace operators {

void refuse_empty_values(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_type_size() == 0) continue;
    const std::vector<std::string>& values = option->results();
    if (std::none_of(values.begin(), values.end(), [](const std::string& value) { return value.empty(); })) continue;
    throw base::Error(base::ErrorKind::invalid_request, base::Phase::request,
                      "cannot use " + option->get_name() + ": its value is empty",
                      option->get_required() ? "is a variable of the shell not set?"
                                             : "is a variable of the shell not set? leave it out to say nothing");
  }
  for (const CLI::App* command : app.get_subcommands())
    refuse_empty_values(*command);
}

}  // namespace operators
