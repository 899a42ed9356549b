#include "notation/program.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/bytes.h"
#include "base/error.h"
#include "notation/home.h"
#include "platform/program.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::chrono::seconds kTimeout{30};
constexpr std::size_t kLongestSaying = 1000;  // bytes of a message that is handed on

bool is_executable(const std::string& path) {
  struct stat state{};
  return ::stat(path.c_str(), &state) == 0 && S_ISREG(state.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

std::string first_line(std::string_view text) {
  const std::size_t start = text.find_first_not_of("\r\n");
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start);
  return base::printable(text.substr(0, text.find_first_of("\r\n")), kLongestSaying);
}

}  // namespace

std::vector<std::string> key_add_arguments(const KeyToRegister& key) {
  std::vector<std::string> arguments{"key", "add", "--plugin", kPluginName, "--id", key.id};
  for (const auto& [name, value] : key.plugin_config) {
    arguments.emplace_back("--plugin-config");
    arguments.push_back(name + "=" + value);
  }
  if (key.as_default) arguments.emplace_back("--default");
  // A name like a flag stays a name.
  if (key.name.starts_with('-')) arguments.emplace_back("--");
  arguments.push_back(key.name);
  return arguments;
}

std::optional<NotationProgram> NotationProgram::find() {
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable == nullptr ? "" : variable;
  while (!folders.empty()) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    const std::string path = std::string(folders.substr(0, end)) + "/notation";
    // A relative folder would be another program's choice of what we run.
    if (path.front() == '/' && is_executable(path)) return NotationProgram(path);
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return std::nullopt;
}

NotationProgram NotationProgram::get() {
  if (auto program = find()) return *program;
  throw Error(ErrorKind::invalid_settings, Phase::settings, "notation is not installed: no folder of PATH has it",
              "install notation 1.x, or add its folder to PATH");
}

std::string NotationProgram::version() const {
  constexpr std::string_view kLabel = "Version:";
  const std::string output = run({"version"});
  std::string_view rest = output;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.starts_with(kLabel)) {
      line.remove_prefix(std::min(line.find_first_not_of(" \tv", kLabel.size()), line.size()));
      return base::printable(line.substr(0, line.find_last_not_of(" \t\r") + 1));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  throw Error(ErrorKind::service_failed, Phase::settings,
              base::printable(path_) + " version says no version: " + first_line(output),
              "is this the Notary Project's notation?");
}

void NotationProgram::add_key(const KeyToRegister& key) const {
  run(key_add_arguments(key));
}

std::string NotationProgram::run(const std::vector<std::string>& arguments) const {
  platform::ProgramOrder order;
  order.command = {path_};
  order.command.insert(order.command.end(), arguments.begin(), arguments.end());
  order.environment = platform::pick_environment(
      {"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "NOTATION_CONFIG", "NOTATION_LIBEXEC", "NOTATION_CACHE"});
  order.timeout = kTimeout;
  const platform::ProgramResult result = platform::run_program(order);
  if (result.exit_status == 0 && !result.late && !result.too_long) return result.output;
  const std::string said = first_line(result.errors);
  const std::string cause = result.late       ? "no end after " + std::to_string(kTimeout.count()) + " s"
                            : result.too_long ? "it wrote more than it has to say"
                            : said.empty()    ? "exit status " + std::to_string(result.exit_status)
                                              : said;
  throw Error(ErrorKind::service_failed, Phase::settings, "notation " + arguments.front() + " failed: " + cause,
              "the command was: " + shell_line(order.command));
}

}  // namespace operators
