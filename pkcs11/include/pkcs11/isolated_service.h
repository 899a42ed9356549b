#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "pkcs11/token_service.h"
#include "pkcs11/worker.h"

namespace pkcs11 {

struct IsolatedOptions {
  Timeouts timeouts;
  // The environment variable that `env:` names as the PIN's source; the worker wipes its copy before it loads a module.
  // NOTATION_PKCS11_PIN is always wiped.
  std::string secret_variable;
  // Where a worker comes from when the first has gone.
  std::function<WorkerProcess()> new_worker = WorkerProcess::start_anew;
  // Whether somebody is left to take a signature; asked before a sign job is sent and while it runs. Empty: somebody
  // is.
  std::function<bool()> host_is_there;
  // A descriptor on which the kernel reports that the host has gone (a pipe that lost its reader); -1: none. It makes
  // the question above be asked at once instead of every 100 ms. Not owned.
  int host_descriptor = -1;
  // Called about every 500 ms while a job runs, by whoever asked for it, so that a person sees that time passes. Empty:
  // nothing. An Error that it throws ends the worker and the job; it must not ask for another job.
  std::function<void()> while_waiting;
  // After a sign job the worker takes leave of the module by itself, while this process verifies and answers. A job
  // after that one starts a new worker.
  bool leave_after_sign = false;
};

// TokenService in a child process. Besides the errors of TokenService:
// late (a phase passed its deadline; the worker was killed; says so when the token may have signed), module_died (it
// ended by itself before C_Sign), outcome_unknown (it ended after C_Sign was entered), host_gone (nobody is left;
// nothing was signed). One worker is replaced in the life of the service, when the module's answer says that a new
// process helps or when the worker died, and nothing can have been signed, made or destroyed, no PIN counted as wrong.
// A job repeats C_Sign at most once, after an answer that proves that nothing was signed.
class IsolatedService final : public TokenService {
 public:
  // `first` may be empty: the first job then starts a worker. The clock outlives the service.
  IsolatedService(WorkerProcess first, IsolatedOptions options, base::Clock& clock);
  ~IsolatedService() override;  // release()
  IsolatedService(const IsolatedService&) = delete;
  IsolatedService& operator=(const IsolatedService&) = delete;

  // Sends and does not wait.
  void load(const ModuleSettings& module) override;
  Inspection inspect(const InspectOrder& order, const Login* login) override;
  SignResult sign(const SignOrder& order, const InspectOrder& key, const PublicKey& expected,
                  const Login* login) override;
  GeneratedKey generate(const GenerateOrder& order, const Login& login) override;
  void remove(const Uri& key, const PublicKey& expected, const Login& login) override;
  Survey survey(const Uri& filter, const Login* login) override;
  KeyDetails describe(const InspectOrder& order, const Login* login) override;
  StoreResult store(const StoreOrder& order, const Login& login) override;
  std::size_t remove_certificates(const Uri& token, const std::vector<base::Bytes>& certificates,
                                  const Login& login) override;
  // A token that was initialised is looked at once more by a new worker.
  TokenState administer(const TokenOrder& order) override;
  Probe probe(const Uri& filter) override;

  // At most the last 4 KiB of what the module printed on either descriptor, as it came: make each line printable. A PIN
  // that was used in the last job is blotted out.
  std::string module_output() override;

  // Lets the worker close its sessions and finalise, waits for its end, kills it after 2 s; no process is left. For a
  // long wait and for the end. The next job starts a new worker and loads the module again.
  void release() noexcept override;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace pkcs11
