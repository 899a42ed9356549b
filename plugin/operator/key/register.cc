#include <unistd.h>

#include <array>
#include <iostream>

#include "approvals/requester.h"
#include "base/bytes.h"
#include "base/error.h"
#include "key/commands.h"
#include "notation/handed_on.h"
#include "notation/home.h"
#include "notation/program.h"
#include "schema/key_report.h"
#include "signing/sign_flow.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

// What only a configuration file can say.
void refuse_other_flags(const signing::ModuleFlags& flags) {
  const char* flag = flag_not_handed_on(flags);
  if (flag == nullptr) return;
  throw Error(ErrorKind::invalid_request, Phase::settings,
              std::string(flag) + " cannot be handed on to notation: it can only be set in the configuration file",
              "set it for the key there, and register the key by its name");
}

std::string name_of(const KeyRegisterFlags& flags, const std::string& id) {
  if (!flags.name.empty()) return flags.name;
  if (!pkcs11::looks_like_uri(id)) return id;
  const pkcs11::Uri uri = pkcs11::parse_uri(id);
  if (uri.object && !uri.object->empty()) return *uri.object;
  throw Error(ErrorKind::invalid_request, Phase::request,
              "the URI has no label that could be the key's name in notation", "name it with --name NAME");
}

// Where this program is, for the command that installs it.
std::string own_path() {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "./notation-pkcs11";
}

bool is_same(const schema::NotationKey& known, const KeyToRegister& key) {
  return known.plugin_name == kPluginName && known.id == key.id && known.plugin_config == key.plugin_config;
}

std::string description_of(const schema::NotationKey& known) {
  if (known.plugin_name.empty()) return "the files " + base::printable(known.key_path);
  return "plugin " + base::printable(known.plugin_name) + ", id " + pkcs11::shown_quoted(known.id) +
         (known.plugin_config.empty() ? "" : ", with other settings");
}

class Registration {
 public:
  explicit Registration(const KeyRegisterFlags& flags) : run_(flags.run) {
    key_.id = flags.id.empty() ? flags.key : flags.id;
    key_.name = name_of(flags, key_.id);
    refuse_other_flags(flags.module);
    key_.plugin_config = plugin_config_of(flags.module);
    key_.as_default = flags.as_default;
    report_.name = key_.name;
    report_.id = key_.id;
    report_.plugin_config = key_.plugin_config;
    report_.as_default = key_.as_default;
    report_.command = key_add_arguments(key_);
    report_.command.insert(report_.command.begin(), "notation");
    report_.command_line = shell_line(report_.command);
  }

  const schema::KeyRegistrationReport& run() {
    describe();
    check_program();
    check_name();
    if (!run_ || report_.was_registered) return report_;
    NotationProgram::get().add_key(key_);
    const auto keys = home_.read_signing_keys();
    const schema::NotationKey* added = keys ? keys->find(key_.name) : nullptr;
    if (added == nullptr || !is_same(*added, key_)) {
      throw Error(ErrorKind::service_failed, Phase::settings,
                  "notation key add ended well, but the key is not in " + base::printable(home_.signing_keys()),
                  "does notation use other folders than this program sees?");
    }
    report_.registered = true;
    return report_;
  }

 private:
  // With the code that answers notation, so that what passes here passes there.
  void describe() {
    Requester requester;
    schema::DescribeKeyRequest request;
    request.key_id = key_.id;
    request.plugin_config = key_.plugin_config;
    report_.key_spec = pkcs11::traits(signing::describe_key(request, requester.context())).name;
  }

  void check_program() {
    if (!NotationProgram::find()) {
      problem("notation is not installed: no folder of PATH has it", "install notation 1.x, or add its folder to PATH");
    }
    const std::string fault = fault_of_plugin(home_);
    if (fault.empty()) return;
    const std::string path = home_.plugin_executable();
    const bool there = ::access(path.c_str(), F_OK) == 0;
    problem("notation cannot run this plugin: " + base::printable(path, 1024) + ": " + fault,
            there ? shell_line({"chmod", "u+x", path})
                  : shell_line({"notation", "plugin", "install", "--file", own_path()}));
  }

  void check_name() {
    const auto keys = home_.read_signing_keys();
    const schema::NotationKey* known = keys ? keys->find(key_.name) : nullptr;
    if (known == nullptr) return;
    report_.registered = report_.was_registered = is_same(*known, key_);
    if (!report_.was_registered) {
      problem("notation has another key of the name " + base::quoted(key_.name) + ": " + description_of(*known),
              "choose another name with --name, or first: " + shell_line({"notation", "key", "delete", key_.name}));
    } else if (key_.as_default && keys->default_name != key_.name) {
      problem("notation has the key " + base::quoted(key_.name) + " already, but it is not the default",
              shell_line({"notation", "key", "update", "--default", key_.name}));
    }
  }

  // Running the command would be in vain; who only reads it is told.
  void problem(const std::string& text, const std::string& fix) {
    if (run_) throw Error(ErrorKind::invalid_settings, Phase::settings, text, fix);
    report_.problems.push_back({text, fix});
  }

  bool run_;
  KeyToRegister key_;
  NotationHome home_ = NotationHome::locate();
  schema::KeyRegistrationReport report_;
};

// What is not the command is a comment, so that the answer can be handed to a shell.
std::string comment(std::string_view begin, const std::string& text) {
  return std::string(begin) + base::printable(text, std::string::npos) + "\n";
}

void print(const schema::KeyRegistrationReport& key, bool run) {
  for (const schema::RegistrationProblem& problem : key.problems)
    std::cout << comment("# ", problem.problem) << comment("#   ", problem.fix);
  if (key.was_registered) {
    std::cout << "# notation has the key " << base::quoted(key.name) << " already\n";
  } else if (run) {
    std::cout << "registered key " << base::quoted(key.name) << " (" << key.key_spec << ") with notation"
              << (key.as_default ? ", as the default" : "") << "\n";
  } else {
    std::cout << key.command_line << "\n";
  }
}

}  // namespace

void register_key(const KeyRegisterFlags& flags) {
  Registration registration(flags);
  const schema::KeyRegistrationReport& key = registration.run();
  if (flags.json) {
    std::cout << schema::encode(key);
  } else {
    print(key, flags.run);
  }
}

}  // namespace operators
