#include "enroll/notation_steps.h"

#include "base/bytes.h"
#include "base/error.h"
#include "cert/trust_store.h"
#include "new_file.h"
#include "notation/home.h"
#include "notation/program.h"
#include "platform/file_checks.h"
#include "schema/trust_policy.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using schema::EnrollState;

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw Error(ErrorKind::invalid_settings, Phase::settings, message, hint);
}

std::string store_name(const EnrollFlags& flags) {
  return flags.trust_store.value_or(flags.name);
}

// notation identifies signers by C, ST, O and whatever else is named; what it cannot name, the store alone vouches for.
std::string identity_of(const trust::CheckedChain& chain) {
  const std::string& subject = chain.leaf_subject();
  const auto has = [&subject](const std::string& type) {
    return subject.starts_with(type) || subject.find("," + type) != std::string::npos;
  };
  const bool nameable = has("C=") && has("ST=") && has("O=") && subject.find("=#") == std::string::npos &&
                        subject.find('+') == std::string::npos;
  return nameable ? "x509.subject: " + subject : "*";
}

}  // namespace

bool is_registered(const EnrollFlags& flags) {
  const auto keys = NotationHome::locate().read_signing_keys();
  const schema::NotationKey* there = keys ? keys->find(flags.name) : nullptr;
  if (there == nullptr) return false;
  if (there->plugin_name == kPluginName && there->id == flags.name) return true;
  refuse("notation has another key " + base::quoted(flags.name) + " already",
         "notation key list shows it; notation key delete " + flags.name + " removes it");
}

void require_notation(const EnrollFlags& flags) {
  if (is_registered(flags) || !flags.register_key) return;
  NotationProgram::get();
  if (const std::string fault = fault_of_plugin(NotationHome::locate()); !fault.empty()) {
    refuse("notation cannot run " + base::printable(NotationHome::locate().plugin_executable()) + ": " + fault,
           "notation plugin install --file ARCHIVE installs it");
  }
}

schema::EnrollStep register_with_notation(const EnrollFlags& flags, std::string& command) {
  const KeyToRegister key{flags.name, flags.name, {}, flags.as_default};
  std::vector<std::string> words = key_add_arguments(key);
  words.insert(words.begin(), "notation");
  command = shell_line(words);
  const std::string file = NotationHome::locate().signing_keys();
  if (is_registered(flags)) return {"registration", EnrollState::kept, file};
  if (!flags.register_key) return {"registration", EnrollState::open, command};
  NotationProgram::get().add_key(key);
  return {"registration", EnrollState::done, file};
}

schema::EnrollStep fill_trust_store(const EnrollFlags& flags, const trust::CheckedChain& chain) {
  if (!flags.trust_store && !flags.trust_policy) return {"trust-store", EnrollState::left_out, "--trust-store NAME"};
  const StoredRoot stored = put_into_trust_store(chain.certificates().back(), "ca", store_name(flags));
  return {"trust-store", stored.added ? EnrollState::done : EnrollState::kept, stored.file};
}

schema::EnrollStep write_trust_policy(const EnrollFlags& flags, const trust::CheckedChain& chain) {
  if (!flags.trust_policy) return {"trust-policy", EnrollState::left_out, "--trust-policy"};
  const schema::TrustRule rule{flags.name, flags.scope, "ca:" + store_name(flags), identity_of(chain)};
  const std::string path = NotationHome::locate().trust_policy();
  const std::string detail = path + " (" + rule.trust_store + ", " + rule.identity + ")";
  if (!is_there(path)) {
    NewFile(path, false, "trust policy").write(schema::new_trust_policy(rule));
    return {"trust-policy", EnrollState::done, detail};
  }
  const std::string there = platform::read_bounded_file(path, schema::kMaximumTrustPolicySize, "trust policy");
  if (flags.force) {
    NewFile(path, true, "trust policy").write(schema::new_trust_policy(rule));
    return {"trust-policy", EnrollState::done, detail};
  }
  const std::string merged = schema::add_trust_rule(there, path, rule);
  if (merged == there) return {"trust-policy", EnrollState::kept, detail};
  if (!flags.merge) {
    refuse("there is a trust policy " + base::printable(path) + " already, which does not say this",
           "--merge adds to it, --force replaces it");
  }
  NewFile(path, true, "trust policy").write(merged);
  return {"trust-policy", EnrollState::done, detail};
}

}  // namespace operators
