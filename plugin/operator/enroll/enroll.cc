#include <iostream>

#include "base/bytes.h"
#include "base/error.h"
#include "enroll/certificate_step.h"
#include "enroll/commands.h"
#include "enroll/config_step.h"
#include "enroll/expected_leaf.h"
#include "enroll/key_step.h"
#include "enroll/notation_steps.h"
#include "enroll/place.h"
#include "notation/program.h"
#include "trust/public_key.h"

namespace operators {
namespace {

using schema::EnrollState;

constexpr std::size_t kNameColumn = 15;
constexpr std::size_t kLongestDetail = 4096;  // bytes

// The words that bring a run like this one further once the CA has answered.
std::string go_on(const EnrollFlags& flags, const EnrolledKey& key) {
  std::vector<std::string> words{"notation-pkcs11", "enroll", flags.name};
  const auto add = [&words](const char* flag, const std::optional<std::string>& value) {
    if (value) words.insert(words.end(), {flag, *value});
  };
  add("--module", flags.token.module.module);
  add("--token", flags.token.token.empty() ? key.token().label : flags.token.token);
  add("--pin-source", flags.token.module.pin_source);
  if (flags.register_key) words.emplace_back("--register");
  if (flags.as_default) words.emplace_back("--default");
  add("--trust-store", flags.trust_store);
  if (flags.trust_policy) words.emplace_back("--trust-policy");
  if (flags.trust_policy && flags.scope != "*") words.insert(words.end(), {"--scope", flags.scope});
  if (flags.any_identity) words.emplace_back("--any-identity");
  if (flags.merge) words.emplace_back("--merge");
  if (flags.force) words.emplace_back("--force");
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
    std::cout << "  " << label << schema::name_of(step.state) << ": " << base::printable(step.detail, kLongestDetail)
              << "\n";
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

// The failure of a later step, with what is there from now on.
base::Error with_done(const base::Error& failure, const schema::EnrollReport& report) {
  std::string done;
  for (const schema::EnrollStep& step : report.steps) {
    if (step.state != EnrollState::done) continue;
    done += "\n  " + step.name + ": " + base::printable(step.detail, kLongestDetail);
    if (step.name == "key") done += ", " + report.uri;
  }
  if (done.empty()) return failure;
  const std::string hint = failure.hint() + (failure.hint().empty() ? "" : "\n");
  base::Error error(failure.kind(), failure.phase(), failure.message(),
                    hint + "done before that, and kept; the same command goes on from here:" + done);
  if (failure.return_value()) error = std::move(error).with_return_value(*failure.return_value());
  return std::move(error).with_module(failure.module());
}

void take_steps(const EnrollFlags& flags, const EnrolPlace& place, EnrolledKey& key, schema::EnrollReport& report) {
  const EnrolledCertificate certificate = bring_certificate(flags, place, key);
  report.steps.push_back(certificate.step);
  if (is_there(place.request_file())) report.request_file = place.request_file();
  if (!certificate.chain) return;
  report.chain_file = place.chain_file();
  report.steps.push_back(configure(flags, place, key));
  report.steps.push_back(register_with_notation(flags, report.register_command));
  report.steps.push_back(fill_trust_store(flags, *certificate.chain));
  report.steps.push_back(write_trust_policy(flags, expect_leaf(flags, place)));
}

}  // namespace

void enroll(const EnrollFlags& flags) {
  const EnrolPlace place = EnrolPlace::locate(flags.name);
  const ExpectedLeaf leaf = expect_leaf(flags, place);
  require_notation(flags, leaf);
  EnrolledKey key(flags, leaf.file);
  schema::EnrollReport report;
  report.name = flags.name;
  report.uri = pkcs11::format_uri(key.uri());
  report.key_spec = pkcs11::traits(key.spec()).name;
  report.spki_sha256 = trust::spki_sha256(key.public_key());
  report.steps.push_back(key_step(key));
  try {
    take_steps(flags, place, key, report);
  } catch (const base::Error& failure) {
    throw with_done(failure, report);
  }
  report.next = next_of(report, flags, key);
  if (flags.json) {
    std::cout << schema::encode(report);
  } else {
    print(report);
  }
}

}  // namespace operators
