#pragma once

#include <memory>

#include "base/clock.h"
#include "pkcs11/progress.h"
#include "pkcs11/token_service.h"

namespace pkcs11 {

// TokenService in this process, on this thread. The module stays loaded for the life of the process (PKCS#11 libraries
// are not safe to unload) and initialised until finish(); the destructor closes the session that is open and no more.
// load() loads and initialises at once, and keeps what went wrong for the first job.
class LocalService final : public TokenService {
 public:
  // The clock and `progress` outlive the service; without `progress` nothing is reported and signing is always allowed.
  LocalService(const Timeouts& timeouts, base::Clock& clock, Progress* progress = nullptr);
  ~LocalService() override;
  LocalService(const LocalService&) = delete;
  LocalService& operator=(const LocalService&) = delete;

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
  TokenState administer(const TokenOrder& order) override;
  Probe probe(const Uri& filter) override;

  // C_Finalize, once, unless another part of the process initialised the module or the quirk no_finalize is set; its
  // result does not matter. No job may follow.
  void finish() noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace pkcs11
