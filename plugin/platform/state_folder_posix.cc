#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/shell_line.h"
#include "platform/state_folder.h"

namespace platform {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using base::printable;

constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kPrivateFile = 0600;

// The place, or Error with the reason: no folder can be named.
std::string state_folder_path() {
  const char* state_home = std::getenv("XDG_STATE_HOME");
  if (state_home != nullptr && *state_home == '/') return std::string(state_home) + "/notation-pkcs11";
  const char* home = std::getenv("HOME");  // a relative XDG_STATE_HOME does not count (XDG base directories)
  if (home != nullptr && *home == '/') return std::string(home) + "/.local/state/notation-pkcs11";
  throw Error(ErrorKind::invalid_settings, Phase::settings, "neither XDG_STATE_HOME nor HOME is set");
}

Error unusable(const std::string& path, const std::string& cause) {
  return {ErrorKind::invalid_settings, Phase::settings, "cannot use state folder " + printable(path) + ": " + cause};
}

// Under sudo, HOME may still be the user's: folders of root in there would lock the user out.
void check_may_make_folder_in(const std::string& parent) {
  struct stat state{};
  if (::geteuid() == 0 && ::stat(parent.c_str(), &state) == 0 && state.st_uid != 0)
    throw unusable(parent, "it belongs to user " + std::to_string(state.st_uid) + ", and this process runs as root");
}

void make_folder(const std::string& path) {
  struct stat state{};
  if (::stat(path.c_str(), &state) == 0) return;
  const std::string parent = path.substr(0, std::max<std::size_t>(path.find_last_of('/'), 1));
  if (parent != path) make_folder(parent);
  check_may_make_folder_in(parent);
  if (::mkdir(path.c_str(), kPrivateFolder) != 0 && errno != EEXIST) throw unusable(path, cause_of(errno));
}

Descriptor open_folder(const std::string& path) {
  make_folder(path);
  Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) {
    const bool is_link = errno == ELOOP || errno == ENOTDIR;
    throw unusable(path, is_link ? "it is a link or a file" : cause_of(errno));
  }
  struct stat state{};
  if (::fstat(folder.number(), &state) != 0) throw unusable(path, cause_of(errno));
  if (state.st_uid != ::geteuid()) throw unusable(path, "it belongs to user " + std::to_string(state.st_uid));
  if ((state.st_mode & 0777) != kPrivateFolder)
    throw unusable(path, "others may enter it or its owner may not; run: chmod 700 " + shell_word(path));
  return folder;
}

Error failed(const char* action, const StateFolder& folder, const std::string& name, const char* cause) {
  return {ErrorKind::invalid_settings, Phase::settings,
          std::string("cannot ") + action + " " + printable(folder.path() + "/" + name) + ": " + cause};
}

bool is_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !name.empty() && name.front() != '.' && name.size() <= 200 && std::all_of(name.begin(), name.end(), is_plain);
}

void check_name(const std::string& name) {
  if (!is_name(name)) throw Error(ErrorKind::internal, Phase::none, "not a name for a state file: " + printable(name));
}

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { (void)::closedir(folder); }
};

// Whether the opened file is the one of that name.
bool is_file(int folder, const std::string& name, int opened) {
  struct stat named{};
  struct stat state{};
  return ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && ::fstat(opened, &state) == 0 &&
         named.st_dev == state.st_dev && named.st_ino == state.st_ino;
}

// Removes the file unless the write got to its end.
class TemporaryFile {
 public:
  TemporaryFile(int folder, std::string name) : folder_(folder), name_(std::move(name)) {
    (void)::unlinkat(folder_, name_.c_str(), 0);  // left by an earlier process with our number
    file_ = Descriptor(
        ::openat(folder_, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kPrivateFile));
  }
  ~TemporaryFile() {
    if (!name_.empty()) (void)::unlinkat(folder_, name_.c_str(), 0);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  // 0 or the errno value.
  int fill(std::string_view content) {
    if (!file_) return errno;
    if (const int error_number = write_everything(file_.number(), content)) return error_number;
    return ::fsync(file_.number()) == 0 ? 0 : errno;
  }

  int rename_to(const std::string& name) {
    if (::renameat(folder_, name_.c_str(), folder_, name.c_str()) != 0) return errno;
    name_.clear();
    return ::fsync(folder_) == 0 ? 0 : errno;
  }

 private:
  int folder_;
  std::string name_;
  Descriptor file_;
};

}  // namespace

