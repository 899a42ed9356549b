#include "doctor/notation_checks.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/bytes.h"
#include "doctor/own_state.h"
#include "doctor/trust_files.h"
#include "doctor/trusted_identity.h"
#include "notation/handed_on.h"
#include "notation/program.h"
#include "platform/program.h"
#include "trust/certificate.h"
#include "trust/policy_subject.h"

namespace operators {
namespace {

using base::Error;
using base::printable;

bool same_file(const std::string& one, const std::string& other) {
  std::error_code error;
  return std::filesystem::equivalent(one, other, error);
}

// What `PATH version` says first. Error when it cannot be run.
std::string version_line(const std::string& path) {
  platform::ProgramOrder order;
  order.command = {path, "version"};
  order.environment = platform::pick_environment({});
  const platform::ProgramResult result = platform::run_program(order);
  if (result.exit_status != 0 || result.late) {
    throw Error(base::ErrorKind::service_failed, base::Phase::settings,
                printable(path) + " does not run: " +
                    (result.errors.empty() ? "exit status " + std::to_string(result.exit_status)
                                           : printable(result.errors, 200)));
  }
  return result.output.substr(0, result.output.find('\n'));
}

std::string install_command(const NotationHome& home, bool replace) {
  const std::string own = own_executable();
  if (!NotationProgram::find() || own.substr(own.rfind('/') + 1) != "notation-pkcs11")
    return shell_line({"install", "-D", "-m", "755", own, home.plugin_executable()});
  std::vector<std::string> words{"notation", "plugin", "install"};
  if (replace) words.emplace_back("--force");
  words.insert(words.end(), {"--file", own});
  return shell_line(words);
}

std::string name_for(const std::string& id) {
  if (!pkcs11::looks_like_uri(id)) return id;
  const pkcs11::Uri uri = pkcs11::parse_uri(id);
  return uri.object.value_or("release");
}

std::string export_command(const std::string& key, const std::string& store) {
  return own_command({"cert", "export", key, "--trust-store", store});
}

// "ca:NAME" of the statement's store that holds the root; empty: none does.
std::string store_with(const NotationHome& home, const schema::TrustPolicyStatement& statement, base::ByteView root) {
  for (const TrustStore& store : stores_of(home, statement)) {
    if (store.type != "tsa" && holds(store, root)) return store.type + ":" + store.name;
  }
  return {};
}

// The name of the statement's first store for roots of signers; empty: it has none.
std::string store_for_roots(const schema::TrustPolicyStatement& statement) {
  constexpr std::string_view kType = "ca:";
  for (const std::string& reference : statement.trust_stores) {
    if (reference.starts_with(kType)) return reference.substr(kType.size());
  }
  return {};
}

// For which artifacts, where not for all.
std::string scopes_of(const schema::TrustPolicyStatement& statement) {
  std::string text;
  for (const std::string& scope : statement.registry_scopes)
    text += (text.empty() ? ", for " : ", ") + printable(scope);
  return text == ", for *" ? "" : text;
}

}  // namespace

void check_notation(Checklist& list) {
  try {
    const NotationProgram program = NotationProgram::get();
    list.pass(Check::notation, "version " + program.version() + ", " + program.path());
  } catch (const Error& error) {
    list.fail(Check::notation, error);
  }
}

void check_plugin(Checklist& list, const NotationHome& home) {
  const std::string path = home.plugin_executable();
  const std::string fault = fault_of_plugin(home);
  if (::access(path.c_str(), F_OK) != 0) {
    return list.fail(Check::plugin, "notation has no plugin pkcs11: there is no file " + printable(path),
                     {{}, install_command(home, false)});
  }
  if (!fault.empty()) {
    Remedy remedy;
    if (::access(path.c_str(), X_OK) != 0) remedy.fix = shell_line({"chmod", "+x", path});
    return list.fail(Check::plugin, "notation cannot run the plugin " + printable(path) + ": " + fault, remedy);
  }
  if (same_file(path, own_executable())) return list.pass(Check::plugin, path);
  try {
    const std::string theirs = version_line(path), own = version_line(own_executable());
    if (theirs == own) return list.pass(Check::plugin, path);
    list.fail(Check::plugin,
              "notation runs another version than this one: " + printable(path) + " is " + printable(theirs, 100) +
                  ", this is " + own,
              {{}, install_command(home, true)});
  } catch (const Error& error) {
    Remedy remedy = remedy_of(error);
    if (remedy.fix.empty()) remedy.fix = install_command(home, true);
    list.fail(Check::plugin, error.message(), remedy);
  }
}

void check_notation_key(Checklist& list, const schema::NotationKeys* keys, const RegisteredKey& key) {
  if (!key.name.empty()) return list.pass(Check::notation_key, base::quoted(key.name) + ", id " + base::quoted(key.id));
  const std::vector<std::string> details{
      "it signs with --plugin pkcs11 --id all the same; --key NAME wants it registered"};
  if (const char* flag = flag_not_handed_on(key.flags)) {
    return list.warn(Check::notation_key, "none has the id " + base::quoted(key.id),
                     {{details.front(), std::string(flag) + " can only be set in the configuration file"}, {}});
  }
  KeyToRegister line{name_for(key.id), key.id, plugin_config_of(key.flags), false};
  if (keys != nullptr && keys->find(line.name) != nullptr) line.name += "-pkcs11";
  std::vector<std::string> words = key_add_arguments(line);
  words.insert(words.begin(), "notation");
  list.warn(Check::notation_key, "none has the id " + base::quoted(key.id), {details, shell_line(words)});
}

void check_default_key(Checklist& list, const schema::NotationKeys* keys, const RegisteredKey* key) {
  const schema::NotationKey* found = keys == nullptr ? nullptr : keys->find_default();
  if (found == nullptr) return list.pass(Check::default_key, "none");
  const bool is_ours = found->plugin_name == kPluginName;
  if (is_ours && (key == nullptr || same_key_id(found->id, key->id))) {
    return list.pass(Check::default_key, base::quoted(found->name));
  }
  const std::string whose =
      !is_ours
          ? (found->plugin_name.empty() ? "a key in files" : "a key of the plugin " + base::quoted(found->plugin_name))
          : "another key of ours";
  Remedy remedy{{"notation takes it without a word when --id is empty, for example from a variable that is not set"},
                {}};
  if (key != nullptr && !key->name.empty())
    remedy.fix = shell_line({"notation", "key", "update", "--default", key->name});
  list.warn(Check::default_key, "notation's default key " + base::quoted(found->name) + " is " + whose, remedy);
}

void check_trust_policy(Checklist& list, const NotationHome& home, const std::string& key) {
  try {
    const auto policy = home.read_trust_policy();
    if (!policy) {
      return list.warn(Check::trust_policy,
                       "there is none: nothing can be verified here (" + printable(home.trust_policy()) + ")",
                       {{"signing does not need one"}, {}});
    }
    for (const TrustStore& store : stores_of(home, *policy)) {
      const std::string text = "trust store " + base::quoted(store.type + ":" + store.name) + " of the policy ";
      Remedy remedy;
      remedy.details.emplace_back("notation cert add --type " + store.type + " --store " + store.name + " ROOT.pem");
      if (!key.empty() && store.type == "ca") remedy = {{}, export_command(key, store.name)};
      if (!store.exists) return list.fail(Check::trust_policy, text + "does not exist: " + store.path, remedy);
      if (store.files.empty()) return list.fail(Check::trust_policy, text + "is empty: " + store.path, remedy);
    }
    list.pass(Check::trust_policy, home.trust_policy());
  } catch (const Error& error) {
    list.fail(Check::trust_policy, error);
  }
}

void check_trusted_root(Checklist& list, const NotationHome& home, const trust::CheckedChain& chain,
                        const std::string& key) {
  try {
    const auto policy = home.read_trust_policy();
    if (!policy) return list.skip(Check::trusted_root, "there is no trust policy");
    const trust::Certificate leaf = trust::Certificate::parse(chain.certificates().front(), "the leaf");
    const trust::PolicySubject subject = trust::policy_subject(leaf.subject_der());
    std::string store_of_ours;
    Remedy others{{}, {}};
    for (const schema::TrustPolicyStatement& statement : policy->statements) {
      const std::string holding = store_with(home, statement, chain.certificates().back());
      if (store_of_ours.empty()) store_of_ours = store_for_roots(statement);
      if (holding.empty()) continue;
      const auto accepts = [&](const std::string& one) { return identity_accepts(one, subject.name); };
      if (std::ranges::any_of(statement.trusted_identities, accepts))
        return list.pass(Check::trusted_root, "in trust store " + base::quoted(holding) + scopes_of(statement));
      others.details.push_back("statement " + base::quoted(statement.name) + " trusts it in others:");
      for (const std::string& identity : statement.trusted_identities)
        others.details.push_back("  " + identity);
    }
    if (!others.details.empty()) {
      others.details.push_back(subject.name.empty()
                                   ? "its subject " + subject.fault + ": only the identity \"*\" takes such a one"
                                   : "this one is:");
      if (!subject.name.empty()) others.details.push_back("  x509.subject: " + subject.name);
      return list.warn(Check::trusted_root, "the trust policy trusts this root, but not this certificate", others);
    }
    Remedy remedy{{"what this key signs does not verify here"}, {}};
    if (!store_of_ours.empty()) remedy.fix = export_command(key, store_of_ours);
    list.warn(Check::trusted_root, "no trust store of the policy holds the root of this key's chain", remedy);
  } catch (const Error& error) {
    list.warn(Check::trusted_root, error.message(), remedy_of(error));
  }
}

}  // namespace operators
