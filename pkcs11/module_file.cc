#include "module_file.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"

namespace pkcs11 {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::string_view kEntryPoint = "C_GetFunctionList";

#if defined(__x86_64__)
constexpr unsigned kOwnMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kOwnMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr unsigned kOwnMachine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr unsigned kOwnMachine = EM_PPC64;
#elif defined(__s390x__)
constexpr unsigned kOwnMachine = EM_S390;
#elif defined(__arm__)
constexpr unsigned kOwnMachine = EM_ARM;
#elif defined(__i386__)
constexpr unsigned kOwnMachine = EM_386;
#else
constexpr unsigned kOwnMachine = EM_NONE;
#endif
constexpr unsigned char kOwnClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr unsigned char kOwnOrder = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

Error unusable(const std::string& path, const std::string& cause, std::string hint) {
  return Error(ErrorKind::module_unusable, Phase::load, "cannot load module " + base::printable(path) + ": " + cause,
               std::move(hint))
      .with_module(path);
}

class File {
 public:
  explicit File(const std::string& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)) {
    if (descriptor_ < 0)
      throw unusable(path, std::strerror(errno), "check the module's path in the settings or the URI");
  }
  ~File() { close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Fills the buffer as far as the file goes.
  std::size_t read_into(std::span<char> buffer, const std::string& path) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
      const ssize_t count = read(descriptor_, buffer.data() + filled, buffer.size() - filled);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw unusable(path, std::strerror(errno), "the module must be a file that can be read");
      if (count == 0) break;
      filled += static_cast<std::size_t>(count);
    }
    return filled;
  }

 private:
  int descriptor_;
};

void check_header(const std::string& path, std::string_view head) {
  if (!head.starts_with(ELFMAG) || head.size() < 20)
    throw unusable(path, "it is not a shared library", "name the PKCS#11 library (.so) of the token's vendor");
  const bool same_order = static_cast<unsigned char>(head[EI_DATA]) == kOwnOrder;
  std::uint16_t machine = 0;
  std::memcpy(&machine, head.data() + 18, sizeof machine);
  if (!same_order) machine = static_cast<std::uint16_t>((machine << 8) | (machine >> 8));
  const bool same_class = static_cast<unsigned char>(head[EI_CLASS]) == kOwnClass;
  if (kOwnMachine != EM_NONE && machine != kOwnMachine)
    throw unusable(path, "it is built for " + machine_name(machine) + ", this machine is " + machine_name(kOwnMachine),
                   "install the vendor's library for " + machine_name(kOwnMachine));
  if (!same_class || !same_order)
    throw unusable(path, same_class ? "it is built for the other byte order" : "it is a library of the other word size",
                   "install the vendor's library for this machine");
}

bool mentions_entry_point(File& file, const std::string& path, std::string_view head) {
  if (head.find(kEntryPoint) != std::string_view::npos) return true;
  constexpr std::size_t kOverlap = kEntryPoint.size() - 1;
  std::array<char, 64 * 1024> chunk;
  std::size_t kept = std::min(head.size(), kOverlap);
  std::memcpy(chunk.data(), head.data() + head.size() - kept, kept);
  while (true) {
    const std::size_t count = file.read_into(std::span(chunk).subspan(kept), path);
    if (count == 0) return false;
    const std::size_t filled = kept + count;
    if (std::string_view(chunk.data(), filled).find(kEntryPoint) != std::string_view::npos) return true;
    kept = std::min(filled, kOverlap);
    std::memmove(chunk.data(), chunk.data() + filled - kept, kept);
  }
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string hint_for(std::string_view reason) {
  if (has(reason, "libc.musl") || has(reason, "ld-musl"))
    return "the library is built for musl (Alpine); install the vendor's build for glibc";
  if (has(reason, "GLIBC_") || has(reason, "GLIBCXX_") || has(reason, "CXXABI_"))
    return "the library needs a newer system than this one; install the vendor's build for this distribution";
  if (has(reason, "cannot open shared object file"))
    return "the library needs another one that the dynamic loader does not find; install it, or list its folder in "
           "/etc/ld.so.conf.d and run ldconfig ('ldd' shows what is missing)";
  if (has(reason, "undefined symbol"))
    return "the library does not fit one that it needs; reinstall the vendor's package for this distribution";
  if (has(reason, "failed to map segment")) return "the file system may be mounted with 'noexec'";
  if (has(reason, "static TLS")) return "start notation with LD_PRELOAD set to the library that the message names";
  return "reinstall the vendor's package; 'ldd' shows what the library needs";
}

}  // namespace

std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_386:
      return "x86 (32 bits)";
    case EM_AARCH64:
      return "aarch64";
    case EM_ARM:
      return "arm (32 bits)";
    case EM_RISCV:
      return "riscv";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390x";
    default:
      return "another machine (ELF number " + std::to_string(machine) + ")";
  }
}

void check_library_format(const std::string& path) {
  File file(path);
  std::array<char, 4096> buffer;
  const std::string_view head(buffer.data(), file.read_into(buffer, path));
  check_header(path, head);
  if (!mentions_entry_point(file, path, head)) throw not_a_module(path, "it has no C_GetFunctionList");
}

Error not_a_module(const std::string& path, const std::string& cause) {
  return unusable(path, "it is not a PKCS#11 module (" + cause + ")", "name the PKCS#11 library of the token's vendor");
}

Error loader_error(const std::string& path, std::string_view reason) {
  return unusable(path, base::printable(reason, 1024), hint_for(reason));
}

}  // namespace pkcs11
