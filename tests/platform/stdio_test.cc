#include "platform/stdio.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>

#include "base/error.h"
#include "catch.h"
#include "child.h"
#include "few_descriptors.h"
#include "temporary_folder.h"

using base::ErrorKind;
using platform::AnswerChannel;
using platform::Descriptor;

namespace {

std::string kind(ErrorKind kind) {
  return "kind " + std::to_string(static_cast<int>(kind)) + ": ";
}

struct Pipe {
  Descriptor reader;
  Descriptor writer;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

struct Streams {
  std::string output;
  std::string error;
  std::string said;  // what the action returned
};

// Runs the action in a process whose standard output and error are pipes that are read to their end.
Streams with_streams(const std::function<std::string()>& action) {
  Pipe output = make_pipe();
  Pipe error = make_pipe();
  Streams streams;
  streams.said = in_child([&] {
                   (void)::dup2(output.writer.number(), STDOUT_FILENO);
                   (void)::dup2(error.writer.number(), STDERR_FILENO);
                   return action();
                 }).said;
  output.writer.close();
  error.writer.close();
  streams.output = read_all(output.reader.number());
  streams.error = read_all(error.reader.number());
  return streams;
}

// The request that a process reads from a standard input with this content.
std::string request_from(const std::string& content, std::size_t limit) {
  const TemporaryFolder folder;
  const std::string path = folder.write("request", content);
  return in_child([&] {
           (void)::dup2(::open(path.c_str(), O_RDONLY), STDIN_FILENO);
           AnswerChannel channel;
           return channel.read_request(limit);
         })
      .said;
}

}  // namespace

TEST_CASE("nothing that a library prints gets into the answer or the error") {
  const Streams streams = with_streams([]() -> std::string {
    AnswerChannel channel;
    std::puts("noise on standard output");
    std::fputs("noise on standard error", stderr);
    (void)std::fflush(stdout);
    (void)::write(STDOUT_FILENO, "noise", 5);
    channel.answer(R"({"answer":1})");
    channel.fail(R"({"error":1})");
    return "done";
  });
  CHECK(streams.said == "done");
  CHECK(streams.output == R"({"answer":1})");
  CHECK(streams.error == R"({"error":1})");
}

TEST_CASE("only the first error object is written, without a newline") {
  const Streams streams = with_streams([]() -> std::string {
    AnswerChannel channel;
    channel.fail("first");
    channel.fail("second");
    return {};
  });
  CHECK(streams.error == "first");
}

TEST_CASE("under a low limit of descriptors the answer works, or the one error object still can be written") {
  const auto with_free_descriptors = [](std::size_t count) {
    return with_streams([count]() -> std::string {
      limit_free_descriptors(count);
      try {
        AnswerChannel channel;
        channel.answer("answer");
        channel.fail("error");
      } catch (const base::Error& error) {
        AnswerChannel::fail_without_channel("fallback");
        return kind(error.kind()) + error.message();
      }
      return "made";
    });
  };
  const Streams enough = with_free_descriptors(3);
  CHECK(enough.said == "made");
  CHECK(enough.output == "answer");
  CHECK(enough.error == "error");
#ifndef __SANITIZE_ADDRESS__  // the sanitizers open pipes of their own to look at an object
  for (const std::size_t count : {0U, 1U, 2U}) {
    const Streams few = with_free_descriptors(count);
    CHECK(few.said == kind(ErrorKind::internal) + "cannot set up standard output: Too many open files");
    CHECK(few.output.empty());
    CHECK(few.error == "fallback");
  }
#endif
}

TEST_CASE("an answer larger than a pipe holds arrives whole") {
  Pipe output = make_pipe();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    (void)::dup2(output.writer.number(), STDOUT_FILENO);
    const std::string said = result_of([]() -> std::string {
      AnswerChannel().answer(std::string(1 << 20, 'a'));
      return {};
    });
    ::_exit(said.empty() ? 0 : 1);
  }
  output.writer.close();
  CHECK(read_all(output.reader.number()).size() == 1 << 20);
  CHECK(end_of(child) == "exit 0");
}

TEST_CASE("the request is standard input to its end") {
  CHECK(request_from("", 10).empty());
  CHECK(request_from("{}", 10) == "{}");
  CHECK(request_from(std::string(10, 'a'), 10) == std::string(10, 'a'));
  CHECK(request_from(std::string(200000, 'a'), 200000).size() == 200000);
}

TEST_CASE("a request longer than the limit is refused, also when standard input never ends") {
  const std::string refusal =
      kind(ErrorKind::invalid_request) + "cannot read standard input: it is longer than 10 bytes";
  CHECK(request_from(std::string(11, 'a'), 10).starts_with(refusal));
  const Outcome endless = in_child([] {
    (void)::dup2(::open("/dev/zero", O_RDONLY), STDIN_FILENO);
    return AnswerChannel().read_request(10);
  });
  CHECK(endless.said.starts_with(refusal));
}

