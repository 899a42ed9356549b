#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/descriptor.h"
#include "platform/file_checks.h"
#include "platform/shell_line.h"

namespace platform {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using base::printable;

constexpr mode_t kGroupOrOthersWrite = S_IWGRP | S_IWOTH;
constexpr mode_t kGroupOrOthers = S_IRWXG | S_IRWXO;

// What the texts call a file: "module" and the path as the user wrote it.
struct Subject {
  std::string_view what;
  std::string_view path;
};

Error refuse(const Subject& subject, const std::string& cause, std::string hint = {}) {
  return {ErrorKind::invalid_settings, Phase::settings,
          "cannot use " + std::string(subject.what) + " " + printable(subject.path) + ": " + cause, std::move(hint)};
}

Error refuse(const Subject& subject, int error_number) {
  if (error_number == ENOENT) {
    return refuse(subject, "there is no such file", "correct the path where it is set, or put the file there");
  }
  return refuse(subject, cause_of(error_number));
}

std::string octal(mode_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777));
  return text.data();
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string name_in_folder(std::string_view path) {
  return std::string(path.substr(path.find_last_of('/') + 1));
}

bool is_trusted_owner(uid_t owner) {
  return owner == 0 || owner == ::geteuid();
}

std::string wrong_owner(uid_t owner) {
  return " belongs to user " + std::to_string(owner) + ", who is neither root nor the user of this process (" +
         std::to_string(::geteuid()) + ")";
}

void check_is_regular(const Subject& subject, const struct stat& state) {
  if (S_ISDIR(state.st_mode)) throw refuse(subject, "it is a folder, not a file");
  if (!S_ISREG(state.st_mode)) throw refuse(subject, "it is not a regular file");
}

// `shown` is "it" or the file behind a link.
void check_owner_and_mode(const Subject& subject, const std::string& shown, const std::string& path,
                          const struct stat& state) {
  if (!is_trusted_owner(state.st_uid)) throw refuse(subject, shown + wrong_owner(state.st_uid));
  if ((state.st_mode & kGroupOrOthersWrite) != 0)
    throw refuse(subject, shown + " is writable by its group or by others (mode " + octal(state.st_mode) + ")",
                 "run: chmod go-w " + shell_word(path));
}

void check_folder(const Subject& subject, const std::string& folder, const struct stat& state) {
  const std::string shown = "its folder " + printable(folder);
  if (!is_trusted_owner(state.st_uid)) throw refuse(subject, shown + wrong_owner(state.st_uid));
  if ((state.st_mode & kGroupOrOthersWrite) != 0 && (state.st_mode & S_ISVTX) == 0)
    throw refuse(subject, shown + " is writable by its group or by others (mode " + octal(state.st_mode) + ")",
                 "run: chmod go-w " + shell_word(folder));
}

// A file opened so that what is checked is what is read: by its name inside the opened folder, with all links resolved.
struct Opened {
  Descriptor file;
  struct stat state{};
  std::string resolved;
};

std::string resolve(const Subject& subject) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(std::string(subject.path).c_str(), nullptr),
                                                             &std::free);
  if (!resolved) throw refuse(subject, errno);
  return resolved.get();
}

struct stat state_of(const Subject& subject, int descriptor) {
  struct stat state{};
  if (::fstat(descriptor, &state) != 0) throw refuse(subject, errno);
  return state;
}

Descriptor open_folder(const Subject& subject, const std::string& folder) {
  Descriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened) throw refuse(subject, errno);
  return opened;
}

