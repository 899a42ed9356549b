#pragma once

#include <memory>

#include "pkcs11/token_service.h"
#include "signing/audit_step.h"
#include "signing/run_context.h"

namespace signing {

// A token whose every signature is recorded: for commands, whose signatures are requests for certificates, test
// certificates, proofs of keys and approvers' decisions. All else is as the service within does it. Further errors of
// sign(): unrecorded. An artifact is recorded by generate_signature, which knows what it is.
class AuditedService final : public pkcs11::TokenService {
 public:
  // `context` outlives it.
  AuditedService(std::unique_ptr<pkcs11::TokenService> service, const KeySetup& setup, RunContext& context)
      : service_(std::move(service)), setup_(setup), audit_(setup_, context) {}

  pkcs11::SignResult sign(const pkcs11::SignOrder& order, const pkcs11::InspectOrder& key,
                          const pkcs11::PublicKey& expected, const pkcs11::Login* login) override;

  void load(const pkcs11::ModuleSettings& module) override { service_->load(module); }
  pkcs11::Inspection inspect(const pkcs11::InspectOrder& order, const pkcs11::Login* login) override {
    return service_->inspect(order, login);
  }
  // A key whose proof could not be recorded, and must be, is not made.
  pkcs11::GeneratedKey generate(const pkcs11::GenerateOrder& order, const pkcs11::Login& login) override {
    audit_.require_log();
    return service_->generate(order, login);
  }
  void remove(const pkcs11::Uri& key, const pkcs11::PublicKey& expected, const pkcs11::Login& login) override {
    service_->remove(key, expected, login);
  }
  pkcs11::Survey survey(const pkcs11::Uri& filter, const pkcs11::Login* login) override {
    return service_->survey(filter, login);
  }
  void release() noexcept override { service_->release(); }
  std::string module_output() override { return service_->module_output(); }
  pkcs11::KeyDetails describe(const pkcs11::InspectOrder& order, const pkcs11::Login* login) override {
    return service_->describe(order, login);
  }
  pkcs11::StoreResult store(const pkcs11::StoreOrder& order, const pkcs11::Login& login) override {
    return service_->store(order, login);
  }
  std::size_t remove_certificates(const pkcs11::Uri& token, const std::vector<base::Bytes>& certificates,
                                  const pkcs11::Login& login) override {
    return service_->remove_certificates(token, certificates, login);
  }
  pkcs11::TokenState administer(const pkcs11::TokenOrder& order) override { return service_->administer(order); }
  pkcs11::Probe probe(const pkcs11::Uri& filter) override { return service_->probe(filter); }

 private:
  std::unique_ptr<pkcs11::TokenService> service_;
  const KeySetup setup_;
  AuditStep audit_;
};

}  // namespace signing
