#include <iostream>

#include "base/bytes.h"
#include "enroll/certificate_step.h"
#include "enroll/commands.h"
#include "enroll/config_step.h"
#include "enroll/key_step.h"
#include "enroll/notation_steps.h"
#include "enroll/place.h"
#include "notation/program.h"
#include "trust/public_key.h"

namespace operators {
namespace {

using schema::EnrollState;

constexpr std::size_t kNameColumn = 15;

// The words that bring a run like this one further once the CA has answered.
std::string go_on(const EnrollFlags& flags, const EnrolledKey& key) {
  std::vector<std::string> words{"notation-pkcs11", "enroll", flags.name};
  const auto add = [&words](const char* flag, const std::optional<std::string>& value) {
    if (value) words.insert(words.end(), {flag, *value});
  };
  add("--module", flags.token.module.module);
  add("--token", key.token().label);
  add("--pin-source", flags.token.module.pin_source);
  if (flags.register_key) words.emplace_back("--register");
  add("--trust-store", flags.trust_store);
  if (flags.trust_policy) words.emplace_back("--trust-policy");
  words.insert(words.end(), {"--chain", "CHAIN.pem"});
  return shell_line(words);
}

std::string next_of(const schema::EnrollReport& report, const EnrollFlags& flags, const EnrolledKey& key) {
  if (report.chain_file.empty()) {
    return "have " + report.request_file + " signed by your CA, then:\n" + go_on(flags, key);
  }
  const std::string sign = "notation sign --key " + shell_line({flags.name}) + " REGISTRY/REPOSITORY@DIGEST";
  for (const schema::EnrollStep& step : report.steps) {
    if (step.name == "registration" && step.state == EnrollState::open) return report.register_command + "\n" + sign;
  }
  return sign;
}

void print(const schema::EnrollReport& report) {
  std::cout << report.name << ": " << report.key_spec << ", " << report.uri << "\n";
  for (const schema::EnrollStep& step : report.steps) {
    if (step.state == EnrollState::left_out) continue;
    const std::string label = step.name + std::string(kNameColumn - step.name.size(), ' ');
    std::cout << "  " << label << schema::name_of(step.state) << ": " << base::printable(step.detail) << "\n";
  }
  std::cout << "next:\n  ";
  for (const char letter : report.next)
    std::cout << letter << (letter == '\n' ? "  " : "");
  std::cout << "\n";
}

schema::EnrollStep key_step(const EnrolledKey& key) {
  const std::string on = " on token " + base::quoted(key.token().label);
  if (key.was_made()) return {"key", EnrollState::done, "made and proved" + on};
  return {"key", EnrollState::kept, "found" + on};
}

}  // namespace

void enroll(const EnrollFlags& flags) {
  const EnrolPlace place = EnrolPlace::locate(flags.name);
  require_notation(flags);
  EnrolledKey key(flags);
  schema::EnrollReport report;
  report.name = flags.name;
  report.uri = pkcs11::format_uri(key.uri());
  report.key_spec = pkcs11::traits(key.spec()).name;
  report.spki_sha256 = trust::spki_sha256(key.public_key());
  report.steps.push_back(key_step(key));

  const EnrolledCertificate certificate = bring_certificate(flags, place, key);
  report.steps.push_back(certificate.step);
  if (is_there(place.request_file())) report.request_file = place.request_file();
  if (certificate.chain) {
    report.chain_file = place.chain_file();
    report.steps.push_back(configure(flags, place, key));
    report.steps.push_back(register_with_notation(flags, report.register_command));
    report.steps.push_back(fill_trust_store(flags, *certificate.chain));
    report.steps.push_back(write_trust_policy(flags, *certificate.chain));
  }
  report.next = next_of(report, flags, key);
  if (flags.json) {
    std::cout << schema::encode(report);
  } else {
    print(report);
  }
}

}  // namespace operators
