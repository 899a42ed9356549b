#include "enroll/notation_steps.h"

#include "base/bytes.h"
#include "base/error.h"
#include "cert/trust_store.h"
#include "file_lock.h"
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

// A self-signed leaf is alone in its store; under a CA's root are the certificates of others.
std::string identity_of(const EnrollFlags& flags, const ExpectedLeaf& leaf) {
  if (flags.any_identity) return "*";
  if (!leaf.subject.name.empty()) return "x509.subject: " + leaf.subject.name;
  if (leaf.self_signed) return "*";
  const std::string anybody = "\n--any-identity trusts every certificate of the store instead";
  if (!leaf.file.empty()) {
    refuse("a trust policy cannot name this signer: the subject in " + base::printable(leaf.file) + " " +
               leaf.subject.fault,
           "have a certificate issued whose subject has C, ST and O, each once" + anybody);
  }
  refuse("a trust policy cannot name this signer: the subject " + leaf.subject.fault,
         "with C, ST and O notation can: --subject 'CN=" + flags.name + ",O=Example,ST=ZH,C=CH'" + anybody);
}

schema::TrustRule rule_of(const EnrollFlags& flags, const ExpectedLeaf& leaf) {
  return {flags.name, flags.scope, "ca:" + store_name(flags), identity_of(flags, leaf)};
}

// The policy that is there with the rule in it; refused unless it says so already or the flags say to add it.
schema::TrustChange change_of(const EnrollFlags& flags, const std::string& path, const schema::TrustRule& rule) {
  const std::string there = platform::read_bounded_file(path, schema::kMaximumTrustPolicySize, "trust policy");
  schema::TrustChange change = schema::add_trust_rule(there, path, rule);
  if (change.text != there && !flags.merge) {
    refuse("there is a trust policy " + base::printable(path) + " already, which does not say this",
           "--merge adds to it, --force replaces it");
  }
  return change;
}

void require_trust(const EnrollFlags& flags, const ExpectedLeaf& leaf) {
  if ((flags.trust_store || flags.trust_policy) && !is_trust_store_name(store_name(flags))) {
    refuse("notation does not take " + base::quoted(store_name(flags)) + " for the name of a trust store",
           "letters, digits, \"_\", \".\" and \"-\" may stand in it");
  }
  if (!flags.trust_policy) return;
  const schema::TrustRule rule = rule_of(flags, leaf);
  const std::string path = NotationHome::locate().trust_policy();
  if (is_there(path) && !flags.force) change_of(flags, path, rule);
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

bool is_default(const std::string& name) {
  const auto keys = NotationHome::locate().read_signing_keys();
  return keys && keys->default_name == name;
}

void require_notation(const EnrollFlags& flags, const ExpectedLeaf& leaf) {
  require_trust(flags, leaf);
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
  if (is_registered(flags)) {
    if (!flags.as_default || is_default(flags.name)) return {"registration", EnrollState::kept, file};
    command = shell_line({"notation", "key", "update", "--default", flags.name});
    return {"registration", EnrollState::open, command};
  }
  if (!flags.register_key) return {"registration", EnrollState::open, command};
  NotationProgram::get().add_key(key);
  return {"registration", EnrollState::done, file};
}

schema::EnrollStep fill_trust_store(const EnrollFlags& flags, const trust::CheckedChain& chain) {
  if (!flags.trust_store && !flags.trust_policy) return {"trust-store", EnrollState::left_out, "--trust-store NAME"};
  const StoredRoot stored = put_into_trust_store(chain.certificates().back(), "ca", store_name(flags));
  return {"trust-store", stored.added ? EnrollState::done : EnrollState::kept, stored.file};
}

schema::EnrollStep write_trust_policy(const EnrollFlags& flags, const ExpectedLeaf& leaf) {
  if (!flags.trust_policy) return {"trust-policy", EnrollState::left_out, "--trust-policy"};
  const schema::TrustRule rule = rule_of(flags, leaf);
  const std::string path = NotationHome::locate().trust_policy();
  const FileLock lock(path);
  const bool exists = is_there(path);
  const auto step = [&](EnrollState state, const schema::TrustChange& change) {
    const std::string wider = change.widening.empty() ? "" : "; " + change.widening;
    return schema::EnrollStep{"trust-policy", state,
                              path + " (" + rule.trust_store + ", " + change.identity + ")" + wider};
  };
  if (!exists || flags.force) {
    NewFile(path, exists, "trust policy").write(schema::new_trust_policy(rule));
    return step(EnrollState::done, {"", rule.identity, ""});
  }
  const std::string there = platform::read_bounded_file(path, schema::kMaximumTrustPolicySize, "trust policy");
  const schema::TrustChange change = change_of(flags, path, rule);
  if (change.text == there) return step(EnrollState::kept, change);
  NewFile(path, true, "trust policy").write(change.text);
  return step(EnrollState::done, change);
}

}  // namespace operators
