#include <dirent.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>

#include "child_service.h"

using namespace child_service;
using std::chrono::milliseconds;

namespace {

int open_descriptors() {
  DIR* folder = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(folder) != nullptr)
    ++count;
  closedir(folder);
  return count;
}

bool has_children() {
  return waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD;
}

template <typename Action>
milliseconds time_of(Action&& action) {
  const auto before = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - before);
}

// Waits for the end of a process that is, or will become, a child of ours.
bool ends_within(pid_t process, milliseconds longest) {
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, process, 0U));
  if (descriptor < 0) return true;
  pollfd watched{descriptor, POLLIN, 0};
  const bool ended = poll(&watched, 1, static_cast<int>(longest.count())) == 1;
  close(descriptor);
  if (ended) waitpid(process, nullptr, 0);
  return ended;
}

template <typename Condition>
bool becomes_true(Condition&& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    poll(nullptr, 0, 2);
  }
  return true;
}

// A process that has a worker and is killed; the worker becomes ours, so that its end can be seen.
class Host {
 public:
  // `job` runs in the host, on a service whose rules are set.
  template <typename Job>
  Host(ChildService& child, Job&& job) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    process_ = fork();
    if (process_ == 0) {
      child.get();
      (void)!write(ends[1], &child.first_worker, sizeof child.first_worker);
      try {
        job(child);
      } catch (const base::Error&) {
      }
      while (true)
        pause();
    }
    close(ends[1]);
    REQUIRE(read(ends[0], &worker_, sizeof worker_) == sizeof worker_);
    close(ends[0]);
  }
  ~Host() {
    kill();
    prctl(PR_SET_CHILD_SUBREAPER, 0);
  }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = 0;
  }
  pid_t worker() const { return worker_; }

 private:
  pid_t process_ = 0;
  pid_t worker_ = 0;
};

}  // namespace

TEST_CASE("a worker that is released finalises, and neither process nor descriptor is left") {
  const int before = open_descriptors();
  ChildService child;
  child.sign();
  child.get().release();
  CHECK(child.calls("C_Finalize") == 1);
  CHECK_FALSE(has_children());
  CHECK(open_descriptors() == before);
}

TEST_CASE("a service that goes leaves neither process nor descriptor, whatever happened to it") {
  for (const char* rule : {"print stdout C_Initialize hello", "crash C_OpenSession", "hang C_OpenSession",
                           "fail C_Initialize CKR_GENERAL_ERROR", "exit C_Login 1"}) {
    CAPTURE(rule);
    const int before = open_descriptors();
    {
      ChildService child;
      child.rule(rule);
      child.options.timeouts.open = milliseconds(100);
      try {
        child.sign();
      } catch (const base::Error&) {
      }
    }
    CHECK_FALSE(has_children());
    CHECK(open_descriptors() == before);
  }
}

TEST_CASE("a worker that was never asked anything goes at once") {
  const int before = open_descriptors();
  CHECK(time_of([] { WorkerProcess::fork_first(); }) < milliseconds(1000));
  CHECK_FALSE(has_children());
  CHECK(open_descriptors() == before);
}

TEST_CASE("after release the next job loads the module in a new worker") {
  ChildService child;
  child.inspect();
  child.get().release();
  child.sign();
  CHECK(child.workers == 2);
  CHECK(child.token.loads() == 2);
  CHECK(child.clock.sleeps().empty());
}

TEST_CASE("a module that does not finalise holds a release up for two seconds and is killed") {
  ChildService child;
  child.rule("hang C_Finalize");
  child.inspect();
  const milliseconds took = time_of([&] { child.get().release(); });
  CHECK(took >= milliseconds(1900));
  CHECK(took < milliseconds(4000));
  CHECK_FALSE(has_children());
}

