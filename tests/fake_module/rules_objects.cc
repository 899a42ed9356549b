#include <array>

#include "names.h"
#include "rules.h"

namespace fake {
namespace {

constexpr std::array kSpecs = {"RSA-1024", "RSA-2048", "RSA-3072", "RSA-4096", "P-224",
                               "P-256",    "P-384",    "P-521",    "secp256k1"};

void take_half(Statement& statement, const std::string& name, KeyHalf& half) {
  half.label = statement.take(name + "-label").value_or(half.label);
  if (const auto id = statement.take(name + "-id")) half.id = bytes_of_hex(*id);
  const std::string presence = statement.take(name).value_or("");
  if (presence == "no") {
    half.present = false;
  } else if (presence == "hidden") {
    half.needs_login = true;
  } else if (presence == "visible") {
    half.needs_login = false;
  } else if (!presence.empty()) {
    throw RuleError(name + " is no, hidden or visible, not " + presence);
  }
}

Authentication take_authentication(Statement& statement) {
  if (statement.take_flag("always-authenticate")) return Authentication::always;
  const std::string word = statement.take("always-authenticate").value_or("no");
  if (word == "no") return Authentication::once;
  if (word == "yes") return Authentication::always;
  if (word == "demanded") return Authentication::demanded;
  if (word == "announced") return Authentication::announced;
  throw RuleError("always-authenticate is yes, no, demanded or announced, not " + word);
}

KeyRule key_rule(Statement& statement) {
  KeyRule rule;
  rule.spec = statement.next("key spec");
  bool known = false;
  for (const char* spec : kSpecs)
    known = known || rule.spec == spec;
  if (!known) throw RuleError("unknown key spec " + rule.spec);
  rule.private_half.needs_login = true;
  const std::string label = statement.take("label").value_or("");
  const Bytes id = bytes_of_hex(statement.take("id").value_or(""));
  for (KeyHalf* half : {&rule.public_half, &rule.private_half}) {
    half->label = label;
    half->id = id;
  }
  take_half(statement, "public", rule.public_half);
  take_half(statement, "private", rule.private_half);
  rule.pem = statement.take("pem").value_or("");
  rule.generate = statement.take_flag("generate");
  rule.authentication = take_authentication(statement);
  rule.sign = statement.take_choice("sign", true);
  rule.sensitive = statement.take_choice("sensitive", true);
  rule.extractable = statement.take_choice("extractable", false);
  if (const auto words = statement.take("mechanisms")) rule.mechanisms = mechanism_list(*words);
  rule.copies = statement.take_number("copies", 1);
  return rule;
}

CertificateRule certificate_rule(Statement& statement) {
  CertificateRule rule;
  rule.pem = statement.take("pem").value_or("");
  if (const auto value = statement.take("value")) rule.value = bytes_of_hex(*value);
  if (rule.pem.empty() && !rule.value) throw RuleError("a certificate needs pem=FILE or value=HEX");
  rule.all = statement.take_flag("all");
  rule.label = statement.take("label").value_or("");
  rule.id = bytes_of_hex(statement.take("id").value_or(""));
  rule.needs_login = statement.take_flag("hidden");
  rule.copies = statement.take_number("copies", 1);
  return rule;
}

FillerRule filler_rule(Statement& statement) {
  FillerRule rule;
  rule.count = number_of(statement.next("number of fillers"));
  const std::string kind = statement.take("kind").value_or("pair");
  if (kind == "certificate") {
    rule.kind = FillerKind::certificate;
  } else if (kind == "data") {
    rule.kind = FillerKind::data;
  } else if (kind != "pair") {
    throw RuleError("a filler is a pair, certificate or data, not " + kind);
  }
  return rule;
}

}  // namespace

std::optional<ObjectRule> object_rule(const std::string& word, Statement& statement) {
  if (word == "key") return key_rule(statement);
  if (word == "certificate") return certificate_rule(statement);
  if (word == "filler") return filler_rule(statement);
  return std::nullopt;
}

}  // namespace fake
