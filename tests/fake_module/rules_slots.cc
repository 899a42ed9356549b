#include "names.h"
#include "rules.h"

namespace fake {
namespace {

void take_pin_rules(Statement& statement, SlotRule& rule) {
  rule.pin = statement.take("pin").value_or(rule.pin);
  rule.so_pin = statement.take("so-pin").value_or(rule.so_pin);
  rule.pin_min = statement.take_number("pin-min", rule.pin_min);
  rule.pin_max = statement.take_number("pin-max", rule.pin_max);
  rule.user_pin_set = !statement.take_flag("no-user-pin");
  rule.pin_to_be_changed = statement.take_flag("to-be-changed");
  rule.protected_path = statement.take_flag("protected-path");
  const bool low = statement.take_flag("count-low");
  const bool final_try = statement.take_flag("final-try");
  const bool locked = statement.take_flag("locked");
  rule.locks_after = statement.take_number("locks-after", final_try || locked ? 3 : 0);
  if (low) rule.pin_failures = 1;
  if (final_try) rule.pin_failures = rule.locks_after - 1;
  if (locked) rule.pin_failures = rule.locks_after;
  const bool so_low = statement.take_flag("so-count-low");
  const bool so_final_try = statement.take_flag("so-final-try");
  const bool so_locked = statement.take_flag("so-locked");
  rule.so_locks_after = statement.take_number("so-locks-after", so_final_try || so_locked ? 3 : 0);
  if (so_low) rule.so_pin_failures = 1;
  if (so_final_try) rule.so_pin_failures = rule.so_locks_after - 1;
  if (so_locked) rule.so_pin_failures = rule.so_locks_after;
  const std::string flags = statement.take("pin-flags").value_or("cumulative");
  if (flags == "single") {
    rule.pin_flags = PinFlags::single;
  } else if (flags == "none") {
    rule.pin_flags = PinFlags::none;
  } else if (flags != "cumulative") {
    throw RuleError("pin-flags is cumulative, single or none, not " + flags);
  }
}

void take_users(Statement& statement, SlotRule& rule) {
  rule.user_name = statement.take("user-name").value_or("");
  if (const auto user = statement.take("user-type")) rule.user_types = {user_of(*user)};
}

SlotRule token_rule(Statement& statement) {
  SlotRule rule;
  if (const auto id = statement.take("slot")) rule.id = number_of(*id);
  rule.description = statement.take("slot-description").value_or(rule.description);
  rule.token_initialised = !statement.take_flag("uninitialised");
  if (!rule.token_initialised) rule.label = rule.serial = "";
  rule.label = statement.take("label").value_or(rule.label);
  rule.serial = statement.take("serial").value_or(rule.serial);
  rule.manufacturer = statement.take("manufacturer").value_or(rule.manufacturer);
  rule.model = statement.take("model").value_or(rule.model);
  if (const auto word = statement.take("hardware")) rule.hardware = version_of(*word);
  if (const auto word = statement.take("firmware")) rule.firmware = version_of(*word);
  if (statement.take_flag("nul-padded")) rule.padding = '\0';
  rule.login_required = !statement.take_flag("no-login");
  rule.write_protected = statement.take_flag("write-protected");
  rule.session_limit = statement.take_number("session-limit", 0);
  take_pin_rules(statement, rule);
  take_users(statement, rule);
  return rule;
}

}  // namespace

std::optional<SlotRule> slot_rule(const std::string& word, Statement& statement) {
  if (word == "token") return token_rule(statement);
  if (word != "empty-slot") return std::nullopt;
  SlotRule rule;
  if (const auto id = statement.take("slot")) rule.id = number_of(*id);
  rule.description = statement.take("slot-description").value_or(rule.description);
  rule.token_present = false;
  return rule;
}

}  // namespace fake
