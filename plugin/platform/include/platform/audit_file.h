#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/descriptor.h"
#include "platform/state_folder.h"

namespace platform {

// The file `audit.jsonl` in the state folder: text that is only ever added to, by one process at a time. Nothing in it
// is changed and nothing is cut off, not even after a write that failed half way. Errors: unrecorded, phase audit.
class AuditFile {
 public:
  static constexpr const char* kName = "audit.jsonl";
  static constexpr const char* kLock = "audit.lock";
  static constexpr std::chrono::milliseconds kPatience{10'000};

  // How bytes get to the disk; each returns 0 or the errno value.
  struct Calls {
    int (*write)(int descriptor, std::string_view text) noexcept;
    int (*sync)(int descriptor) noexcept;
  };
  static const Calls& real_calls();
  // The same without waiting for the disk: what was written survives this process, but not a machine that goes down.
  static const Calls& unhurried_calls();

  // Waits for its turn among all processes and keeps it as long as the object lives. Makes the file, mode 0600, where
  // there is none. Refuses a link, a file of another user, and one that others may read or write.
  explicit AuditFile(const StateFolder& folder, const Calls& calls = real_calls());

  const std::string& path() const noexcept { return path_; }
  std::uint64_t size() const;

  // The last `size` bytes, or all where there are fewer.
  std::string tail(std::size_t size) const;

  // `size` bytes from `begin` on, or those of them that are there.
  std::string part(std::uint64_t begin, std::size_t size) const;

  // Error when the file system says that it is full: nothing is written to find out.
  void require_room() const;

  // On the disk when it returns, as far as the calls see to that. What a failed call leaves behind is the beginning of
  // the text, or nothing.
  void append(std::string_view text);

 private:
  std::string path_;
  const Calls& calls_;
  StateFolder::Lock turn_;
  Descriptor file_;
};

// A text file from its beginning to the end that it had when it was opened, line by line.
class LineReader {
 public:
  // A part of a line without its line feed. A line longer than `maximum` bytes comes in several parts.
  struct Part {
    std::string_view text;  // until the next call
    bool ends_line = false;
  };

  // Error(unrecorded, phase audit): cannot be read. Nothing when there is no such file.
  static std::optional<LineReader> open(const std::string& path, std::size_t maximum);

  // The log itself, of which no line is just being written.
  static std::optional<LineReader> open(const StateFolder& folder, std::size_t maximum);

  std::optional<Part> next();

 private:
  LineReader(std::string path, std::size_t maximum, Descriptor file, std::uint64_t left)
      : path_(std::move(path)), maximum_(maximum), file_(std::move(file)), left_(left) {}
  bool fill();

  std::string path_;
  std::size_t maximum_;
  Descriptor file_;
  std::uint64_t left_;  // bytes not read yet
  std::string buffer_;
  std::size_t begin_ = 0;  // of what has not been given out
};

}  // namespace platform
