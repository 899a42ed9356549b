#include "doctor/own_state.h"

#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "notation/program.h"
#include "platform/pin.h"
#include "platform/state_folder.h"
#include "trust/certificate.h"

namespace operators {
namespace {

using base::Error;

bool exists(const std::string& path) {
  return !path.empty() && ::access(path.c_str(), F_OK) == 0;
}

// A remark that ends in "; run: COMMAND".
Remedy take_command(std::string& text) {
  constexpr std::string_view kMark = "; run: ";
  const std::size_t place = text.rfind(kMark);
  if (place == std::string::npos) return {};
  Remedy remedy{{}, text.substr(place + kMark.size())};
  text.resize(place);
  return remedy;
}

std::int64_t seconds_of(base::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

bool is_called_synchronised() {
  struct timex state{};
  return ::adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
}

}  // namespace

std::optional<signing::Settings> check_configuration(Checklist& list, const signing::SettingsFiles& files) {
  try {
    signing::Settings settings = signing::Settings::load(files);
    std::string text;
    for (const std::string& path : {files.administrator, files.user}) {
      if (exists(path)) text += (text.empty() ? "" : ", ") + path;
    }
    if (text.empty()) text = "no file" + (files.user.empty() ? "" : "; " + files.user + " would be one");
    list.pass(Check::configuration, text);
    return settings;
  } catch (const Error& error) {
    list.fail(Check::configuration, error);
    return std::nullopt;
  }
}

void check_state_folder(Checklist& list, bool required) {
  const auto search = platform::StateFolderSearch::open();
  if (search.folder) return list.pass(Check::state_folder, search.folder->path());
  std::string text = search.reason;
  Remedy remedy = take_command(text);
  if (required) return list.fail(Check::state_folder, text, std::move(remedy));
  remedy.details.emplace_back("refused PINs are not counted without it, and nothing is logged there");
  list.warn(Check::state_folder, text, std::move(remedy));
}

void check_pin_source(Checklist& list, const std::optional<platform::PinSource>& source, Surroundings& surroundings) {
  if (!source) {
    const bool is_set = surroundings.secrets().find(platform::kPinVariable) != nullptr;
    const std::string variable = std::string("variable ") + platform::kPinVariable;
    return list.pass(Check::pin_source,
                     "none is set: " + (is_set ? variable : variable + " is not set either, the terminal is asked"));
  }
  try {
    platform::check_pin_source(*source);
    platform::require_pin_source(*source, surroundings.secrets(), surroundings.terminal());
    list.pass(Check::pin_source, platform::describe(*source));
  } catch (const Error& error) {
    list.fail(Check::pin_source, error);
  }
}

void check_clock(Checklist& list, base::Clock& clock, const std::vector<std::string>& files) {
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t now = seconds_of(clock.wall());
  for (const std::string& path : files) {
    struct stat state{};
    if (path.empty() || ::stat(path.c_str(), &state) != 0 || state.st_mtime <= now + kDay) continue;
    return list.fail(
        Check::clock,
        "this machine's clock is behind: it says " + trust::format_time(now) + ", and " + base::printable(path) +
            " was written on " + trust::format_time(std::int64_t{state.st_mtime}),
        {{"set the clock, for example: timedatectl set-ntp true", "certificates and time stamps depend on it"}, {}});
  }
  list.pass(Check::clock, trust::format_time(now) +
                              (is_called_synchronised() ? "" : ", not synchronised as far as the kernel knows"));
}

std::string own_executable() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

std::string own_command(const std::vector<std::string>& arguments) {
  const std::string own = own_executable();
  std::vector<std::string> words{own};
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable == nullptr ? "" : variable;
  while (!folders.empty()) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    const std::filesystem::path found = std::filesystem::path(folders.substr(0, end)) / "notation-pkcs11";
    std::error_code error;
    if (::access(found.c_str(), X_OK) == 0) {
      if (std::filesystem::equivalent(found, own, error)) words.front() = "notation-pkcs11";
      break;
    }
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  words.insert(words.end(), arguments.begin(), arguments.end());
  return shell_line(words);
}

}  // namespace operators
