#include "doctor/elf_file.h"

#include <elf.h>
#include <fcntl.h>
#include <features.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "platform/descriptor.h"

namespace operators {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Entry = ElfW(Dyn);

constexpr std::size_t kMostSegments = 64, kMostEntries = 4096, kLongestName = 256;
constexpr unsigned char kOwnClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr unsigned char kOwnOrder = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

class Reader {
 public:
  explicit Reader(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)) {}

  // Empty at the end of the file too.
  template <typename Value>
  std::optional<Value> read(std::uint64_t offset) const {
    Value value{};
    const ssize_t got = ::pread(file_.number(), &value, sizeof value, static_cast<off_t>(offset));
    return got == static_cast<ssize_t>(sizeof value) ? std::optional(value) : std::nullopt;
  }

  std::string text(std::uint64_t offset) const {
    std::array<char, kLongestName> name{};
    const ssize_t got = ::pread(file_.number(), name.data(), name.size() - 1, static_cast<off_t>(offset));
    return got > 0 ? std::string(name.data()) : std::string();
  }

 private:
  platform::Descriptor file_;
};

class Library {
 public:
  explicit Library(const std::string& path) : reader_(path) {
    const auto header = reader_.read<Header>(0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != kOwnClass ||
        header->e_ident[EI_DATA] != kOwnOrder || header->e_phentsize != sizeof(Segment)) {
      return;
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(header->e_phnum, kMostSegments); ++i) {
      const auto segment = reader_.read<Segment>(header->e_phoff + i * sizeof(Segment));
      if (segment) segments_.push_back(*segment);
    }
  }

  std::vector<std::string> needed() const {
    std::vector<std::string> names;
    const std::vector<Entry> entries = this->entries();
    std::optional<std::uint64_t> strings;
    for (const Entry& entry : entries) {
      if (entry.d_tag == DT_STRTAB) strings = offset_of(entry.d_un.d_ptr);
    }
    for (const Entry& entry : entries) {
      if (entry.d_tag == DT_NEEDED && strings) names.push_back(reader_.text(*strings + entry.d_un.d_val));
    }
    return names;
  }

 private:
  // A library has one dynamic section.
  std::vector<Entry> entries() const {
    std::vector<Entry> entries;
    const auto segment = std::ranges::find_if(segments_, [](const Segment& one) { return one.p_type == PT_DYNAMIC; });
    if (segment == segments_.end()) return entries;
    while (entries.size() < kMostEntries) {
      const auto entry = reader_.read<Entry>(segment->p_offset + entries.size() * sizeof(Entry));
      if (!entry || entry->d_tag == DT_NULL) break;
      entries.push_back(*entry);
    }
    return entries;
  }

  // Where in the file an address will come from.
  std::optional<std::uint64_t> offset_of(std::uint64_t address) const {
    for (const Segment& segment : segments_) {
      if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
        return segment.p_offset + (address - segment.p_vaddr);
    }
    return std::nullopt;
  }

  Reader reader_;
  std::vector<Segment> segments_;
};

}  // namespace

std::vector<std::string> needed_libraries(const std::string& path) {
  return Library(path).needed();
}

std::string find_musl([[maybe_unused]] const std::vector<std::string>& needed) {
#if defined(__GLIBC__)
  for (const std::string& name : needed) {
    if (name.starts_with("libc.musl") || name.starts_with("ld-musl") || name == "libc.so") return name;
  }
#endif
  return {};
}

}  // namespace operators
