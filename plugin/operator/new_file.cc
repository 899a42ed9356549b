#include "new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/bytes.h"
#include "base/error.h"

namespace operators {
namespace {

constexpr mode_t kPermissions = 0777;

// Renames unless the name is taken, in one step where the file system can. Returns 0 or the errno value.
int rename_to_free_name(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  ::unlink(from.c_str());
  return 0;
}

// A name for what a process or a device offers, as /dev/stdout: no place for a file.
bool is_place_of_devices(const std::string& path) {
  std::error_code none;
  const auto folder = std::filesystem::weakly_canonical(std::filesystem::absolute(path, none).parent_path(), none);
  return folder == "/dev" || folder.string().starts_with("/proc/");
}

// What is there and no regular file, in words; empty for one, and where there is nothing.
std::string kind_of_other(mode_t mode) {
  if (S_ISREG(mode)) return {};
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "no regular file";
}

}  // namespace

NewFile::NewFile(std::string path, bool replace, std::string_view what)
    : path_(std::move(path)), what_(what), replace_(replace) {
  struct stat there{};
  if (::lstat(path_.c_str(), &there) == 0) {
    if (S_ISDIR(there.st_mode)) refuse(EISDIR);
    refuse_other_than_file();
    if (!replace_) refuse(EEXIST);
    if (S_ISREG(there.st_mode)) mode_ = there.st_mode & kPermissions;
  }
  const std::size_t name = path_.find_last_of('/') + 1;
  if (name == path_.size()) refuse(EISDIR);
  std::string temporary = path_.substr(0, name) + ".notation-pkcs11-XXXXXX";
  file_ = platform::Descriptor(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file_) refuse(errno);
  temporary_ = std::move(temporary);
}

NewFile::~NewFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void NewFile::write(std::string_view content) {
  if (const int fault = platform::write_everything(file_.number(), content); fault != 0) refuse(fault);
  if (::fchmod(file_.number(), mode_) != 0 || ::fsync(file_.number()) != 0) refuse(errno);
  const int fault = !replace_                                          ? rename_to_free_name(temporary_, path_)
                    : ::rename(temporary_.c_str(), path_.c_str()) == 0 ? 0
                                                                       : errno;
  if (fault != 0) refuse(fault);
  temporary_.clear();
}

void NewFile::refuse_other_than_file() const {
  struct stat target{};
  std::string kind;
  if (::stat(path_.c_str(), &target) == 0) kind = kind_of_other(target.st_mode);
  if (kind.empty() && is_place_of_devices(path_)) kind = "a device";
  if (kind.empty()) return;
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                    what_ + " " + base::printable(path_) + " cannot be written: " + kind + " is there, not a file",
                    "name a file that this command may make");
}

void NewFile::refuse(int error_number) const {
  const bool exists = error_number == EEXIST;
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                    what_ + " " + base::printable(path_) + (exists ? " exists already" : " cannot be written: ") +
                        (exists ? "" : platform::cause_of(error_number)),
                    exists ? "--force replaces it" : "");
}

}  // namespace operators