TEST_CASE("a standard input that cannot be read is refused with the cause") {
  const Outcome outcome = in_child([] {
    (void)::dup2(::open("/", O_RDONLY), STDIN_FILENO);
    return AnswerChannel().read_request(10);
  });
  CHECK(outcome.said.starts_with(kind(ErrorKind::invalid_request) + "cannot read standard input: Is a directory"));
}

TEST_CASE("the answer's reader is there until it closes its end of a pipe or a socket") {
  const Outcome pipe = in_child([]() -> std::string {
    Pipe output = make_pipe();
    (void)::dup2(output.writer.number(), STDOUT_FILENO);
    output.writer.close();
    const AnswerChannel channel;
    const bool before = channel.reader_is_there();
    output.reader.close();
    return std::to_string(before) + std::to_string(channel.reader_is_there());
  });
  CHECK(pipe.said == "10");
  const Outcome socket = in_child([]() -> std::string {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return "no socket";
    (void)::dup2(ends[1], STDOUT_FILENO);
    (void)::close(ends[1]);
    const AnswerChannel channel;
    const bool before = channel.reader_is_there();
    (void)::close(ends[0]);
    return std::to_string(before) + std::to_string(channel.reader_is_there());
  });
  CHECK(socket.said == "10");
}

TEST_CASE("a file and the null device count as read, a closed standard output does not") {
  const TemporaryFolder folder;
  const std::string path = folder.write("answer", "");
  const Outcome outcome = in_child([&]() -> std::string {
    std::string seen;
    for (const char* target : {path.c_str(), "/dev/null"}) {
      (void)::dup2(::open(target, O_WRONLY), STDOUT_FILENO);
      seen += std::to_string(AnswerChannel().reader_is_there());
    }
    (void)::close(STDOUT_FILENO);
    AnswerChannel channel;
    seen += std::to_string(channel.reader_is_there());
    seen += ::fcntl(STDOUT_FILENO, F_GETFD) != -1 ? " reopened" : " left closed";
    return seen + " " + result_of([&]() -> std::string {
             channel.answer("x");
             return "answered";
           });
  });
  CHECK(outcome.said.starts_with("110 reopened " + kind(ErrorKind::host_gone)));
}

TEST_CASE("all three standard descriptors are open afterwards, whatever was closed before") {
  const Outcome outcome = in_child([]() -> std::string {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      (void)::close(descriptor);
    AnswerChannel channel;
    channel.fail("nobody sees this");
    std::string open;
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      open += std::to_string(::fcntl(descriptor, F_GETFD) != -1);
    return open + "[" + channel.read_request(10) + "]";
  });
  CHECK(outcome.said == "111[]");
}

TEST_CASE("an answer that nobody reads is reported as a host that is gone") {
  const Outcome outcome = in_child([]() -> std::string {
    (void)::signal(SIGPIPE, SIG_IGN);
    Pipe output = make_pipe();
    (void)::dup2(output.writer.number(), STDOUT_FILENO);
    AnswerChannel channel;
    output.reader.close();
    output.writer.close();
    channel.answer("x");
    return "answered";
  });
  CHECK(outcome.said.starts_with(kind(ErrorKind::host_gone) + "cannot write the answer: Broken pipe"));
}

TEST_CASE("an answer that cannot be written is reported with the cause") {
  const Outcome outcome = in_child([]() -> std::string {
    (void)::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
    AnswerChannel().answer("x");
    return "answered";
  });
  CHECK(outcome.said.starts_with(kind(ErrorKind::internal) + "cannot write the answer: No space left on device"));
}

TEST_CASE("a process whose parent has ended finds its host gone") {
  Pipe result = make_pipe();
  Pipe middle_may_end = make_pipe();
  Pipe middle_has_ended = make_pipe();
  const pid_t middle = ::fork();
  REQUIRE(middle >= 0);
  if (middle == 0) {
    if (::fork() != 0) {
      char byte = 0;
      (void)platform::read_some(middle_may_end.reader.number(), &byte, 1);
      ::_exit(0);
    }
    (void)::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    const AnswerChannel channel;
    const bool before = channel.parent_is_there();
    (void)platform::write_everything(middle_may_end.writer.number(), "x");
    char byte = 0;
    (void)platform::read_some(middle_has_ended.reader.number(), &byte, 1);
    (void)platform::write_everything(
        result.writer.number(),
        std::to_string(before) + std::to_string(channel.parent_is_there()) + " " + result_of([&]() -> std::string {
          channel.require_host();
          return "there";
        }));
    ::_exit(0);
  }
  CHECK(end_of(middle) == "exit 0");
  (void)platform::write_everything(middle_has_ended.writer.number(), "x");
  result.writer.close();
  CHECK(read_all(result.reader.number())
            .starts_with("10 " + kind(ErrorKind::host_gone) +
                         "nothing was signed: the process that asked for it has ended"));
}

