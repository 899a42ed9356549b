// Takes the variable named by the argument out of the environment, then prints how long its value was and the
// environment block as other processes see it.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "platform/descriptor.h"
#include "platform/environment.h"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const auto secret = platform::take_environment(arguments[1]);
  const std::string length = secret ? std::to_string(secret->size()) : "none";
  const char* left = std::getenv(arguments[1]);
  (void)platform::write_everything(STDOUT_FILENO, length + (left == nullptr ? " unset\n" : " still set\n"));
  const platform::Descriptor block(::open("/proc/self/environ", O_RDONLY | O_CLOEXEC));
  std::array<char, 65536> bytes;
  long got = 0;
  while ((got = platform::read_some(block.number(), bytes.data(), bytes.size())) > 0)
    (void)platform::write_everything(STDOUT_FILENO, {bytes.data(), static_cast<std::size_t>(got)});
  return got == 0 ? 0 : 1;
}
