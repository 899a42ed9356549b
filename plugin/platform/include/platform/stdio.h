#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "platform/descriptor.h"

namespace platform {

// Opens whatever of 0, 1 and 2 is closed on the null device, so that no file opened later gets one of these numbers.
void open_standard_descriptors() noexcept;

// The way to and from notation: request on standard input, answer on standard output or one error object on standard
// error (Notary plugin contract, "Plugin contract"). Made first thing in main: moves the real outputs to private
// close-on-exec descriptors and points 1 and 2 at the null device, so that no library can spoil the answer.
// SIGPIPE must be ignored (platform/hardening.h).
class AnswerChannel {
 public:
  // Opens whatever of 0, 1, 2 was closed at start; an output that was closed has no reader. Error(internal) when
  // descriptors run out or there is no null device: 1 and 2 are then still the real ones.
  AnswerChannel();

  // Standard input up to its end. Error(invalid_request) when it is longer than `limit` bytes or cannot be read.
  std::string read_request(std::size_t limit);

  // Writes the whole answer. Error(host_gone) when nobody reads it, Error(internal) when it cannot be written.
  void answer(std::string_view json);

  // Writes the one error object, without a newline; calls after the first do nothing.
  void fail(std::string_view json) noexcept;

  // Writes the one error object to descriptor 2, for a process whose channel could not be made.
  static void fail_without_channel(std::string_view json) noexcept;

  // False when every reader of the answer has closed it (pipe, socket, hung-up terminal) or it was closed at start.
  // Files count as read.
  bool reader_is_there() const noexcept;

  // False when the process that started this one has ended since. A program started in the background by a shell that
  // then ends counts as abandoned.
  bool parent_is_there() const noexcept;

  // Sleeps for that long; false, as soon as it happens, when reader or parent has gone. Nothing runs in between.
  bool pause(std::chrono::milliseconds duration) const;

  // Error(host_gone, phase sign) unless reader and parent are there: nothing is signed that nobody takes.
  void require_host() const;

  // For a child process: closes the private descriptors, so that it never keeps notation waiting. The channel is
  // useless afterwards.
  void abandon() noexcept;

 private:
  Descriptor answer_;
  Descriptor error_;
  mutable Descriptor parent_watch_;  // from the first pause on, where the kernel has such descriptors
  pid_t parent_;
  bool failed_ = false;
};

}  // namespace platform