TEST_CASE("a module that is still starting does not hold a release up") {
  ChildService child;
  child.rule("hang C_Initialize");
  child.get();
  REQUIRE(becomes_true([&] { return child.calls("C_Initialize") == 1; }));
  CHECK(time_of([&] { child.get().release(); }) < milliseconds(1500));
  CHECK_FALSE(has_children());
}

TEST_CASE("a worker told to leave after the signature finalises without being asked") {
  ChildService child;
  child.options.leave_after_sign = true;
  child.sign();
  REQUIRE(becomes_true([&] { return !child.token.results("C_Finalize").empty(); }));
  child.sign();
  CHECK(child.workers == 2);
}

TEST_CASE("a worker told to leave after the signature stays when there was none") {
  ChildService child;
  child.options.leave_after_sign = true;
  REQUIRE_ERROR(child.sign("9999"), ErrorKind::pin_refused);
  child.sign();
  CHECK(child.workers == 1);
}

TEST_CASE("an idle worker finalises and ends when its parent is killed") {
  ChildService child;
  Host host(child, [](ChildService& own) { own.sign(); });
  REQUIRE(becomes_true([&] { return child.token.results("C_Sign").size() == 1; }));
  host.kill();
  CHECK(ends_within(host.worker(), milliseconds(2500)));
  CHECK(child.token.results("C_Finalize").size() == 1);
}

TEST_CASE("a worker whose module hangs is gone two seconds after its parent was killed") {
  for (const char* function : {"load", "C_Sign", "C_Finalize"}) {
    CAPTURE(function);
    ChildService child;
    child.rule("quirk ignores-signals");
    child.rule(std::string("hang ") + function);
    Host host(child, [](ChildService& own) { own.sign(); });
    const std::string awaited = std::string(function) == "C_Finalize" ? "C_Sign" : function;
    REQUIRE(becomes_true([&] { return !child.token.log(" enter " + awaited).empty(); }));
    host.kill();
    CHECK(ends_within(host.worker(), milliseconds(3000)));
  }
}

TEST_CASE("a stopped worker ends when its parent is killed") {
  ChildService child;
  Host host(child, [](ChildService& own) { own.inspect(); });
  REQUIRE(becomes_true([&] { return child.calls("C_OpenSession") == 1; }));
  kill(host.worker(), SIGSTOP);
  host.kill();
  CHECK(ends_within(host.worker(), milliseconds(3000)));
}

TEST_CASE("a worker whose parent is killed while the login takes its time does not sign") {
  ChildService child;
  child.rule("sleep C_Login 500");
  Host host(child, [](ChildService& own) { own.sign(); });
  REQUIRE(becomes_true([&] { return child.calls("C_Login") == 1; }));
  host.kill();
  CHECK(ends_within(host.worker(), milliseconds(3000)));
  CHECK(child.token.results("C_Login").size() == 1);
  CHECK(child.calls("C_Sign") == 0);
}

TEST_CASE("a worker lives through an interrupt and a hang-up from the terminal") {
  ChildService child;
  child.inspect();
  for (const int signal : {SIGINT, SIGHUP, SIGQUIT, SIGPIPE})
    kill(child.first_worker, signal);
  child.sign();
  CHECK(child.workers == 1);
}

TEST_CASE("a worker has descriptors of its own and none of its parent's") {
  if (geteuid() != 0) {
    WARN("skipped: only root may look into a process that leaves no core dump");
    return;
  }
  const int ours = open("/etc/hosts", O_RDONLY);  // not close-on-exec
  ChildService child;
  child.inspect();
  std::vector<std::string> targets;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(child.first_worker) + "/fd")) {
    targets.push_back(std::filesystem::read_symlink(entry.path()).string());
  }
  close(ours);
  std::ranges::sort(targets);
  REQUIRE(targets.size() == 5);
  CHECK(targets[0] == "/dev/null");
  CHECK(targets[1].starts_with("/memfd:"));
  CHECK(targets[2].starts_with("pipe:"));
  CHECK(targets[3] == targets[2]);
  CHECK(targets[4].starts_with("socket:"));
}
