#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "decision.h"
#include "given_settings.h"
#include "platform/file_checks.h"
#include "setting_text.h"
#include "signing/settings.h"

namespace signing {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

// One place that settings come from. Relative paths start at its folder.
struct Source {
  std::string origin, folder;
  const schema::KeySettings* settings;
};

// A PIN to be is nobody's setting: the command line alone says where it is.
KeySetup with_new_pin(KeySetup setup, const ModuleFlags& flags) {
  if (flags.new_pin_source) {
    setup.new_pin_source = platform::parse_pin_source(*flags.new_pin_source, {}, "--new-pin-source");
  }
  return setup;
}

}  // namespace

class KeySetupBuilder {
 public:
  // `given` is what came beside the files; it outlives the builder.
  KeySetupBuilder(const Settings& settings, const Wording& wording, const schema::KeySettings& given)
      : settings_(settings), wording_(wording), given_(given) {}

  KeySetup key(const std::string& key_id) {
    begin(key_id);
    return finish();
  }

  KeyPlan plan(const std::string& key_id) {
    begin(key_id);
    decide_paths();
    decide_rest();
    return {std::move(setup_), std::move(origins_)};
  }

  // No key: what was given stands alone, within the administrator's limits.
  KeySetup module() {
    add_given();
    setup_.name = base::printable(given_.module.value_or(""));
    return finish();
  }

 private:
  void begin(const std::string& key_id) {
    key_id_ = key_id;
    setup_.name = pkcs11::shown(key_id_);
    collect_files();
    add_given();
    decide_uri();
  }

  void note(std::string_view setting, std::string value, std::string origin) {
    origins_.push_back({std::string(setting), std::move(value), std::move(origin)});
  }

  void add_given() { sources_.push_back({wording_.settings, {}, &given_}); }

  KeySetup finish() {
    setup_.for_command = &wording_ == &kFlags;
    decide_paths();
    decide_rest();
    if (!setup_.at_service) {
      setup_.module.path = require_allowed(platform::check_module_file(setup_.module.path));
    }
    return std::move(setup_);
  }

  void collect_files() {
    for (const auto* file : {&settings_.administrator_, &settings_.user_}) {
      if (!*file) continue;
      const auto found = (*file)->config.keys.find(key_id_);
      if (found != (*file)->config.keys.end()) sources_.push_back({(*file)->path, (*file)->folder, &found->second});
    }
  }

  void decide_uri() {
    if (pkcs11::looks_like_uri(key_id_)) {
      if (settings_.administrator_ && settings_.administrator_->config.require_named_keys.value_or(false)) {
        throw Error(ErrorKind::invalid_settings, Phase::settings,
                    "key " + base::quoted(setup_.name) + " is not a configured name",
                    settings_.administrator_->path + " allows configured names only: " + known_names());
      }
      take_uri(key_id_, "the key id", {});
    } else if (sources_.size() == 1) {
      throw Error(ErrorKind::key_not_found, Phase::settings, "key " + base::quoted(setup_.name) + " is not configured",
                  known_names());
    }
    for (const Source& source : sources_) {
      if (source.settings->uri) take_uri(*source.settings->uri, source.origin, source.folder);
    }
    if (!uri_.value() && is_held_by_service()) {
      setup_.at_service = true;
      return;
    }
    if (!uri_.value()) {
      throw Error(ErrorKind::invalid_settings, Phase::settings, "key " + base::quoted(setup_.name) + " has no uri",
                  "add \"uri\": \"pkcs11:token=...;object=...\" in " + sources_.front().origin);
    }
    setup_.uri = *uri_.value();
    note("uri", pkcs11::format_uri(setup_.uri), uri_.origin());
    if (!setup_.uri.names_object()) refuse_nameless();
  }

  // The backends that sign hold the key themselves.
  bool is_held_by_service() const {
    return std::any_of(sources_.begin(), sources_.end(), [](const Source& source) {
      return source.settings->approval && source.settings->approval->securosys_tsb;
    });
  }

  void take_uri(const std::string& text, const std::string& origin, const std::string& folder) {
    pkcs11::Uri uri = pkcs11::parse_uri(text);
    module_.offer(uri.module_path, origin);
    if (uri.pin_source) pin_.offer(platform::parse_uri_pin_source(*uri.pin_source, folder), origin);
    uri.module_path.reset();
    uri.pin_source.reset();
    uri_.offer(uri, origin);
  }

