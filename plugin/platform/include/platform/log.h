#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "platform/terminal.h"

namespace platform {

enum class LogLevel { debug, info, warning, error };

// "debug", "info", "warning", "error". Error(invalid_settings, phase settings) for anything else.
LogLevel parse_log_level(std::string_view name);

struct LogSettings {
  LogLevel level = LogLevel::warning;
  std::string file;  // absolute path; empty: notation-pkcs11.log in the state folder
};

// Lines for whoever looks for the cause later: time (UTC), process id, level, text; control characters are escaped.
// The file is opened by the first line that passes the level, has mode 0600, and is rotated at 1 MiB with one
// predecessor kept; a link is followed only where the settings name the file. A line that cannot be written is dropped:
// the log never fails a run.
class Log {
 public:
  explicit Log(LogSettings settings = {});
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Later lines follow these settings.
  void configure(LogSettings settings);

  bool writes(LogLevel level) const noexcept { return level >= settings_.level; }
  void debug(std::string_view text) noexcept { write(LogLevel::debug, text); }
  void info(std::string_view text) noexcept { write(LogLevel::info, text); }
  void warning(std::string_view text) noexcept { write(LogLevel::warning, text); }
  void error(std::string_view text) noexcept { write(LogLevel::error, text); }
  void write(LogLevel level, std::string_view text) noexcept;

  // Why lines are being dropped; empty while they are not.
  const std::string& trouble() const noexcept { return trouble_; }

 private:
  struct Sink;
  void open();

  LogSettings settings_;
  std::unique_ptr<Sink> sink_;
  std::string trouble_;
};

// A warning of a run that succeeds: to the person at the terminal, if there is one, and to the log.
void warn_user(Terminal& terminal, Log& log, std::string_view text);

}  // namespace platform
