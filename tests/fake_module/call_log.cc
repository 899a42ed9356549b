#include "call_log.h"

#include <fcntl.h>
#include <unistd.h>

#include "names.h"
#include "statement.h"

namespace fake {
namespace {

class AppendedFile {
 public:
  explicit AppendedFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {}
  ~AppendedFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  AppendedFile(const AppendedFile&) = delete;
  AppendedFile& operator=(const AppendedFile&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  void write(std::string_view text) const {
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, text.data(), text.size());
  }
  // Where this descriptor's last write ended: O_APPEND moves the offset together with the write.
  unsigned long end() const { return static_cast<unsigned long>(::lseek(descriptor_, 0, SEEK_CUR)); }

 private:
  int descriptor_;
};

}  // namespace

void log_line(const std::string& path, std::string_view line) {
  if (path.empty()) return;
  AppendedFile(path).write(std::string(line) + "\n");
}

unsigned long count_up(const std::string& path) {
  const AppendedFile file(path);
  if (!file.is_open()) throw RuleError("cannot count in " + path);
  file.write(".");
  return file.end();
}

std::string log_text(std::string_view text) {
  std::string out = "\"";
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20 || byte == 0x7f || letter == '"' || letter == '\\') {
      out += "\\x" + hex_of({byte});
    } else {
      out += letter;
    }
  }
  return out + "\"";
}

}  // namespace fake
