#include "pkcs11/local_service.h"

#include <exception>

#include "administer.h"
#include "certificate_store.h"
#include "issuers.h"
#include "job_watch.h"
#include "key_details.h"
#include "keygen.h"
#include "locator.h"
#include "probe.h"
#include "signer.h"
#include "survey.h"
#include "token.h"

namespace pkcs11 {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

}  // namespace

class LocalService::State {
 public:
  State(const Timeouts& timeouts, base::Clock& clock, Progress* progress)
      : watch_(progress, clock), patience_(clock, timeouts.busy_wait) {}

  void load(const ModuleSettings& settings) {
    patience_.renew();
    try {
      module_ = std::make_unique<Module>(settings, watch_, patience_);
    } catch (const Error&) {
      load_failure_ = std::current_exception();
    }
    watch_.loaded();
  }

  // Runs a job, once more from the start when a session was lost before anything was signed or changed.
  template <typename Job>
  auto run(Job job) {
    if (load_failure_) std::rethrow_exception(load_failure_);
    if (module_ == nullptr) throw Error(ErrorKind::internal, Phase::load, "no module was named");
    patience_.renew();
    watch_.begin();
    try {
      return job(*module_);
    } catch (const Error& error) {
      located_.reset();
      if (watch_.committed() || !error.return_value() ||
          remedy_for(*error.return_value(), error.phase()) != Remedy::reopen_session)
        throw;
    }
    try {
      return job(*module_);
    } catch (...) {
      located_.reset();
      throw;
    }
  }

  Inspection inspect(const Module& module, const InspectOrder& order, const Login* login) {
    located_.reset();
    located_ = locate(module, order.uri, order.expected, login);
    Inspection inspection;
    if (located_->match) describe_key(module, order, inspection);
    inspection.token = located_->token;
    inspection.remarks = located_->remarks;
    return inspection;
  }

  SignResult sign(const Module& module, const SignOrder& order, const InspectOrder& key, const PublicKey& expected,
                  const Login* login) {
    if (std::holds_alternative<Ed25519PublicKey>(expected) == order.spec().has_value()) {
      throw Error(ErrorKind::internal, Phase::sign,
                  "cannot sign with key " + format_uri(key.uri) + ": the order is for another kind of key");
    }
    if (!located_ || located_->wanted != key.uri) {
      located_.reset();
      located_ = locate(module, key.uri, expected, nullptr);
    }
    const PublicKey* shown = located_->match && located_->match->group.key ? &*located_->match->group.key : nullptr;
    if (shown != nullptr && *shown != expected)
      throw module.error(ErrorKind::key_not_found, Phase::find,
                         "cannot sign with key " + format_uri(key.uri) + ": the token holds another public key there",
                         "the certificate belongs to another key; found: " + format_uri(located_->match->uri) + " (" +
                             pkcs11::describe(*shown) + ")");
    return sign_with(module, *located_, order, expected, login);
  }

  Probe probe(const Module& module, const Uri& filter) {
    Probe result = probe_module(module, filter);
    result.times = watch_.times();
    return result;
  }

  void forget() { located_.reset(); }

  void finish() noexcept {
    if (module_ == nullptr) return;
    if (!module_->finish()) return forget();
    if (located_) located_->session.release();
    forget();
  }

 private:
  void describe_key(const Module& module, const InspectOrder& order, Inspection& inspection) {
    Match& match = *located_->match;
    if (order.chain_from_token) {
      if (match.group.certificates.empty()) {
        const Object& named = match.group.front();
        match.group.certificates = find_certificates(module, located_->session, named.id, named.label);
      }
      std::vector<base::Bytes> leaves;
      for (const Object& object : match.group.certificates)
        leaves.push_back(object.certificate);
      inspection.issuers = find_issuers(module, located_->session, leaves);
    }
    inspection.key = view_of(match.group, match.uri);
    const PublicKey* identity = match.group.identity();
    const auto spec = identity != nullptr ? key_spec_of(*identity)
                      : order.expected    ? key_spec_of(*order.expected)
                                          : std::nullopt;
    if (!spec) return;
    located_->mechanisms = preferred_mechanisms(module, located_->token.slot_id, SignScheme::notary, *spec);
    inspection.mechanism = located_->mechanisms.front().name;
  }

  JobWatch watch_;
  Patience patience_;
  std::unique_ptr<Module> module_;
  std::exception_ptr load_failure_;
  std::optional<Located> located_;
};

LocalService::LocalService(const Timeouts& timeouts, base::Clock& clock, Progress* progress)
    : state_(std::make_unique<State>(timeouts, clock, progress)) {}

LocalService::~LocalService() = default;

void LocalService::load(const ModuleSettings& module) {
  state_->load(module);
}

Inspection LocalService::inspect(const InspectOrder& order, const Login* login) {
  return state_->run([&](const Module& module) { return state_->inspect(module, order, login); });
}

SignResult LocalService::sign(const SignOrder& order, const InspectOrder& key, const PublicKey& expected,
                              const Login* login) {
  return state_->run([&](const Module& module) { return state_->sign(module, order, key, expected, login); });
}

GeneratedKey LocalService::generate(const GenerateOrder& order, const Login& login) {
  return state_->run([&](const Module& module) { return generate_key(module, order, login); });
}

void LocalService::remove(const Uri& key, const PublicKey& expected, const Login& login) {
  state_->run([&](const Module& module) {
    state_->forget();
    remove_key(module, locate(module, key, expected, &login), expected, login);
  });
}

Survey LocalService::survey(const Uri& filter, const Login* login) {
  return state_->run([&](const Module& module) { return survey_tokens(module, filter, login); });
}

KeyDetails LocalService::describe(const InspectOrder& order, const Login* login) {
  return state_->run([&](const Module& module) { return describe_key(module, order, login); });
}

StoreResult LocalService::store(const StoreOrder& order, const Login& login) {
  return state_->run([&](const Module& module) { return store_certificates(module, order, login); });
}

std::size_t LocalService::remove_certificates(const Uri& token, const std::vector<base::Bytes>& certificates,
                                              const Login& login) {
  return state_->run(
      [&](const Module& module) { return pkcs11::remove_certificates(module, token, certificates, login); });
}

TokenState LocalService::administer(const TokenOrder& order) {
  return state_->run([&](const Module& module) {
    state_->forget();
    return administer_token(module, order);
  });
}

Probe LocalService::probe(const Uri& filter) {
  return state_->run([&](const Module& module) { return state_->probe(module, filter); });
}

void LocalService::finish() noexcept {
  state_->finish();
}

}  // namespace pkcs11
