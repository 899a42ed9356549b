#include "token_access.h"

#include "pkcs11/isolated_service.h"
#include "platform/file_checks.h"
#include "trust/public_key.h"

namespace operators {

TokenAccess::TokenAccess()
    : context_{[this](const signing::KeySetup&) -> pkcs11::KeyService& { return *service_; },
               [] {},
               terminal_,
               log_,
               base::system_clock(),
               secrets_,
               signing::SettingsFiles::locate()},
      pin_(setup_, context_) {
  secrets_.take(platform::kPinVariable);
}

std::unique_ptr<TokenAccess> TokenAccess::by_module(const std::string& module, const std::string& pin_source) {
  std::unique_ptr<TokenAccess> access(new TokenAccess);
  signing::KeySetup setup;
  setup.name = module;
  setup.module.path = platform::check_module_file(module);
  if (!pin_source.empty()) setup.pin_source = platform::parse_pin_source(pin_source, {});
  access->start(std::move(setup));
  return access;
}

std::unique_ptr<TokenAccess> TokenAccess::by_key(const std::string& key, const std::string& module,
                                                 const std::string& pin_source) {
  std::unique_ptr<TokenAccess> access(new TokenAccess);
  const signing::Settings settings = signing::Settings::load(access->context_.files);
  access->log_.configure(settings.log());
  std::map<std::string, std::string> flags;
  if (!module.empty()) flags["module"] = module;
  if (!pin_source.empty()) flags["pin_source"] = pin_source;
  access->start(settings.key(key, flags));
  return access;
}

void TokenAccess::start(signing::KeySetup setup) {
  setup_ = std::move(setup);
  pkcs11::IsolatedOptions options;
  options.timeouts = setup_.timeouts;
  if (setup_.pin_source && setup_.pin_source->kind == platform::PinSourceKind::environment) {
    options.secret_variable = setup_.pin_source->value;
    secrets_.take(setup_.pin_source->value);
  }
  service_ = std::make_unique<pkcs11::IsolatedService>(pkcs11::WorkerProcess(), std::move(options), context_.clock);
  service_->load(setup_.module);
}

schema::KeyReport report(const pkcs11::KeyView& key) {
  schema::KeyReport report;
  report.uri = pkcs11::format_uri(key.uri);
  report.has_private = key.has_private;
  report.has_public = key.has_public;
  report.certificates = key.certificates.size();
  if (key.public_key) {
    report.key_spec = pkcs11::describe(*key.public_key);
    report.spki_sha256 = trust::spki_sha256(*key.public_key);
    report.usable = pkcs11::key_spec_of(*key.public_key).has_value();
  }
  return report;
}

}  // namespace operators
