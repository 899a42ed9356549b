#include "platform/program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/error.h"
#include "catch.h"
#include "child.h"
#include "environment_scope.h"
#include "few_descriptors.h"
#include "prompt_session.h"
#include "temporary_folder.h"
#include "throws_error.h"

using base::ErrorKind;
using platform::ProgramOrder;
using platform::ProgramResult;
using platform::run_program;

namespace {

// A shell script and how it is run.
struct Script {
  explicit Script(const std::string& text) {
    (void)std::signal(SIGPIPE, SIG_IGN);
    order.command = {folder.write("program", "#!/bin/sh\n" + text, 0700)};
    order.environment = {{"PATH", "/usr/bin:/bin"}, {"FOLDER", folder.path()}};
    order.timeout = std::chrono::seconds(60);
  }

  ProgramResult run() const { return run_program(order); }

  // Once nobody has the file locked any more; false after 20 seconds.
  bool is_let_go(const char* name) const {
    const platform::Descriptor file(::open((folder / name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    for (int i = 0; i < 2000; ++i) {
      if (::flock(file.number(), LOCK_EX | LOCK_NB) == 0) return true;
      (void)::poll(nullptr, 0, 10);
    }
    return false;
  }

  TemporaryFolder folder;
  ProgramOrder order;
};

base::Error refusal(const std::string& path) {
  ProgramOrder order;
  order.command = {path};
  const base::Error error = error_of([&] { (void)run_program(order); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.phase() == base::Phase::approval);
  return error;
}

// Starts a process that locks the file `held` and lives for a minute.
constexpr const char* kHolder = R"(flock "$FOLDER/held" sh -c 'touch "$FOLDER/ready"; exec sleep 60' &
while [ ! -e "$FOLDER/ready" ]; do sleep 0.01; done
)";

}  // namespace

TEST_CASE("a program gets its arguments and its input, and its output, errors and exit status come back") {
  Script script("printf '%s.' \"$@\"; cat; echo oops >&2; exit 3");
  script.order.command.insert(script.order.command.end(), {"a b", "", "$HOME"});
  script.order.input = "question";
  const ProgramResult result = script.run();
  CHECK(result.output == "a b..$HOME.question");
  CHECK(result.errors == "oops\n");
  CHECK(result.exit_status == 3);
  CHECK_FALSE(result.late);
  CHECK_FALSE(result.too_long);
}

TEST_CASE("a program that a signal ended has 128 and its number as exit status") {
  CHECK(Script("kill -TERM $$").run().exit_status == 128 + SIGTERM);
}

TEST_CASE("a program that is late is killed with all that it started") {
  Script script(std::string(kHolder) + "wait");
  script.order.timeout = std::chrono::seconds(2);
  const auto start = std::chrono::steady_clock::now();
  const ProgramResult result = script.run();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  CHECK(result.late);
  CHECK(result.exit_status == 128 + SIGKILL);
  CHECK(script.is_let_go("held"));
}

TEST_CASE("what a program leaves behind is killed and keeps nobody waiting") {
  const Script script(std::string(kHolder) + "echo done");
  const auto start = std::chrono::steady_clock::now();
  const ProgramResult result = script.run();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  CHECK(result.output == "done\n");
  CHECK(result.exit_status == 0);
  CHECK(script.is_let_go("held"));
}

TEST_CASE("a process outside the group keeps nobody waiting with the output that it has inherited") {
  const Script script("setsid sleep 40 & echo done");
  const auto start = std::chrono::steady_clock::now();
  CHECK(script.run().output == "done\n");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("endless output ends the program at the limit") {
  Script script("exec yes");
  script.order.output_limit = 5000;
  const ProgramResult result = script.run();
  CHECK(result.too_long);
  CHECK_FALSE(result.late);
  CHECK(result.output.size() == 5000);
}

TEST_CASE("output of exactly the limit is not too long") {
  Script script("head -c 70000 /dev/zero");
  script.order.output_limit = 70'000;
  const ProgramResult result = script.run();
  CHECK_FALSE(result.too_long);
  CHECK(result.output.size() == 70'000);
}

TEST_CASE("of endless errors the end is kept, and the deadline holds") {
  Script script("echo begin >&2; exec yes >&2");
  script.order.timeout = std::chrono::seconds(1);
  const ProgramResult result = script.run();
  CHECK(result.late);
  CHECK(result.errors.size() == 4096);
  CHECK(result.errors.find("begin") == std::string::npos);
  CHECK(Script("head -c 100000 /dev/zero >&2; printf end >&2").run().errors.ends_with("end"));
}

TEST_CASE("large input and output at once do not block each other") {
  Script script("exec cat");
  script.order.input = std::string(3 << 20, 'x');
  script.order.output_limit = 4 << 20;
  CHECK(script.run().output == script.order.input);
}

TEST_CASE("a program may leave its input unread or close it") {
  for (const char* text : {"echo done", "exec 0<&-; sleep 0.1; echo done", "head -c 1 >/dev/null; echo done"}) {
    Script script(text);
    script.order.input = std::string(1 << 20, 'x');
    const ProgramResult result = script.run();
    CHECK(result.output == "done\n");
    CHECK(result.exit_status == 0);
  }
  Script silent("exec sleep 60");
  silent.order.input = std::string(1 << 20, 'x');
  silent.order.timeout = std::chrono::milliseconds(200);
  CHECK(silent.run().late);
}

TEST_CASE("a program that closes its output is still waited for") {
  const ProgramResult result = Script("echo said; exec 1>&- 2>&-; sleep 0.2; exit 4").run();
  CHECK(result.output == "said\n");
  CHECK(result.exit_status == 4);
}

TEST_CASE("the environment is exactly the one that was given") {
  const EnvironmentScope scope("NOT_FOR_PROGRAMS", "secret");
  ProgramOrder order;
  order.command = {"/usr/bin/env"};
  CHECK(run_program(order).output.empty());
  order.environment = {{"A", "1"}, {"B", "x y"}};
  CHECK(run_program(order).output == "A=1\nB=x y\n");
}

TEST_CASE("the environment for a program holds what is named and four usual variables, as far as they are set") {
  const EnvironmentScope home("HOME", "/home/x");
  const EnvironmentScope path("PATH", "/bin");
  const EnvironmentScope language("LANG", nullptr);
  const EnvironmentScope zone("TZ", "");
  const EnvironmentScope url("GATE_URL", "https://gate.example.com");
  const EnvironmentScope other("OTHER", "x");
  using Variables = std::map<std::string, std::string>;
  CHECK(platform::pick_environment({}) == Variables{{"HOME", "/home/x"}, {"PATH", "/bin"}, {"TZ", ""}});
  CHECK(platform::pick_environment({"GATE_URL", "UNSET_VARIABLE", "HOME"}) ==
        Variables{{"GATE_URL", "https://gate.example.com"}, {"HOME", "/home/x"}, {"PATH", "/bin"}, {"TZ", ""}});
}

TEST_CASE("a program inherits three descriptors and no more") {
  const platform::Descriptor leaking(::open("/dev/null", O_RDWR));
  const platform::Descriptor high(::fcntl(leaking.number(), F_DUPFD, 200));
  ProgramOrder order;
  order.command = {"/bin/ls", "/proc/self/fd"};
  CHECK(run_program(order).output == "0\n1\n2\n3\n");  // the last is the folder that ls reads
}

TEST_CASE("a program starts with no signal ignored or blocked, whatever is here") {
  const Outcome outcome = in_child([]() -> std::string {
    for (const int signal : {SIGPIPE, SIGINT, SIGHUP, SIGCHLD})
      (void)std::signal(signal, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    (void)::sigprocmask(SIG_BLOCK, &blocked, nullptr);
    ProgramOrder order;
    order.command = {"/bin/grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"};
    const ProgramResult result = run_program(order);
    return result.output + std::to_string(result.exit_status);
  });
  CHECK(outcome.said == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n0");
}

TEST_CASE("a program has no terminal to ask at") {
  const Script script("if (: </dev/tty) 2>/dev/null; then echo terminal; else echo none; fi");
  PromptSession session([&] { return script.run().output; });
  CHECK(session.said() == "none\n");
}

TEST_CASE("a program whose caller was killed ends soon after its deadline") {
  Script script("exec 9>\"$FOLDER/held\"; flock 9; touch \"$FOLDER/ready\"; exec sleep 60");
  script.order.timeout = std::chrono::milliseconds(900);
  const pid_t caller = ::fork();
  REQUIRE(caller >= 0);
  if (caller == 0) {
    (void)script.run();
    ::_exit(0);
  }
  while (!std::filesystem::exists(script.folder / "ready"))
    (void)::poll(nullptr, 0, 5);
  (void)::kill(caller, SIGKILL);
  CHECK(end_of(caller) == "signal 9");
  CHECK(script.is_let_go("held"));
}

TEST_CASE("with few free descriptors a program runs, or the cause is said") {
  const Script script("exit 5");
  const auto with_free_descriptors = [&](std::size_t count) {
    return in_child([&] {
             limit_free_descriptors(count);
             return std::to_string(script.run().exit_status);
           })
        .said;
  };
  CHECK(with_free_descriptors(9) == "5");
  CHECK(with_free_descriptors(8) == "5");  // its end cannot be watched
#ifndef __SANITIZE_ADDRESS__               // the sanitizers open pipes of their own to look at an object
  CHECK(with_free_descriptors(7) == "kind " + std::to_string(static_cast<int>(ErrorKind::service_failed)) +
                                        ": cannot run program " + script.order.command.front() +
                                        ": Too many open files | ");
#endif
}

TEST_CASE("a file that is no program of ours is refused with the reason") {
  const TemporaryFolder folder;
  const std::string program = folder.write("program", "#!/bin/sh\n", 0600);
  CHECK(refusal(program).message() == "cannot use program " + program + ": it may not be run");
  CHECK(refusal(program).hint() == "run: chmod +x " + program);
  TemporaryFolder::set_mode(program, 0720);
  CHECK(refusal(program).message() ==
        "cannot use program " + program + ": it is writable by its group or by others (mode 0720)");
  TemporaryFolder::set_mode(program, 0700);
  TemporaryFolder::set_mode(folder.path(), 0777);
  CHECK(refusal(program).message() == "cannot use program " + program + ": its folder " + folder.path() +
                                          " is writable by its group or by others (mode 0777)");
  CHECK(refusal(folder / "none").message() == "cannot use program " + (folder / "none") + ": there is no such file");
  CHECK(refusal(folder.path()).message() == "cannot use program " + folder.path() + ": it is a folder, not a file");
  CHECK(refusal("sh").message() == "cannot use program sh: the path is not absolute");
  CHECK(refusal("").message() == "cannot use program: its path is empty");
}

TEST_CASE("a program of somebody else is refused") {
  if (!is_root()) {
    WARN("skipped: only root can give a file away");
    return;
  }
  const TemporaryFolder folder;
  const std::string program = folder.write("program", "#!/bin/sh\n", 0755);
  REQUIRE(::chown(program.c_str(), 12345, 12345) == 0);
  CHECK(refusal(program).message().starts_with("cannot use program " + program + ": it belongs to user 12345"));
}

TEST_CASE("a script without a first line that names its interpreter is refused") {
  const TemporaryFolder folder;
  const std::string program = folder.write("program", "echo hello\n", 0700);
  const base::Error error = refusal(program);
  CHECK(error.message() == "cannot run program " + program + ": Exec format error");
  CHECK(error.hint() == "the first line of a script names what runs it, for example #!/bin/sh");
}
