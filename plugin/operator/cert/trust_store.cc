#include "cert/trust_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/error.h"
#include "notation/home.h"
#include "platform/descriptor.h"
#include "platform/file_checks.h"
#include "trust/certificate.h"
#include "trust/pem.h"
#include "trust/public_key.h"

namespace operators {
namespace {

constexpr std::size_t kLongestStem = 40;      // characters of the subject in a file's name
constexpr std::size_t kLargestFile = 65'536;  // bytes

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings, message, std::move(hint));
}

[[noreturn]] void refuse_write(const std::string& path, int error_number) {
  refuse("trust store file " + base::printable(path) + " cannot be written: " + platform::cause_of(error_number));
}

// "CN-Example-Root-0123456789abcdef.pem"
std::string file_name(base::ByteView der) {
  std::string stem = trust::Certificate::parse(der, "the certificate").subject().substr(0, kLongestStem);
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  std::ranges::replace_if(stem, [&](char c) { return !plain(c); }, '-');
  return stem + "-" + trust::sha256_hex(der).substr(0, 16) + ".pem";
}

void make_folders(const std::string& path) {
  for (std::size_t at = 0; at != std::string::npos;) {
    at = path.find('/', at + 1);
    const std::string folder = path.substr(0, at);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) refuse_write(path, errno);
  }
}

void write_new(const std::string& path, std::string_view content) {
  const platform::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) refuse_write(path, errno);
  int fault = platform::write_everything(file.number(), content);
  if (fault == 0 && ::fsync(file.number()) != 0) fault = errno;
  if (fault == 0) return;
  ::unlink(path.c_str());
  refuse_write(path, fault);
}

}  // namespace

StoredRoot put_into_trust_store(base::ByteView certificate, std::string_view type, const std::string& name) {
  if (type != "ca" && type != "signingAuthority") {
    refuse("trust store type " + base::quoted(type) + " is neither ca nor signingAuthority");
  }
  if (!is_trust_store_name(name)) {
    refuse("notation does not take " + base::quoted(name) + " for the name of a trust store",
           "letters, digits, \"_\", \".\" and \"-\" may stand in it");
  }
  const std::string folder = NotationHome::locate().trust_store(type, name);
  StoredRoot stored{folder + "/" + file_name(certificate), false};
  const std::string pem = trust::to_pem(certificate);
  std::error_code none;
  if (std::filesystem::exists(std::filesystem::symlink_status(stored.file, none))) {
    if (platform::read_bounded_file(stored.file, kLargestFile, "trust store file") == pem) return stored;
    refuse("trust store file " + base::printable(stored.file) + " exists already, with something else in it",
           "look at it, and move it away");
  }
  make_folders(folder);
  write_new(stored.file, pem);
  stored.added = true;
  return stored;
}

}  // namespace operators
