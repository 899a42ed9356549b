#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/audit_file.h"

namespace platform {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::size_t kReadAtOnce = 65'536;  // bytes

Error failed(const char* action, const std::string& path, const std::string& cause) {
  return {ErrorKind::unrecorded, Phase::audit,
          std::string("cannot ") + action + " audit log " + base::printable(path) + ": " + cause};
}

int sync_data(int descriptor) noexcept {
  return ::fdatasync(descriptor) == 0 ? 0 : errno;
}

StateFolder::Lock take_turn(const StateFolder& folder, const std::string& path) {
  try {
    return folder.lock(AuditFile::kLock, AuditFile::kPatience);
  } catch (const Error& error) {
    throw failed("write", path, error.message());
  }
}

Descriptor open_to_append(const StateFolder& folder) {
  try {
    return folder.open_to_append(AuditFile::kName);
  } catch (const Error& error) {
    throw Error(ErrorKind::unrecorded, Phase::audit, error.message(), error.hint());
  }
}

std::uint64_t size_of(const Descriptor& file, const std::string& path) {
  struct stat state{};
  if (::fstat(file.number(), &state) != 0) throw failed("read", path, cause_of(errno));
  return static_cast<std::uint64_t>(state.st_size);
}

}  // namespace

const AuditFile::Calls& AuditFile::real_calls() {
  static constexpr Calls kReal{write_everything, sync_data};
  return kReal;
}

const AuditFile::Calls& AuditFile::unhurried_calls() {
  static constexpr Calls kUnhurried{write_everything, [](int) noexcept { return 0; }};
  return kUnhurried;
}

AuditFile::AuditFile(const StateFolder& folder, const Calls& calls)
    : path_(folder.path() + "/" + kName),
      calls_(calls),
      turn_(take_turn(folder, path_)),
      file_(open_to_append(folder)) {}

std::uint64_t AuditFile::size() const {
  return size_of(file_, path_);
}

std::string AuditFile::tail(std::size_t size) const {
  const std::uint64_t whole = this->size();
  return part(whole - std::min<std::uint64_t>(size, whole), size);
}

std::string AuditFile::part(std::uint64_t begin, std::size_t size) const {
  const std::uint64_t whole = std::max(this->size(), begin);
  std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(size, whole - begin)), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const auto place = static_cast<off_t>(begin + done);
    const ssize_t got = ::pread(file_.number(), text.data() + done, text.size() - done, place);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw failed("read", path_, got == 0 ? "it became shorter" : cause_of(errno));
    done += static_cast<std::size_t>(got);
  }
  return text;
}

void AuditFile::require_room() const {
  struct statvfs state{};
  if (::fstatvfs(file_.number(), &state) != 0 || state.f_blocks == 0) return;  // some file systems do not tell
  const fsblkcnt_t free = ::geteuid() == 0 ? state.f_bfree : state.f_bavail;
  if (free == 0) throw failed("write", path_, cause_of(ENOSPC));
}

void AuditFile::append(std::string_view text) {
  int error_number = calls_.write(file_.number(), text);
  if (error_number == 0) error_number = calls_.sync(file_.number());
  if (error_number != 0) throw failed("write", path_, cause_of(error_number));
}

std::optional<LineReader> LineReader::open(const std::string& path, std::size_t maximum) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) throw failed("read", path, cause_of(errno));
  struct stat state{};
  if (::fstat(file.number(), &state) != 0) throw failed("read", path, cause_of(errno));
  if (!S_ISREG(state.st_mode)) throw failed("read", path, "it is not a regular file");
  const auto size = static_cast<std::uint64_t>(state.st_size);
  return LineReader(path, maximum, std::move(file), size);
}

std::optional<LineReader> LineReader::open(const StateFolder& folder, std::size_t maximum) {
  const std::string path = folder.path() + "/" + AuditFile::kName;
  const StateFolder::Lock turn = take_turn(folder, path);
  return open(path, maximum);
}

bool LineReader::fill() {
  if (left_ == 0) return false;
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t old = buffer_.size();
  buffer_.resize(old + static_cast<std::size_t>(std::min<std::uint64_t>(kReadAtOnce, left_)));
  const long got = read_some(file_.number(), buffer_.data() + old, buffer_.size() - old);
  if (got <= 0) throw failed("read", path_, got == 0 ? "it became shorter" : cause_of(static_cast<int>(-got)));
  buffer_.resize(old + static_cast<std::size_t>(got));
  left_ -= static_cast<std::uint64_t>(got);
  return true;
}

std::optional<LineReader::Part> LineReader::next() {
  std::size_t searched = 0;
  while (true) {
    const std::string_view rest = std::string_view(buffer_).substr(begin_);
    const std::size_t end = rest.find('\n', searched);
    if (end <= maximum_) {
      begin_ += end + 1;
      return Part{rest.substr(0, end), true};
    }
    if (rest.size() > maximum_) {
      begin_ += maximum_;
      return Part{rest.substr(0, maximum_), false};
    }
    searched = rest.size();
    if (fill()) continue;
    if (rest.empty()) return std::nullopt;
    begin_ += rest.size();
    return Part{rest, false};
  }
}

}  // namespace platform