  [[noreturn]] void refuse_nameless() const {
    throw Error(ErrorKind::invalid_uri, Phase::settings,
                "key id " + base::quoted(setup_.name) + " names no object and no id: any key on the token would do",
                "quote the URI: a shell drops everything after the first ';'. For example\n  " +
                    std::string(wording_.quoted_uri));
  }

  void decide_paths() {
    Decision<std::string> chain("chain_file");
    for (const Source& source : sources_) {
      const schema::KeySettings& key = *source.settings;
      module_.offer(key.module, source.origin);
      if (key.pin_source || key.pin_command) pin_.offer(pin_source_of(source), source.origin);
      if (key.so_pin_source) so_pin_.offer(so_pin_source_of(source), source.origin);
      if (key.chain_file) {
        chain.offer(platform::absolute_path(*key.chain_file, source.folder, "chain_file"), source.origin);
      }
    }
    setup_.pin_source = pin_.value();
    setup_.so_pin_source = so_pin_.value();
    setup_.chain_file = chain.value().value_or("");
    note("chain_file", text_of(setup_.chain_file), chain.origin());
    if (setup_.at_service) return;
    note("pin_source", pin_.value() ? platform::describe(*pin_.value()) : "", pin_.origin());
    note("so_pin_source", so_pin_.value() ? platform::describe(*so_pin_.value()) : "", so_pin_.origin());
    if (!module_.value()) {
      throw Error(ErrorKind::invalid_settings, Phase::settings,
                  "key " + base::quoted(setup_.name) + " names no PKCS#11 module",
                  "add ?module-path=/usr/lib/....so to the URI, \"module\" in the configuration file, or\n" +
                      std::string(wording_.module));
    }
    setup_.module.path = *module_.value();
    note("module", text_of(setup_.module.path), module_.origin());
  }

  platform::PinSource pin_source_of(const Source& source) const {
    const bool is_given = source.settings == &given_;
    if (source.settings->pin_command) {
      platform::check_guarded_file(source.origin, "configuration file with pin_command");
      return platform::command_pin_source(*source.settings->pin_command);
    }
    return platform::parse_pin_source(*source.settings->pin_source, source.folder,
                                      is_given ? wording_.pin_source : kNotation.pin_source);
  }

  platform::PinSource so_pin_source_of(const Source& source) const {
    const bool is_given = source.settings == &given_;
    return platform::parse_pin_source(*source.settings->so_pin_source, source.folder,
                                      is_given ? wording_.so_pin_source : kNotation.so_pin_source);
  }

  template <typename Value, typename Target>
  void decide(std::string_view setting, std::optional<Value> schema::KeySettings::* member, Target& target) {
    Decision<Value> decision(setting);
    for (const Source& source : sources_)
      decision.offer(source.settings->*member, source.origin);
    if (decision.value()) target = *decision.value();
    note(setting, text_of(target), decision.origin());
  }

  void decide_timeout(std::string_view setting,
                      std::optional<std::chrono::milliseconds> schema::TimeoutSettings::* member,
                      std::chrono::milliseconds& target) {
    Decision<std::chrono::milliseconds> decision(setting);
    for (const Source& source : sources_)
      decision.offer(source.settings->timeouts.*member, source.origin);
    if (decision.value()) target = *decision.value();
    note(setting, text_of(target), decision.origin());
  }

  void decide_rest() {
    using Key = schema::KeySettings;
    using Times = schema::TimeoutSettings;
    decide("init_args", &Key::init_args, setup_.module.init_args);
    decide("quirks", &Key::quirks, setup_.module.quirks);
    decide("user_type", &Key::user_type, setup_.user_type);
    decide("login_user", &Key::login_user, setup_.login_user);
    decide("leaf_expiry", &Key::leaf_expiry, setup_.leaf_expiry);
    decide("allow_opaque_payload", &Key::allow_opaque_payload, setup_.allow_opaque_payload);
    decide_audit();
    decide_approval_wait();
    decide("busy_wait", &Key::busy_wait, setup_.timeouts.busy_wait);
    decide_timeout("timeouts.load", &Times::load, setup_.timeouts.load);
    decide_timeout("timeouts.initialise", &Times::initialise, setup_.timeouts.initialise);
    decide_timeout("timeouts.slots", &Times::slots, setup_.timeouts.slots);
    decide_timeout("timeouts.open", &Times::open, setup_.timeouts.open);
    decide_timeout("timeouts.login", &Times::login, setup_.timeouts.login);
    decide_timeout("timeouts.find", &Times::find, setup_.timeouts.find);
    decide_timeout("timeouts.sign", &Times::sign, setup_.timeouts.sign);
    decide_timeout("timeouts.generate", &Times::generate, setup_.timeouts.generate);
  }