StateFolderSearch StateFolderSearch::open() {
  try {
    const std::string path = state_folder_path();
    return {StateFolder(path, open_folder(path)), {}};
  } catch (const Error& error) {
    return {std::nullopt, error.message()};
  }
}

std::optional<std::string> StateFolder::read_file(const std::string& name, std::size_t limit) const {
  check_name(name);
  const Descriptor file(::openat(folder_.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) throw failed("read", *this, name, errno == ELOOP ? "it is a link" : cause_of(errno));
  struct stat state{};
  if (::fstat(file.number(), &state) != 0) throw failed("read", *this, name, cause_of(errno));
  if (!S_ISREG(state.st_mode)) throw failed("read", *this, name, "it is not a regular file");
  if (state.st_uid != ::geteuid()) throw failed("read", *this, name, "it belongs to another user");
  std::string content;
  std::array<char, 16384> part;
  while (true) {
    const long got = read_some(file.number(), part.data(), part.size());
    if (got == 0) return content;
    if (got < 0) throw failed("read", *this, name, cause_of(static_cast<int>(-got)));
    content.append(part.data(), static_cast<std::size_t>(got));
    if (content.size() > limit) throw failed("read", *this, name, "it is longer than it can be");
  }
}

void StateFolder::write_file_atomically(const std::string& name, std::string_view content) const {
  check_name(name);
  TemporaryFile file(folder_.number(), "." + name + "." + std::to_string(::getpid()));
  int error_number = file.fill(content);
  if (error_number == 0) error_number = file.rename_to(name);
  if (error_number != 0) throw failed("write", *this, name, cause_of(error_number));
}

Descriptor StateFolder::open_to_append(const std::string& name) const {
  check_name(name);
  constexpr int kFlags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  Descriptor file(::openat(folder_.number(), name.c_str(), kFlags));
  if (!file && errno == ENOENT) {
    file = Descriptor(::openat(folder_.number(), name.c_str(), kFlags | O_CREAT, kPrivateFile));
    if (file && ::fsync(folder_.number()) != 0) throw failed("write", *this, name, cause_of(errno));
  }
  if (!file) throw failed("write", *this, name, errno == ELOOP ? "it is a link" : cause_of(errno));
  struct stat state{};
  if (::fstat(file.number(), &state) != 0) throw failed("write", *this, name, cause_of(errno));
  if (!S_ISREG(state.st_mode)) throw failed("write", *this, name, "it is not a regular file");
  if (state.st_uid != ::geteuid()) throw failed("write", *this, name, "it belongs to another user");
  if ((state.st_mode & 0077) != 0) throw failed("write", *this, name, "others may read or write it");
  return file;
}

void StateFolder::remove_file(const std::string& name) const {
  check_name(name);
  if (::unlinkat(folder_.number(), name.c_str(), 0) != 0 && errno != ENOENT)
    throw failed("remove", *this, name, cause_of(errno));
}

std::vector<std::string> StateFolder::list_files(const std::string& prefix) const {
  const auto cannot_list = [&](int error_number) { return unusable(path_, cause_of(error_number)); };
  Descriptor opened(::openat(folder_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) throw cannot_list(errno);
  const std::unique_ptr<DIR, CloseFolder> entries(::fdopendir(opened.number()));
  if (!entries) throw cannot_list(errno);
  opened.release();  // closed with `entries`
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(entries.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name.starts_with(prefix) && is_name(name)) names.emplace_back(name);
  }
  if (errno != 0) throw cannot_list(errno);
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<StateFolder::Lock> StateFolder::try_lock(const std::string& name) const {
  check_name(name);
  while (true) {
    Descriptor file(::openat(folder_.number(), name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kPrivateFile));
    if (!file) throw failed("open", *this, name, cause_of(errno));
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) throw failed("lock", *this, name, cause_of(errno));
      return std::nullopt;
    }
    // The last holder may have removed the file after it was opened here: a lock on it would keep nobody out.
    if (is_file(folder_.number(), name, file.number())) return file;
  }
}

StateFolder::Lock StateFolder::lock(const std::string& name, std::chrono::milliseconds patience) const {
  constexpr int kPause = 5;  // milliseconds
  const auto end = std::chrono::steady_clock::now() + patience;
  while (true) {
    if (auto held = try_lock(name)) return std::move(*held);
    if (std::chrono::steady_clock::now() >= end)
      throw Error(ErrorKind::busy, Phase::none,
                  "cannot lock " + printable(path_ + "/" + name) + ": another process holds it");
    (void)::poll(nullptr, 0, kPause);
  }
}

}  // namespace platform