namespace {

// A pause of a process whose parent ends after 100 ms, once the answer's reader is a pipe that stays open.
std::string pause_without_parent(const std::function<void()>& prepare, std::chrono::milliseconds duration) {
  Pipe result = make_pipe();
  const pid_t middle = ::fork();
  if (middle == 0) {
    Pipe ready = make_pipe();
    if (::fork() != 0) {
      char byte = 0;
      (void)platform::read_some(ready.reader.number(), &byte, 1);
      (void)::poll(nullptr, 0, 100);
      ::_exit(0);
    }
    (void)platform::write_everything(result.writer.number(), result_of([&]() -> std::string {
                                       (void)::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
                                       const AnswerChannel channel;
                                       prepare();
                                       (void)platform::write_everything(ready.writer.number(), "x");
                                       const auto start = std::chrono::steady_clock::now();
                                       const bool slept = channel.pause(duration);
                                       const bool early = std::chrono::steady_clock::now() - start < duration;
                                       return std::string(slept ? "slept" : "gone") + (early ? " early" : " late");
                                     }));
    ::_exit(0);
  }
  (void)end_of(middle);
  result.writer.close();
  return read_all(result.reader.number());
}

}  // namespace

TEST_CASE("a pause lasts as long as it was told to and runs nothing meanwhile") {
  const Outcome outcome = in_child([]() -> std::string {
    Pipe output = make_pipe();
    (void)::dup2(output.writer.number(), STDOUT_FILENO);
    const AnswerChannel channel;
    if (!channel.pause(std::chrono::milliseconds(0))) return "gone";
    rusage before{};
    rusage after{};
    (void)::getrusage(RUSAGE_SELF, &before);
    const auto start = std::chrono::steady_clock::now();
    const bool slept = channel.pause(std::chrono::milliseconds(400));
    const auto lasted = std::chrono::steady_clock::now() - start;
    (void)::getrusage(RUSAGE_SELF, &after);
    if (lasted < std::chrono::milliseconds(400)) return "too short";
    return std::string(slept ? "slept" : "gone") + (after.ru_nvcsw - before.ru_nvcsw <= 2 ? "" : ", and woke up");
  });
  CHECK(outcome.said == "slept");
}

TEST_CASE("a pause ends when the reader of the answer goes") {
  const Outcome outcome = in_child([]() -> std::string {
    Pipe output = make_pipe();
    (void)::dup2(output.writer.number(), STDOUT_FILENO);
    output.writer.close();
    AnswerChannel channel;
    const pid_t reader = ::fork();
    if (reader == 0) {
      channel.abandon();
      (void)::poll(nullptr, 0, 100);
      ::_exit(0);
    }
    output.reader.close();
    const auto start = std::chrono::steady_clock::now();
    const bool slept = channel.pause(std::chrono::seconds(20));
    const bool early = std::chrono::steady_clock::now() - start < std::chrono::seconds(10);
    (void)end_of(reader);
    return std::string(slept ? "slept" : "gone") + (early ? " early" : " late") +
           (channel.pause(std::chrono::seconds(20)) ? ", slept" : ", gone");
  });
  CHECK(outcome.said == "gone early, gone");
  const Outcome closed = in_child([]() -> std::string {
    (void)::close(STDOUT_FILENO);
    return AnswerChannel().pause(std::chrono::seconds(20)) ? "slept" : "gone";
  });
  CHECK(closed.said == "gone");
}

TEST_CASE("a pause ends when the process that asked ends") {
  CHECK(pause_without_parent([] {}, std::chrono::seconds(20)) == "gone early");
}

TEST_CASE("a pause ends soon after its parent, also where no descriptor of the parent is to be had") {
  CHECK(pause_without_parent([] { limit_free_descriptors(0); }, std::chrono::seconds(20)) == "gone early");
}

TEST_CASE("a child that abandons the channel does not keep the reader waiting") {
  const Outcome outcome = in_child([]() -> std::string {
    Pipe output = make_pipe();
    (void)::dup2(output.writer.number(), STDOUT_FILENO);
    output.writer.close();
    AnswerChannel channel;
    channel.abandon();
    return "[" + read_all(output.reader.number()) + "]" + std::to_string(channel.reader_is_there());
  });
  CHECK(outcome.said == "[]0");
}

TEST_CASE("no program started later inherits the answer or the error") {
  const Outcome outcome = in_child([]() -> std::string {
    constexpr int kMost = 256;
    std::array<bool, kMost> open_before{};
    for (int descriptor = 0; descriptor < kMost; ++descriptor)
      open_before[static_cast<std::size_t>(descriptor)] = ::fcntl(descriptor, F_GETFD) != -1;
    const AnswerChannel channel;
    int made = 0;
    int leaking = 0;
    for (int descriptor = 0; descriptor < kMost; ++descriptor) {
      const int flags = ::fcntl(descriptor, F_GETFD);
      if (flags == -1 || open_before[static_cast<std::size_t>(descriptor)]) continue;
      ++made;
      if ((flags & FD_CLOEXEC) == 0) ++leaking;
    }
    return std::to_string(made) + " made, " + std::to_string(leaking) + " leaking";
  });
  CHECK(outcome.said == "2 made, 0 leaking");
}
