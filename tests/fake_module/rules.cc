#include "rules.h"

#include <algorithm>

#include "names.h"

namespace fake {
namespace {

AttributeRule attribute_rule(Statement& statement) {
  AttributeRule rule;
  rule.type = attribute_of(statement.next("attribute"));
  if (statement.take_flag("public")) rule.object_class = CKO_PUBLIC_KEY;
  if (statement.take_flag("private")) rule.object_class = CKO_PRIVATE_KEY;
  if (statement.take_flag("certificate")) rule.object_class = CKO_CERTIFICATE;
  if (const auto value = statement.take("value")) {
    rule.state = AttributeState::value;
    rule.value = bytes_of_hex(*value);
  } else if (statement.take_flag("sensitive")) {
    rule.state = AttributeState::sensitive;
  } else if (statement.take_flag("empty")) {
    rule.state = AttributeState::empty;
  } else if (!statement.take_flag("unavailable")) {
    throw RuleError("an attribute is unavailable, sensitive, empty or value=HEX");
  }
  return rule;
}

MechanismRule mechanism_rule(Statement& statement) {
  MechanismRule rule;
  rule.type = mechanism_of(statement.next("mechanism"));
  if (const auto word = statement.take("min")) rule.min_size = number_of(*word);
  if (const auto word = statement.take("max")) rule.max_size = number_of(*word);
  if (const auto word = statement.take("flags")) rule.flags = number_of(*word);
  if (const auto word = statement.take("generates")) {
    if (*word != "RSA" && *word != "EC") throw RuleError("a mechanism generates RSA or EC, not " + *word);
    rule.generates = *word == "RSA" ? CKK_RSA : CKK_EC;
  }
  return rule;
}

TemplateRule template_rule(Statement& statement) {
  TemplateRule rule;
  rule.type = attribute_of(statement.next("attribute"));
  if (statement.take_flag("public")) rule.object_class = CKO_PUBLIC_KEY;
  if (statement.take_flag("private")) rule.object_class = CKO_PRIVATE_KEY;
  if (statement.take_flag("certificate")) rule.object_class = CKO_CERTIFICATE;
  rule.wanted = statement.take_flag("wanted");
  if (!rule.wanted && !statement.take_flag("refused")) throw RuleError("an attribute is wanted or refused");
  const std::string usual = rule.wanted ? "CKR_TEMPLATE_INCOMPLETE" : "CKR_ATTRIBUTE_TYPE_INVALID";
  rule.answer = return_value_of(statement.next_if_any().value_or(usual));
  return rule;
}

bool apply_module_rule(const std::string& word, Statement& statement, Rules& rules) {
  if (word == "mechanisms") {
    rules.mechanisms = mechanism_list(statement.next("list of mechanisms"));
  } else if (word == "mechanism") {
    rules.mechanism_limits.push_back(mechanism_rule(statement));
  } else if (word == "attribute") {
    rules.attributes.push_back(attribute_rule(statement));
  } else if (word == "template") {
    rules.templates.push_back(template_rule(statement));
  } else if (word == "log") {
    rules.log = statement.next("file");
  } else if (word == "state") {
    rules.state_folder = statement.next("folder");
  } else if (word == "library") {
    rules.manufacturer = statement.take("manufacturer").value_or(rules.manufacturer);
    rules.library = statement.take("description").value_or(rules.library);
  } else if (word == "quirk") {
    const std::string name = statement.next("quirk");
    if (!apply_quirk(name, statement, rules.quirks)) throw RuleError("unknown quirk " + name);
  } else {
    return false;
  }
  return true;
}

void parse_line(std::string_view line, unsigned long number, Rules& rules) {
  Statement statement(line);
  if (statement.empty()) return;
  const std::string word = statement.next("rule");
  if (auto slot = slot_rule(word, statement)) {
    rules.slots.push_back(std::move(*slot));
  } else if (auto object = object_rule(word, statement)) {
    if (rules.slots.empty()) rules.slots.emplace_back();
    rules.slots.back().objects.push_back(std::move(*object));
  } else if (auto action = action_rule(word, statement)) {
    action->line = number;
    rules.actions.push_back(std::move(*action));
  } else if (!apply_module_rule(word, statement, rules)) {
    throw RuleError("unknown rule " + word);
  }
  statement.finish();
}

}  // namespace

bool Rules::counts_processes() const {
  return std::any_of(actions.begin(), actions.end(), [](const Action& action) { return action.counts_processes(); });
}

std::vector<CK_MECHANISM_TYPE> mechanism_list(std::string_view words) {
  std::vector<CK_MECHANISM_TYPE> mechanisms;
  while (!words.empty()) {
    const std::size_t comma = std::min(words.find(','), words.size());
    const std::string_view word = words.substr(0, comma);
    words.remove_prefix(std::min(comma + 1, words.size()));
    if (word == "raw") {
      mechanisms.insert(mechanisms.end(), {CKM_RSA_PKCS_PSS, CKM_RSA_PKCS, CKM_ECDSA});
    } else if (word == "hashed") {
      mechanisms.insert(mechanisms.end(), {CKM_SHA256_RSA_PKCS_PSS, CKM_SHA384_RSA_PKCS_PSS, CKM_SHA512_RSA_PKCS_PSS,
                                           CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS,
                                           CKM_ECDSA_SHA256, CKM_ECDSA_SHA384, CKM_ECDSA_SHA512});
    } else if (word == "generate") {
      mechanisms.insert(mechanisms.end(), {CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_EC_KEY_PAIR_GEN});
    } else if (word != "none") {
      mechanisms.push_back(mechanism_of(word));
    }
  }
  return mechanisms;
}

ObjectRule parse_object(std::string_view line) {
  Statement statement(line);
  auto object = object_rule(statement.next("object"), statement);
  if (!object) throw RuleError("not an object");
  statement.finish();
  return std::move(*object);
}

Rules parse_rules(std::string_view text) {
  Rules rules;
  unsigned long number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    try {
      parse_line(line, ++number, rules);
    } catch (const RuleError& error) {
      throw RuleError("rules line " + std::to_string(number) + ": " + error.what());
    }
  }
  if (rules.slots.empty()) rules.slots.emplace_back();
  return rules;
}

}  // namespace fake
