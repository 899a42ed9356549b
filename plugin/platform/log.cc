#include "platform/log.h"

#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/descriptor.h"
#include "platform/state_folder.h"

namespace platform {
namespace {

constexpr std::size_t kLongestFile = 1 << 20;  // bytes
constexpr std::size_t kPredecessors = 1;
constexpr std::size_t kLongestText =
    3000;  // bytes: a line goes out in one write, so lines of several processes do not mix
constexpr const char* kFileName = "notation-pkcs11.log";
constexpr std::array<std::pair<std::string_view, LogLevel>, 4> kLevels = {
    {{"debug", LogLevel::debug}, {"info", LogLevel::info}, {"warning", LogLevel::warning}, {"error", LogLevel::error}}};

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

struct Place {
  std::string path;
  bool follows_link;  // a file that the user named may be a link, ours may not
};

Place place_of(const LogSettings& settings) {
  if (!settings.file.empty()) return {settings.file, true};
  const StateFolderSearch state = StateFolderSearch::open();
  if (!state.folder) throw std::runtime_error(state.reason);
  return {state.folder->path() + "/" + kFileName, false};
}

std::runtime_error cannot_open(const std::string& path, const char* cause) {
  return std::runtime_error("cannot open log " + base::printable(path) + ": " + cause);
}

// Makes the file with the right mode before spdlog opens it, at the start and after each rotation; one that exists
// keeps its mode. Failing here also spares spdlog's own repeated tries.
void make_private_file(const std::string& path, bool follows_link) {
  const int link = follows_link ? 0 : O_NOFOLLOW;
  const Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | link, 0600));
  if (!file) throw cannot_open(path, !follows_link && errno == ELOOP ? "it is a link" : cause_of(errno));
}

// spdlog opens by name and follows links: what it opened must be what bears the name.
void check_not_through_link(const std::string& path, std::FILE* opened) {
  struct stat named{};
  struct stat file{};
  if (::lstat(path.c_str(), &named) != 0 || ::fstat(::fileno(opened), &file) != 0)
    throw cannot_open(path, cause_of(errno));
  if (named.st_dev != file.st_dev || named.st_ino != file.st_ino) throw cannot_open(path, "it is a link");
}

spdlog::file_event_handlers private_file(bool follows_link) {
  spdlog::file_event_handlers handlers;
  handlers.before_open = [follows_link](const spdlog::filename_t& path) { make_private_file(path, follows_link); };
  if (!follows_link) handlers.after_open = check_not_through_link;
  return handlers;
}

}  // namespace

struct Log::Sink {
  explicit Sink(const Place& place)
      : logger("notation-pkcs11",
               std::make_shared<spdlog::sinks::rotating_file_sink_st>(place.path, kLongestFile, kPredecessors, false,
                                                                      private_file(place.follows_link))) {
    logger.set_level(spdlog::level::trace);
    logger.flush_on(spdlog::level::trace);
    logger.set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %P %l %v", spdlog::pattern_time_type::utc));
  }

  spdlog::logger logger;
};

LogLevel parse_log_level(std::string_view name) {
  for (const auto& [known, level] : kLevels) {
    if (name == known) return level;
  }
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                    "cannot use log_level " + base::printable(name) + ": it is none of debug, info, warning, error");
}

Log::Log(LogSettings settings) : settings_(std::move(settings)) {}

Log::~Log() = default;

void Log::configure(LogSettings settings) {
  settings_ = std::move(settings);
  sink_.reset();
  trouble_.clear();
}

void Log::write(LogLevel level, std::string_view text) noexcept {
  try {
    if (!writes(level) || !trouble_.empty()) return;
    if (!sink_) open();
    const std::string line = base::printable(text, kLongestText);
    sink_->logger.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
  } catch (const std::exception& error) {
    trouble_ = error.what();
    sink_.reset();
  }
}

void Log::open() {
  sink_ = std::make_unique<Sink>(place_of(settings_));
  sink_->logger.set_error_handler([this](const std::string& cause) { trouble_ = cause; });
}

void warn_user(Terminal& terminal, Log& log, std::string_view text) {
  terminal.show_warning("notation-pkcs11: warning: " + std::string(text));
  log.warning(text);
}

}  // namespace platform
