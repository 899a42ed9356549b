#include <iostream>

#include "command_tree.h"
#include "manual/commands.h"
#include "manual/roff.h"
#include "version/build_facts.h"

namespace operators {
namespace {

struct Entry {
  const char* name;
  const char* text;
};

constexpr Entry kFiles[] = {
    {"/etc/notation-pkcs11/config.json",
     "the administrator's configuration; what it sets for a key, nothing below changes"},
    {"~/.config/notation-pkcs11/config.json",
     "the user's, unless XDG_CONFIG_HOME or NOTATION_PKCS11_CONFIG says otherwise"},
    {"~/.local/state/notation-pkcs11",
     "log, audit log, counts of refused PINs and open approval requests; unless XDG_STATE_HOME says otherwise"},
    {"/usr/share/p11-kit/modules, /etc/pkcs11/modules", "where token list finds PKCS#11 modules"},
};

constexpr Entry kEnvironment[] = {
    {"NOTATION_PKCS11_PIN", "the PIN where no source of it is set; it is wiped before a module is loaded"},
    {"NOTATION_PKCS11_CONFIG", "the user's configuration file"},
    {"CREDENTIALS_DIRECTORY", "set by systemd; where credential:NAME is read"},
    {"XDG_CONFIG_HOME, XDG_STATE_HOME, HOME", "where the user's files are"},
};

constexpr Entry kExitStatus[] = {
    {"0", "done"},
    {"1", "any other failure"},
    {"2", "wrong command line, settings, URI or certificate"},
    {"3", "no such key or token, or more than one"},
    {"4", "PIN missing, refused or not tried; a person or approver said no; a service refused our credentials"},
    {"5", "the token or its module, or an approval service failed; nobody answered in time"},
    {"6", "the audit log cannot be written where it must be, or does not verify"},
};

constexpr const char* kDescription =
    "notation\\-pkcs11 is a plugin for notation(1), the command line of the Notary Project: it signs container images "
    "and\n"
    "other OCI artifacts with a key that stays in a hardware security module, smart card or TPM, reached through "
    "PKCS#11.\n"
    "notation itself runs it with one of the words get\\-plugin\\-metadata, describe\\-key and generate\\-signature "
    "and a JSON\n"
    "request on standard input. The commands below are for people.\n";

template <std::size_t Size>
std::string section(const char* title, const Entry (&entries)[Size]) {
  std::string text = std::string(".SH ") + title + "\n";
  for (const Entry& entry : entries)
    text += ".TP\n" + roff_font('B', entry.name) + "\n" + roff_text(entry.text) + "\n";
  return text;
}

std::string entry_of(const OptionView& option, bool positional) {
  std::string names;
  for (const std::string& name : option.names)
    names += (names.empty() ? "" : ", ") + (positional ? roff_font('I', name) : roff_font('B', name));
  if (!positional && !option.value.empty()) names += " " + roff_font('I', option.value);
  return ".TP\n" + names + "\n" + roff_text(option.help) + (option.required && !positional ? " (required)" : "") + "\n";
}

bool is_help(const OptionView& option) {
  return option.long_name() == "--help";
}

std::string synopsis_of(const CommandView& command) {
  std::string line = roff_font('B', "notation-pkcs11 " + command.path());
  for (const OptionView& option : command.options) {
    if (option.required) line += " " + roff_font('B', option.long_name()) + " " + roff_font('I', option.value);
  }
  for (const OptionView& positional : command.positionals) {
    const std::string word = roff_font('I', positional.value) + (positional.repeats ? "..." : "");
    line += positional.required ? " " + word : " [" + word + "]";
  }
  return line + " [" + roff_font('I', "flags") + "]\n";
}

std::string chapter_of(const CommandView& command) {
  std::string text =
      ".SS " + roff_text(command.path()) + "\n" + synopsis_of(command) + ".PP\n" + roff_text(command.help) + ".\n";
  for (const OptionView& positional : command.positionals)
    text += entry_of(positional, true);
  for (const OptionView& option : command.options) {
    if (!is_help(option)) text += entry_of(option, false);
  }
  return text + ".PP\nExample:\n.PP\n.RS 4\n" + roff_lines(command.example) + ".RE\n";
}

std::string page(const CommandView& tree, const std::string& version) {
  std::string synopsis, chapters;
  for (const CommandView* command : flattened(tree)) {
    if (!command->commands.empty()) continue;
    synopsis += (synopsis.empty() ? "" : ".br\n") + synopsis_of(*command);
    chapters += chapter_of(*command);
  }
  return ".TH NOTATION\\-PKCS11 1 \"\" \"notation\\-pkcs11 " + roff_text(version) + "\" \"User Commands\"\n" +
         ".SH NAME\nnotation\\-pkcs11 \\- signs container images with PKCS#11 keys, for notation\n.SH SYNOPSIS\n" +
         synopsis + ".SH DESCRIPTION\n" + kDescription + ".SH COMMANDS\nEvery command also takes " +
         roff_font('B', "--help") + ".\n" + chapters + section("FILES", kFiles) + section("ENVIRONMENT", kEnvironment) +
         section("EXIT STATUS", kExitStatus) +
         ".SH SEE ALSO\nnotation(1), pkcs11.conf(5), p11\\-kit(8), systemd.exec(5)\n";
}

}  // namespace

void print_manual(const ManualFlags&) {
  std::cout << page(command_tree(), build_facts().version);
}

}  // namespace operators
