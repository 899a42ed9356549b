#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "changes.h"
#include "pkcs11/local_service.h"
#include "worker/wire_messages.h"
#include "worker/worker_process.h"

namespace pkcs11 {
namespace {

// Writes where the job is into the page that the parent reads.
class PageProgress final : public Progress {
 public:
  explicit PageProgress(ProgressPage& page) : page_(page) {}

  void enter(base::Phase phase, const char* function) override {
    page_.enter(phase, function);
    const std::string_view name = function;
    if (name == "C_Login" || name == "C_LoginUser") page_.present_pin();
    if (name == "C_Sign") page_.count_signature();
    if (changes_token(name)) page_.commit(Commitment::change);
  }

  bool may_sign() override {
    if (!page_.commit_to_sign_unless_forbidden()) return false;
    if (parent_is_there()) return true;
    page_.commit(Commitment::none);
    return false;
  }

  bool may_sign_again() override { return page_.read().signatures < 2; }
  void pin_accepted() override { page_.settle_pin(); }
  void person_answers() override { page_.set_person_answers(); }

 private:
  bool parent_is_there() const {
    if (getppid() != page_.parent()) return false;
    pollfd watched{kWorkerSocket, POLLRDHUP, 0};
    return poll(&watched, 1, 0) == 0;
  }

  ProgressPage& page_;
};

// Sleeping because the module is busy does not count as lateness.
class WorkerClock final : public base::Clock {
 public:
  explicit WorkerClock(ProgressPage& page) : page_(page) {}
  base::SteadyTime now() const override { return base::system_clock().now(); }
  base::WallTime wall() const override { return base::system_clock().wall(); }
  void sleep_for(std::chrono::milliseconds duration) override {
    page_.add_sleep(duration);
    base::system_clock().sleep_for(duration);
  }

 private:
  ProgressPage& page_;
};

// A thread, because a module may block or take any signal. It ends the process when the parent has shut the socket, or
// is no more, and leaving took too long.
void* watch_parent(void*) {
  pollfd watched{kWorkerSocket, POLLRDHUP, 0};
  while (poll(&watched, 1, -1) < 0 && errno == EINTR) {
  }
  base::system_clock().sleep_for(kLeaveTime);
  kill(getpid(), SIGKILL);
  return nullptr;
}

void start_watchdog() {
  constexpr std::size_t kStackSize = 256 * 1024;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, watch_parent, nullptr) == 0;
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!started) prctl(PR_SET_PDEATHSIG, SIGKILL);  // without a farewell, but never without an end
}

// A module that calls exit() gets no further: our own exit handlers are the parent's affair.
void leave_at_exit() {
  on_exit(
      [](int status, void*) {
        std::fflush(stdout);
        _exit(status);
      },
      nullptr);
}

bool receive(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t size = recv(kWorkerSocket, bytes.data(), bytes.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
  return true;
}

bool send(base::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(kWorkerSocket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
  return true;
}

class Worker {
 public:
  explicit Worker(ProgressPage& page) : page_(page), progress_(page), clock_(page) {}

  [[noreturn]] void run() {
    start_watchdog();
    leave_at_exit();
    while (const auto request = next_request()) {
      const bool going_on = std::visit([this](const auto& asked) { return handle(asked); }, *request);
      page_.enter(base::Phase::none, "");
      if (!going_on) break;
    }
    leave();
  }

 private:
  static std::optional<wire::Request> next_request() try {
    std::array<std::uint8_t, wire::kHeaderSize> header{};
    wire::Buffer body;
    if (!receive(header) || !receive(body.resize(wire::body_size(header)))) return std::nullopt;
    return wire::decode_request(body.view());
  } catch (const base::Error& error) {
    std::fprintf(stderr, "%s\n", error.message().c_str());
    _exit(EXIT_FAILURE);
  }

  // False when the worker's work is done.
  bool handle(const wire::LoadRequest& request) {
    if (!request.secret_variable.empty()) forget_environment_secret(request.secret_variable.c_str());
    service_.emplace(request.timeouts, clock_, &progress_);
    service_->load(request.module);
    return true;
  }
  bool handle(const wire::InspectRequest& request) {
    return reply([&](TokenService& service) { return service.inspect(request.order, pointer(request.login)); });
  }
  bool handle(const wire::SignRequest& request) {
    bool signed_ = false;
    const bool sent = reply([&](TokenService& service) {
      SignResult result = service.sign(request.order, request.key, request.expected, pointer(request.login));
      signed_ = true;
      return result;
    });
    return sent && !(signed_ && request.last);
  }
  bool handle(const wire::GenerateRequest& request) {
    return reply([&](TokenService& service) { return service.generate(request.order, request.login); });
  }
  bool handle(const wire::RemoveRequest& request) {
    return reply([&](TokenService& service) {
      service.remove(request.key, request.expected, request.login);
      return wire::Removed{};
    });
  }
  bool handle(const wire::SurveyRequest& request) {
    return reply([&](TokenService& service) { return service.survey(request.filter, pointer(request.login)); });
  }
  bool handle(const wire::DescribeRequest& request) {
    return reply([&](TokenService& service) { return service.describe(request.order, pointer(request.login)); });
  }
  bool handle(const wire::StoreRequest& request) {
    return reply([&](TokenService& service) { return service.store(request.order, request.login); });
  }
  bool handle(const wire::RemoveCertificatesRequest& request) {
    return reply([&](TokenService& service) {
      return wire::RemovedCertificates{service.remove_certificates(request.token, request.certificates, request.login)};
    });
  }
  bool handle(const wire::AdministerRequest& request) {
    return reply([&](TokenService& service) { return service.administer(request.order); });
  }
  bool handle(const wire::ProbeRequest& request) {
    return reply([&](TokenService& service) { return service.probe(request.filter); });
  }

  template <typename Job>
  bool reply(Job&& job) {
    wire::Buffer message;
    try {
      if (!service_) throw base::Error(base::ErrorKind::internal, base::Phase::load, "no module was named");
      message = wire::encode_reply(job(*service_));
    } catch (const base::Error& error) {
      message = wire::encode_reply(error);
    } catch (const std::exception& fault) {
      message = wire::encode_reply(base::Error(base::ErrorKind::internal, base::Phase::none, fault.what()));
    }
    std::fflush(stdout);
    return send(message.view());
  }

  static const Login* pointer(const std::optional<Login>& login) { return login ? &*login : nullptr; }

  [[noreturn]] void leave() {
    if (service_) service_->finish();
    std::fflush(stdout);
    _exit(0);
  }

  ProgressPage& page_;
  PageProgress progress_;
  WorkerClock clock_;
  std::optional<LocalService> service_;
};

}  // namespace

void run_worker() {
  forget_environment_secret("NOTATION_PKCS11_PIN");
  void* memory = mmap(nullptr, sizeof(ProgressPage), PROT_READ | PROT_WRITE, MAP_SHARED, kWorkerPage, 0);
  if (memory == MAP_FAILED) _exit(EXIT_FAILURE);
  Worker worker(*static_cast<ProgressPage*>(memory));
  worker.run();
}

}  // namespace pkcs11