Opened open_in_checked_folder(const Subject& subject) {
  Opened opened;
  opened.resolved = resolve(subject);
  const std::string given_folder = folder_of(subject.path);
  const std::string real_folder = folder_of(opened.resolved);
  const Descriptor folder = open_folder(subject, real_folder);
  // Non-blocking: a named pipe must not hold us up.
  opened.file = Descriptor(::openat(folder.number(), name_in_folder(opened.resolved).c_str(),
                                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!opened.file) throw refuse(subject, errno);
  opened.state = state_of(subject, opened.file.number());
  check_is_regular(subject, opened.state);
  check_folder(subject, real_folder, state_of(subject, folder.number()));
  if (given_folder != real_folder)  // a link there decides which file this is
    check_folder(subject, given_folder, state_of(subject, open_folder(subject, given_folder).number()));
  return opened;
}

std::string shown_as(const Subject& subject, const std::string& resolved) {
  return resolved == subject.path ? "it" : "the file behind it, " + printable(resolved) + ",";
}

// Before a file's code is run. Returns the path with all links resolved.
std::string check_code(const Subject& subject, const std::string& kind) {
  if (!subject.path.empty() && subject.path.front() != '/' && subject.path.front() != '~')
    throw refuse(subject, "the path is not absolute", "write the whole path of the " + kind + ", starting with /");
  (void)absolute_path(subject.path, {}, subject.what);
  const Opened opened = open_in_checked_folder(subject);
  check_owner_and_mode(subject, shown_as(subject, opened.resolved), opened.resolved, opened.state);
  return opened.resolved;
}

// Who may read a file besides its owner.
enum class Readers { nobody, group_of_root };

Opened open_private(const Subject& subject, Readers readers) {
  Opened opened = open_in_checked_folder(subject);
  const std::string shown = shown_as(subject, opened.resolved);
  if (!is_trusted_owner(opened.state.st_uid)) throw refuse(subject, shown + wrong_owner(opened.state.st_uid));
  const bool group_may_read = readers == Readers::group_of_root && opened.state.st_uid == 0;
  const mode_t forbidden = group_may_read ? kGroupOrOthers & ~mode_t{S_IRGRP} : kGroupOrOthers;
  if ((opened.state.st_mode & forbidden) != 0)
    throw refuse(subject, shown + " is open to others than its owner (mode " + octal(opened.state.st_mode) + ")",
                 "run: chmod 600 " + shell_word(opened.resolved));
  return opened;
}

Opened open_regular(const Subject& subject) {
  Opened opened;
  opened.file = Descriptor(::open(std::string(subject.path).c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!opened.file) throw refuse(subject, errno);
  opened.state = state_of(subject, opened.file.number());
  check_is_regular(subject, opened.state);
  return opened;
}

base::Secret read_secret(const Subject& given, Readers readers, std::size_t limit) {
  const std::string whole_path = absolute_path(given.path, {}, given.what);
  const Subject subject{given.what, whole_path};
  const Opened opened = open_private(subject, readers);
  base::Secret content(limit + 1);
  std::size_t size = 0;
  while (size < content.size()) {
    const auto rest = content.writable().subspan(size);
    const long got = read_some(opened.file.number(), reinterpret_cast<char*>(rest.data()), rest.size());
    if (got < 0) throw refuse(subject, static_cast<int>(-got));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.shrink(size);
  return content;
}

std::string read_whole(const Subject& subject, const Opened& opened, std::size_t limit) {
  std::string content;
  std::array<char, 16384> part;
  while (true) {
    const long got = read_some(opened.file.number(), part.data(), part.size());
    if (got == 0) return content;
    if (got < 0) throw refuse(subject, static_cast<int>(-got));
    content.append(part.data(), static_cast<std::size_t>(got));
    if (content.size() > limit) throw refuse(subject, "it is longer than " + std::to_string(limit) + " bytes");
  }
}

}  // namespace

std::string absolute_path(std::string_view path, std::string_view folder, std::string_view what) {
  const Subject subject{what, path};
  if (path.empty())
    throw Error(ErrorKind::invalid_settings, Phase::settings,
                "cannot use " + std::string(what) + ": its path is empty");
  if (path.find('\0') != std::string_view::npos) throw refuse(subject, "the path holds a NUL byte");
  if (path.front() == '~')
    throw refuse(subject, "`~` stands for the home folder only in a shell", "write the whole path, starting with /");
  if (path.front() == '/') return std::string(path);
  std::string start(folder);
  if (start.empty() || start.front() != '/') {
    const std::unique_ptr<char, decltype(&std::free)> working(::getcwd(nullptr, 0), &std::free);
    if (!working) throw refuse(subject, std::string("the working folder is not known: ") + cause_of(errno));
    start = start.empty() ? working.get() : std::string(working.get()) + "/" + start;
  }
  return start + (start.back() == '/' ? "" : "/") + std::string(path);
}

std::string check_module_file(std::string_view path) {
  return check_code({"module", path}, "PKCS#11 library");
}

std::string check_program_file(std::string_view path) {
  const Subject subject{"program", path};
  const std::string resolved = check_code(subject, "program");
  if (::faccessat(AT_FDCWD, resolved.c_str(), X_OK, AT_EACCESS) != 0)
    throw refuse(subject, "it may not be run", "run: chmod +x " + shell_word(resolved));
  return resolved;
}

void check_private_file(const std::string& path, std::string_view what) {
  (void)open_private({what, absolute_path(path, {}, what)}, Readers::nobody);
}

void check_guarded_file(const std::string& path, std::string_view what) {
  (void)open_private({what, absolute_path(path, {}, what)}, Readers::group_of_root);
}

base::Secret read_private_file(const std::string& path, std::size_t limit, std::string_view what) {
  return read_secret({what, path}, Readers::nobody, limit);
}

base::Secret read_guarded_file(const std::string& path, std::size_t limit, std::string_view what) {
  return read_secret({what, path}, Readers::group_of_root, limit);
}

std::string read_bounded_file(const std::string& path, std::size_t limit, std::string_view what) {
  const std::string whole_path = absolute_path(path, {}, what);
  const Subject subject{what, whole_path};
  return read_whole(subject, open_regular(subject), limit);
}

std::optional<std::string> read_config_file(const std::string& path, std::size_t limit) {
  const std::string whole_path = absolute_path(path, {}, "configuration file");
  const Subject subject{"configuration file", whole_path};
  struct stat state{};
  if (::stat(whole_path.c_str(), &state) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  const Opened opened = open_regular(subject);
  check_owner_and_mode(subject, "it", whole_path, opened.state);
  return read_whole(subject, opened, limit);
}

}  // namespace platform
