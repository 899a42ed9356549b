#include "pkcs11/isolated_service.h"

#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "pkcs11/return_value.h"
#include "rv.h"
#include "worker/wire_messages.h"
#include "worker/worker_conversation.h"
#include "worker/worker_errors.h"
#include "worker/worker_process.h"

namespace pkcs11 {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using std::chrono::milliseconds;

// Long enough for a device or service to get over the loss of its client; not the same for all of a CI host's jobs.
milliseconds pause_before_restart() {
  constexpr milliseconds kShortest{400};
  constexpr milliseconds kSpread{200};
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return kShortest + milliseconds(std::chrono::duration_cast<std::chrono::microseconds>(now).count() % kSpread.count());
}

// The PINs that a job presents or sets.
using Secrets = std::vector<const base::Secret*>;

Secrets secrets_of(const Login* login) {
  return login == nullptr ? Secrets{} : Secrets{&login->pin};
}

// `last` is what the job's worker had done when it gave the error. A second try may present the PIN and ask for a
// signature once more, so neither may have been done twice by then.
bool new_worker_may_help(const Error& error, const ProgressPage::View& last) {
  if (last.logins > 1 || last.signatures > 1) return false;
  switch (last.commitment) {
    case Commitment::none:
      if (error.kind() == ErrorKind::module_died) return !last.pin_unsettled;
      return error.return_value() && remedy_for(*error.return_value(), error.phase()) == Remedy::restart_worker;
    case Commitment::sign:
      return error.kind() != ErrorKind::outcome_unknown && error.return_value() &&
             may_be_repeated_on_a_new_worker(*error.return_value());
    case Commitment::change:
      return false;
  }
  return false;
}

// SoftHSM keeps the old slot id as long as the process lives that initialised the token.
TokenState as_new_process_sees_it(IsolatedService& service, TokenState token) try {
  service.release();
  Uri same;
  same.token = token.label;
  same.serial = token.serial;
  Probe probe = service.probe(same);
  return probe.tokens.size() == 1 ? std::move(probe.tokens.front().token) : token;
} catch (const Error&) {
  return token;
}

}  // namespace

class IsolatedService::State {
 public:
  State(WorkerProcess first, IsolatedOptions options, base::Clock& clock)
      : worker_(std::move(first)), options_(std::move(options)), clock_(clock) {
    host_.is_there = options_.host_is_there;
    host_.descriptor = options_.host_is_there ? options_.host_descriptor : -1;
  }
  ~State() { release(); }

  void load(const ModuleSettings& module) {
    module_ = module;
    ensure_worker();
  }

  // One job: encode() gives its message, anew for every worker. `host`, when given, is asked whether it is there.
  template <typename Result, typename Encode>
  Result run(Encode&& encode, const Secrets& secrets, const HostWatch* host = nullptr) {
    if (!module_) throw Error(ErrorKind::internal, Phase::load, "no module was named");
    last_ = {};
    for (bool may_restart = !restarted_;; may_restart = false) {
      try {
        return ask<Result>(encode, secrets, host);
      } catch (const Error& error) {
        if (!may_restart || !new_worker_may_help(error, last_)) throw;
      }
      restarted_ = true;
      end_worker();
      clock_.sleep_for(pause_before_restart());
    }
  }

  const HostWatch* host() const { return host_.is_there ? &host_ : nullptr; }

  bool leaves_after_sign() const { return options_.leave_after_sign; }
  void worker_leaves() { leaving_ = true; }
  void note_token(const TokenState& token) {
    if (token.own_pin_pad && conversation_) conversation_->expect_person();
  }

  std::string module_output() {
    if (worker_.exists()) worker_.link_->drain(output_);
    return std::string(output_.text());
  }

  void release() noexcept {
    if (!worker_.exists()) return;
    WorkerLink& link = *worker_.link_;
    if (!link.reaped() && may_leave_slowly(link)) {
      shutdown(link.socket, SHUT_WR);
      link.wait(kLeaveTime, output_);
    }
    end_worker();
  }

 private:
  // A module that is still starting has nothing to close and may take long.
  static bool may_leave_slowly(const WorkerLink& link) {
    const Phase phase = link.page->read().phase;
    return phase != Phase::load && phase != Phase::initialise;
  }

  void open_conversation() {
    conversation_.emplace(*worker_.link_, options_.timeouts, output_);
    conversation_->set_tick(options_.while_waiting);
    conversation_->tell(wire::encode_load(*module_, options_.timeouts, options_.secret_variable));
  }

  void end_worker() noexcept {
    conversation_.reset();
    worker_ = WorkerProcess();
    leaving_ = false;
  }

  void ensure_worker() {
    if (leaving_) release();
    if (worker_.exists() && conversation_) return;
    if (!worker_.exists()) worker_ = options_.new_worker();
    open_conversation();
  }