  // The administrator's word for all keys counts where he has none for this one.
  void decide_audit() {
    Decision<schema::AuditMode> decision("audit");
    const auto& administrator = settings_.administrator_;
    const bool has_own =
        administrator && sources_.front().origin == administrator->path && sources_.front().settings->audit;
    if (administrator && !has_own) decision.offer(administrator->config.audit, administrator->path);
    for (const Source& source : sources_)
      decision.offer(source.settings->audit, source.origin);
    if (decision.value()) setup_.audit = *decision.value();
    note("audit", text_of(setup_.audit), decision.origin());
    Decision<bool> syslog("audit_syslog");
    for (const auto* file : {&administrator, &settings_.user_}) {
      if (*file && !syslog.value()) syslog.offer((*file)->config.audit_syslog, (*file)->path);
    }
    setup_.audit_syslog = syslog.value().value_or(false);
    note("audit_syslog", text_of(setup_.audit_syslog), syslog.origin());
  }

  // How long this run waits is the caller's business, unless the administrator says: the one setting where a source
  // overrides another.
  void decide_approval_wait() {
    std::string origin = kDefault;
    const auto offer = [&](const Source& source) {
      if (setup_.approval_wait || !source.settings->approval_wait) return;
      setup_.approval_wait = source.settings->approval_wait;
      origin = source.origin;
    };
    if (settings_.administrator_ && sources_.front().origin == settings_.administrator_->path) offer(sources_.front());
    offer(sources_.back());
    for (const Source& source : sources_)
      offer(source);
    note("approval_wait", setup_.approval_wait ? text_of(*setup_.approval_wait) : "", origin);
  }

  std::string require_allowed(std::string resolved) const {
    if (!settings_.administrator_ || !settings_.administrator_->config.allowed_modules) return resolved;
    const auto& allowed = *settings_.administrator_->config.allowed_modules;
    const bool found = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& path) {
      std::error_code ignored;
      return path == resolved || std::filesystem::weakly_canonical(path, ignored) == resolved;
    });
    if (found) return resolved;
    throw Error(ErrorKind::invalid_settings, Phase::settings,
                "module " + base::printable(resolved) + " is not among allowed_modules",
                settings_.administrator_->path + " lists the modules that may be used");
  }

  std::string known_names() const {
    std::string text;
    for (const std::string& name : settings_.key_names())
      text += (text.empty() ? "configured keys: " : ", ") + name;
    if (text.empty()) text = "no key is configured; a PKCS#11 URI (pkcs11:token=...;object=...) names one as well";
    if (!settings_.user_refused_.empty()) {
      text += "\n" + settings_.administrator_->path + " does not allow a configuration file of the user's own";
    }
    return text;
  }

  const Settings& settings_;
  const Wording& wording_;
  const schema::KeySettings& given_;
  std::string key_id_;
  std::vector<Source> sources_;
  Decision<pkcs11::Uri> uri_{"uri"};
  Decision<std::string> module_{"module"};
  Decision<platform::PinSource> pin_{"pin_source"}, so_pin_{"so_pin_source"};
  std::vector<SettingOrigin> origins_;
  KeySetup setup_;
};

KeySetup Settings::key(const std::string& key_id, const std::map<std::string, std::string>& plugin_config) const {
  const schema::KeySettings given = settings_of(plugin_config);
  return KeySetupBuilder(*this, kNotation, given).key(key_id);
}

KeySetup Settings::key(const std::string& key_id, const ModuleFlags& flags) const {
  const schema::KeySettings given = settings_of(flags);
  return with_new_pin(KeySetupBuilder(*this, kFlags, given).key(key_id), flags);
}

KeyPlan Settings::plan(const std::string& key_id, const ModuleFlags& flags) const {
  const schema::KeySettings given = settings_of(flags);
  return KeySetupBuilder(*this, kFlags, given).plan(key_id);
}

KeySetup Settings::module(const ModuleFlags& flags) const {
  const schema::KeySettings given = settings_of(flags);
  return with_new_pin(KeySetupBuilder(*this, kFlags, given).module(), flags);
}

}  // namespace signing
