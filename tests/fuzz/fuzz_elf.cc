#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "doctor/elf_file.h"
#include "expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
  fuzz::expect(file >= 0 && ::write(file, data, size) == static_cast<ssize_t>(size), "the input is in a file");
  const auto needed = operators::needed_libraries("/proc/self/fd/" + std::to_string(file));
  ::close(file);
  fuzz::expect(needed.size() <= 4096, "there is an end to what a library needs");
  for (const std::string& name : needed)
    fuzz::expect(name.size() < 256, "a name is short");
  (void)operators::find_musl(needed);
  return 0;
}