  template <typename Result, typename Encode>
  Result ask(Encode& encode, const Secrets& secrets, const HostWatch* host) {
    const std::uint32_t signatures = last_.signatures;
    last_ = {};
    last_.signatures = signatures;
    if (host != nullptr && !host->is_there()) throw with_details(host_gone_error(), module_->path, output_);
    ensure_worker();
    worker_.link_->page->set_signatures(signatures);
    wire::Reply reply = exchange(encode(), secrets, host);
    if (auto* result = std::get_if<Result>(&reply)) return std::move(*result);
    if (const auto* error = std::get_if<Error>(&reply)) throw with_details(*error, module_->path, output_);
    const Error unreadable = unreadable_error(worker_.link_->page->read());
    end_worker();
    throw with_details(unreadable, module_->path, output_);
  }

  // A worker that gave no reply is of no more use.
  wire::Reply exchange(wire::Buffer message, const Secrets& secrets, const HostWatch* host) {
    try {
      wire::Reply reply = conversation_->ask(std::move(message), host);
      take_stock(secrets);
      return reply;
    } catch (const Error& error) {
      take_stock(secrets);
      end_worker();
      throw with_details(error, module_->path, output_);
    }
  }

  void take_stock(const Secrets& secrets) {
    last_ = worker_.link_->page->read();
    worker_.link_->drain(output_);
    // The longest first: one PIN may begin with another.
    Secrets by_length = secrets;
    std::ranges::sort(by_length, std::greater{}, [](const base::Secret* secret) { return secret->size(); });
    for (const base::Secret* secret : by_length)
      output_.blot_out(secret->reveal());
  }

  WorkerProcess worker_;
  IsolatedOptions options_;
  base::Clock& clock_;
  HostWatch host_;
  OutputRing output_;
  std::optional<ModuleSettings> module_;
  std::optional<WorkerConversation> conversation_;
  ProgressPage::View last_;  // where the worker was when it answered last, or did not
  bool restarted_ = false;
  bool leaving_ = false;  // the worker takes leave by itself
};

IsolatedService::IsolatedService(WorkerProcess first, IsolatedOptions options, base::Clock& clock)
    : state_(std::make_unique<State>(std::move(first), std::move(options), clock)) {}

IsolatedService::~IsolatedService() = default;

void IsolatedService::load(const ModuleSettings& module) {
  state_->load(module);
}

Inspection IsolatedService::inspect(const InspectOrder& order, const Login* login) {
  auto inspection = state_->run<Inspection>([&] { return wire::encode_inspect(order, login); }, secrets_of(login));
  state_->note_token(inspection.token);
  return inspection;
}

SignResult IsolatedService::sign(const SignOrder& order, const InspectOrder& key, const PublicKey& expected,
                                 const Login* login) {
  const bool last = state_->leaves_after_sign();
  auto result = state_->run<SignResult>([&] { return wire::encode_sign(order, key, expected, login, last); },
                                        secrets_of(login), state_->host());
  if (last) state_->worker_leaves();
  return result;
}

GeneratedKey IsolatedService::generate(const GenerateOrder& order, const Login& login) {
  return state_->run<GeneratedKey>([&] { return wire::encode_generate(order, login); }, secrets_of(&login));
}

void IsolatedService::remove(const Uri& key, const PublicKey& expected, const Login& login) {
  state_->run<wire::Removed>([&] { return wire::encode_remove(key, expected, login); }, secrets_of(&login));
}

Survey IsolatedService::survey(const Uri& filter, const Login* login) {
  return state_->run<Survey>([&] { return wire::encode_survey(filter, login); }, secrets_of(login));
}

KeyDetails IsolatedService::describe(const InspectOrder& order, const Login* login) {
  return state_->run<KeyDetails>([&] { return wire::encode_describe(order, login); }, secrets_of(login));
}

StoreResult IsolatedService::store(const StoreOrder& order, const Login& login) {
  return state_->run<StoreResult>([&] { return wire::encode_store(order, login); }, secrets_of(&login));
}

std::size_t IsolatedService::remove_certificates(const Uri& token, const std::vector<base::Bytes>& certificates,
                                                 const Login& login) {
  return state_
      ->run<wire::RemovedCertificates>([&] { return wire::encode_remove_certificates(token, certificates, login); },
                                       secrets_of(&login))
      .count;
}

TokenState IsolatedService::administer(const TokenOrder& order) {
  TokenState token =
      state_->run<TokenState>([&] { return wire::encode_administer(order); }, {&order.pin, &order.new_pin});
  return order.action == TokenAction::initialise ? as_new_process_sees_it(*this, std::move(token)) : token;
}

Probe IsolatedService::probe(const Uri& filter) {
  return state_->run<Probe>([&] { return wire::encode_probe(filter); }, {});
}

std::string IsolatedService::module_output() {
  return state_->module_output();
}

void IsolatedService::release() noexcept {
  state_->release();
}

}  // namespace pkcs11
