#include "approvals/approver_access.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/file_checks.h"
#include "signing/approver_key.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr const char* kExample =
    "\"approver\": {\"key\": \"me.pem\", \"securosys_tsb\": {\"url\": \"https://HOST\"}} in the configuration file "
    "says "
    "it once and for all";

std::string path_of(const std::string& path, const char* flag) {
  return platform::absolute_path(path, {}, flag);
}

schema::SecretSource file_source(const std::string& path, const char* flag) {
  return "file:" + path_of(path, flag);
}

schema::TsbConnection connection_of(const ApproverFlags& flags,
                                    const std::optional<signing::Settings::Approver>& file) {
  schema::TsbConnection connection;
  if (flags.url) {
    connection.url = *flags.url;
  } else if (file && file->settings.securosys_tsb) {
    connection = *file->settings.securosys_tsb;
  } else {
    throw Error(ErrorKind::invalid_settings, Phase::settings, "no service is named that could ask for approvals",
                std::string("name it with --url https://HOST; ") + kExample);
  }
  if (flags.ca_file) connection.ca_file = path_of(*flags.ca_file, "--ca-file");
  if (flags.token_file) connection.token = file_source(*flags.token_file, "--token-file");
  if (flags.api_key_file) connection.approver_api_keys = {file_source(*flags.api_key_file, "--api-key-file")};
  if (flags.client_certificate) {
    connection.client_certificate = path_of(*flags.client_certificate, "--client-cert");
    connection.client_key_password.reset();
  }
  if (flags.client_key) connection.client_key = path_of(*flags.client_key, "--client-key");
  if (connection.client_certificate.empty() != connection.client_key.empty()) {
    throw Error(ErrorKind::invalid_settings, Phase::settings, "--client-cert and --client-key belong together",
                "name both, or neither");
  }
  return connection;
}

// A source of secrets with its path made whole, so that it means the same wherever it is read again.
std::optional<std::string> whole_source(const std::optional<std::string>& source, const std::string& folder,
                                        const char* name) {
  if (!source) return std::nullopt;
  const platform::PinSource parsed = platform::parse_pin_source(*source, folder, name);
  return parsed.kind == platform::PinSourceKind::file ? "file:" + parsed.value : *source;
}

}  // namespace

bool names_approver(const ApproverFlags& flags) {
  return flags.key || signing::Settings::load(signing::SettingsFiles::locate()).approver().has_value();
}

ApproverAccess::ApproverAccess(const ApproverFlags& flags) : pin_(setup_, requester_.context()) {
  signing::RunContext& context = requester_.context();
  const signing::Settings settings = signing::Settings::load(context.files);
  context.log.configure(settings.log());
  const auto file = settings.approver();
  const schema::TsbConnection connection = connection_of(flags, file);
  service_ = std::make_unique<approval::TsbApprover>(
      connection,
      approval::BackendContext{context.clock, context.log, context.secrets, file ? file->folder : std::string("/")});
  open_key(flags, settings);
}

void ApproverAccess::open_key(const ApproverFlags& flags, const signing::Settings& settings) {
  signing::ModuleFlags module = flags.module;
  std::string key, folder;
  std::optional<std::string> password = flags.module.pin_source;
  if (flags.key) {
    key = *flags.key;
  } else if (const auto file = settings.approver()) {
    key = file->settings.key;
    folder = file->folder;
    if (!module.module) module.module = file->settings.module;
    if (!module.pin_source) {
      module.pin_source = whole_source(file->settings.pin_source, folder, "approver.pin_source");
      password = whole_source(file->settings.key_password, folder, "approver.key_password");
    }
  } else {
    throw Error(ErrorKind::invalid_settings, Phase::settings, "no key is named to answer with",
                std::string("name a PEM file or a PKCS#11 URI with --key; ") + kExample);
  }
  if (pkcs11::looks_like_uri(key)) return open_key_on_token(key, module, settings);
  std::optional<platform::PinSource> source;
  if (password) source = platform::parse_pin_source(*password, {}, flags.module.pin_source ? "--pin-source" : "");
  key_ = signing::read_approver_key(platform::absolute_path(key, folder, "key file"), source,
                                    requester_.context().secrets, requester_.terminal());
}

void ApproverAccess::open_key_on_token(const std::string& uri, const signing::ModuleFlags& flags,
                                       const signing::Settings& settings) {
  setup_ = settings.key(uri, flags);
  pkcs11::KeyService& service = requester_.context().start_key_service(setup_);
  service.load(setup_.module);
  key_ = signing::find_approver_key(service, setup_, pin_);
}

std::vector<schema::TsbTask> ApproverAccess::tasks() {
  return service_->tasks(*key_, requester_.context().clock.wall());
}

approval::TsbApprover::Outcome ApproverAccess::approve(const schema::TsbTask& task) {
  return service_->approve(task, *key_);
}

approval::TsbApprover::Outcome ApproverAccess::reject(const schema::TsbTask& task) {
  return service_->reject(task, *key_, requester_.context().clock.wall());
}

const schema::TsbTask& find_task(const std::vector<schema::TsbTask>& tasks, const std::string& id) {
  constexpr std::size_t kShortest = 6;
  const schema::TsbTask* found = nullptr;
  for (const schema::TsbTask& task : tasks) {
    if (task.id == id) return task;
    const bool begins = id.size() >= kShortest && (task.id.starts_with(id) || task.request_id.starts_with(id));
    if (!begins) continue;
    if (found != nullptr) {
      throw Error(ErrorKind::ambiguous_key, Phase::approval, "several tasks begin with " + base::quoted(id),
                  "name one with more of its characters: notation-pkcs11 approvals pending --json shows them whole");
    }
    found = &task;
  }
  if (found != nullptr) return *found;
  throw Error(ErrorKind::key_not_found, Phase::approval, "no task " + base::quoted(id) + " waits for this key",
              "it has been answered with this key, or the request has ended, or it asks for another key; "
              "notation-pkcs11 approvals pending shows what waits");
}

}  // namespace operators
