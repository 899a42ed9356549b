// Sends a request with a secret header and an encrypted client key, both with the word of standard input, and prints
// the reply's status and how many copies of the word the process still holds in memory that can be written:
//   http_memory_probe URL CA CERTIFICATE KEY < WORD
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <span>
#include <string>

#include "approval/http.h"
#include "base/secret.h"

namespace {

constexpr std::uint8_t kDisguise = 0x55;
constexpr std::size_t kPage = 4096;
constexpr std::size_t kLargest = 256u << 20;  // what is larger is a sanitizer's own

base::Secret read_word() {
  base::Secret word(64);
  const auto size = read(STDIN_FILENO, word.writable().data(), word.size());
  word.shrink(size > 0 ? static_cast<std::size_t>(size) : 0);
  return word;
}

base::Bytes disguised(base::ByteView word) {
  base::Bytes bytes(word.begin(), word.end());
  for (std::uint8_t& byte : bytes)
    byte ^= kDisguise;
  return bytes;
}

std::size_t copies_in(std::span<const std::uint8_t> memory, const base::Bytes& word) {
  const auto same = [](std::uint8_t found, std::uint8_t wanted) { return found == (wanted ^ kDisguise); };
  std::size_t count = 0;
  auto at = memory.begin();
  while ((at = std::search(at, memory.end(), word.begin(), word.end(), same)) != memory.end()) {
    ++count;
    ++at;
  }
  return count;
}

std::size_t copies(const base::Bytes& word) {
  const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) {
    unsigned long start = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx", &start, &end) != 2 || end - start > kLargest) continue;
    if (line.find(" rw") == std::string::npos) continue;
    base::Secret page(kPage + word.size() - 1);
    for (unsigned long at = start; at < end; at += kPage) {
      const auto got = pread(memory, page.writable().data(), page.size(), static_cast<off_t>(at));
      if (got > 0) count += copies_in(page.reveal().first(static_cast<std::size_t>(got)), word);
    }
  }
  close(memory);
  return count;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 2;
  (void)std::signal(SIGPIPE, SIG_IGN);  // as the product does
  base::Secret word = read_word();
  const base::Bytes wanted = disguised(word.reveal());
  const std::size_t at_first = copies(wanted);
  {
    approval::HttpOptions options;
    options.ca_file = arguments[2];
    options.client_certificate = arguments[3];
    options.client_key = arguments[4];
    options.client_key_password = &word;
    approval::HttpRequest request;
    request.url = arguments[1];
    request.secret_headers.emplace_back("X-API-KEY", word.copy());
    (void)std::printf("%ld ", approval::make_http_client(options)->send(request).status);
  }
  word = base::Secret();
  (void)std::printf("%zu %zu\n", at_first, copies(wanted));
  return 0;
}
