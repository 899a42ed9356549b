#include "help_text.h"

#include <CLI/CLI.hpp>

namespace operators {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kNames = 26;  // the column in which descriptions begin

class HelpFormat : public CLI::Formatter {
 public:
  HelpFormat() { column_width(kNames); }

  std::string make_option_desc(const CLI::Option* option) const override {
    std::string text = option->get_description();
    if (option->get_required()) text += " (required)";
    if (!option->get_default_str().empty()) text += " (default: " + option->get_default_str() + ")";
    return wrap(text, kWidth - kNames);
  }

  std::string make_subcommand(const CLI::App* command) const override {
    std::stringstream text;
    CLI::detail::format_help(text, command->get_name(), wrap(command->get_description(), kWidth - kNames), kNames);
    return text.str();
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return {};
    return option->get_positional() ? "" : " " + option->get_type_name();
  }
};

}  // namespace

std::string wrap(std::string_view text, std::size_t width) {
  std::string wrapped;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (column > 0 && column + 1 + word.size() > width) {
      wrapped += '\n';
      column = 0;
    } else if (column > 0) {
      wrapped += ' ';
      ++column;
    }
    wrapped += word;
    column += word.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return wrapped;
}

std::shared_ptr<CLI::FormatterBase> make_help_format() {
  return std::make_shared<HelpFormat>();
}

}  // namespace operators
