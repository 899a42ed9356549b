#include "token_access.h"

#include "command_context.h"
#include "pkcs11/isolated_service.h"
#include "signing/audited_service.h"
#include "token/report.h"
#include "trust/public_key.h"

namespace operators {

TokenAccess::TokenAccess()
    : context_(command_context([this](const signing::KeySetup&) -> pkcs11::KeyService& { return *service_; }, terminal_,
                               log_, secrets_)),
      pin_(setup_, context_) {}

std::unique_ptr<TokenAccess> TokenAccess::by_module(const signing::ModuleFlags& flags) {
  std::unique_ptr<TokenAccess> access(new TokenAccess);
  access->start(access->load_settings().module(flags));
  return access;
}

std::unique_ptr<TokenAccess> TokenAccess::by_key(const std::string& key, const signing::ModuleFlags& flags) {
  std::unique_ptr<TokenAccess> access(new TokenAccess);
  access->start(access->load_settings().key(key, flags));
  return access;
}

signing::Settings TokenAccess::load_settings() {
  signing::Settings settings = signing::Settings::load(context_.files);
  log_.configure(settings.log());
  return settings;
}

void TokenAccess::start(signing::KeySetup setup) {
  setup_ = std::move(setup);
  if (setup_.at_service) {
    throw base::Error(base::ErrorKind::not_capable, base::Phase::settings,
                      "key " + base::quoted(setup_.name) + " is held by a service, not on a token",
                      "this command works with keys on tokens; see docs/approvals.md");
  }
  service_ = make_key_service(setup_, context_, [this] {
    if (while_waiting_) while_waiting_();
  });
  service_->load(setup_.module);
}

std::unique_ptr<pkcs11::TokenService> make_key_service(const signing::KeySetup& setup, signing::RunContext& context,
                                                       std::function<void()> while_waiting) {
  pkcs11::IsolatedOptions options;
  options.while_waiting = std::move(while_waiting);
  options.timeouts = setup.timeouts;
  if (setup.pin_source && setup.pin_source->kind == platform::PinSourceKind::environment) {
    options.secret_variable = setup.pin_source->value;
    context.secrets.take(setup.pin_source->value);
  }
  for (const auto* source : {&setup.so_pin_source, &setup.new_pin_source}) {
    if (*source && (*source)->kind == platform::PinSourceKind::environment) context.secrets.take((*source)->value);
  }
  auto service =
      std::make_unique<pkcs11::IsolatedService>(pkcs11::WorkerProcess(), std::move(options), base::system_clock());
  return std::make_unique<signing::AuditedService>(std::move(service), setup, context);
}

bool sleep_whole(std::chrono::milliseconds duration) {
  base::system_clock().sleep_for(duration);
  return true;
}

pkcs11::Uri token_selection(const std::string& token) {
  pkcs11::Uri uri;
  if (token.find("pin-value") != std::string::npos) {
    throw base::Error(base::ErrorKind::invalid_uri, base::Phase::request,
                      "--token takes a label or a URI of a token, never a PIN",
                      "--pin-source says where the PIN comes from");
  }
  if (!pkcs11::looks_like_uri(token)) {
    if (!token.empty()) uri.token = token;
    return uri;
  }
  uri = pkcs11::parse_uri(token);
  if (uri.module_path || uri.pin_source) {
    throw base::Error(base::ErrorKind::invalid_uri, base::Phase::request,
                      "--token takes a URI of a token alone, without a query",
                      "--module and --pin-source say the rest");
  }
  uri.object.reset();
  uri.id.reset();
  uri.type.reset();
  return uri;
}

bool selects(const pkcs11::Uri& selection, const pkcs11::TokenState& token) {
  const auto fits = [](const std::optional<std::string>& wanted, const std::string& is) {
    return !wanted || *wanted == is;
  };
  return fits(selection.token, token.label) && fits(selection.serial, token.serial) &&
         fits(selection.manufacturer, token.manufacturer) && fits(selection.model, token.model) &&
         (!selection.slot_id || *selection.slot_id == token.slot_id);
}

pkcs11::TokenState the_token(const pkcs11::Survey& survey, const TokenFlags& flags) {
  std::vector<const pkcs11::TokenState*> found;
  std::string uris;
  for (const pkcs11::SurveyedToken& surveyed : survey.tokens) {
    if (!surveyed.token.initialised) continue;
    found.push_back(&surveyed.token);
    uris += "\n  " + pkcs11::format_uri(uri_of(surveyed.token));
  }
  if (found.size() == 1) return *found.front();
  if (found.empty()) {
    const bool by_uri = pkcs11::looks_like_uri(flags.token);
    const std::string which = flags.token.empty() ? "no initialised token"
                              : by_uri            ? "no token " + pkcs11::format_uri(token_selection(flags.token))
                                                  : "no token " + pkcs11::shown_quoted(flags.token);
    throw base::Error(base::ErrorKind::key_not_found, base::Phase::slots, which + " is there",
                      "notation-pkcs11 key list --module " + base::printable(flags.module.module.value_or("PATH")) +
                          " shows the tokens");
  }
  throw base::Error(base::ErrorKind::ambiguous_key, base::Phase::slots,
                    "it must be one token, and there are " + std::to_string(found.size()),
                    "name one with --token LABEL or --token URI:" + uris);
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
