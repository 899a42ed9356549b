#include <map>

#include "names.h"
#include "rules.h"

namespace fake {
namespace {

const std::map<std::string, Effect, std::less<>>& effects() {
  static const std::map<std::string, Effect, std::less<>> table = {
      {"fail", Effect::fail},         {"hang", Effect::hang},   {"sleep", Effect::sleep},
      {"crash", Effect::crash},       {"abort", Effect::abort}, {"exit", Effect::exit},
      {"exit-now", Effect::exit_now}, {"print", Effect::print}, {"lose", Effect::lose}};
  return table;
}

struct Range {
  unsigned long first;
  unsigned long last;
};

// `NAME=N` is N alone, `NAME-from=N` N and all later ones, `NAME-to=N` all up to N.
std::optional<Range> take_range(Statement& statement, const std::string& exact, const std::string& from,
                                const std::string& to) {
  if (const auto word = statement.take(exact)) return Range{number_of(*word), number_of(*word)};
  const auto first = statement.take(from);
  const auto last = statement.take(to);
  if (!first && !last) return std::nullopt;
  return Range{first ? number_of(*first) : 1, last ? number_of(*last) : 0};
}

void take_selectors(Statement& statement, Action& action) {
  action.after = statement.take_flag("after");
  statement.take_flag("always");
  if (const auto word = statement.take("slot")) action.slot = number_of(*word);
  if (const auto word = statement.take("mechanism")) action.mechanism = mechanism_of(*word);
  if (const auto word = statement.take("user")) action.user = user_of(*word);
  if (const auto processes = take_range(statement, "process", "process-from", "process-to")) {
    action.first_process = processes->first;
    action.last_process = processes->last;
  }
  auto calls = take_range(statement, "nth", "from", "to");
  const auto overall = take_range(statement, "overall", "overall-from", "overall-to");
  if (calls && overall) throw RuleError("calls are counted in each process or overall, not both");
  action.overall = overall.has_value();
  if (overall) calls = overall;
  if (!calls) return;
  action.first = calls->first;
  action.last = calls->last;
}

// 64, 10K or 10M; nothing if the word is no size.
std::optional<unsigned long> size_of(const std::string& word) {
  const std::size_t digits = word.find_first_not_of("0123456789");
  if (digits == 0 || digits + 1 != word.size()) return std::nullopt;
  if (word[digits] == 'K') return number_of(word.substr(0, digits)) << 10;
  if (word[digits] == 'M') return number_of(word.substr(0, digits)) << 20;
  return std::nullopt;
}

Loss loss_of(const std::string& word) {
  if (word == "sessions") return Loss::sessions;
  if (word == "login") return Loss::login;
  if (word == "token") return Loss::token;
  throw RuleError("sessions, login or token can be lost, not " + word);
}

int descriptor_of(const std::string& word) {
  if (word == "stdout") return 1;
  if (word == "stderr") return 2;
  throw RuleError("print goes to stdout or stderr, not " + word);
}

void take_argument(Statement& statement, Action& action) {
  switch (action.effect) {
    case Effect::fail:
      action.value = return_value_of(statement.next("return value"));
      return;
    case Effect::sleep:
      action.number = number_of(statement.next("number of milliseconds"));
      return;
    case Effect::exit:
    case Effect::exit_now:
      action.number = number_of(statement.next_if_any().value_or("0"));
      return;
    case Effect::print:
      action.text = statement.next("text");
      if (const auto size = size_of(action.text)) {
        action.number = *size;
        action.text.clear();
      }
      return;
    default:
      return;
  }
}

}  // namespace

std::optional<Action> action_rule(const std::string& word, Statement& statement) {
  const auto effect = effects().find(word);
  if (effect == effects().end()) return std::nullopt;
  Action action;
  action.effect = effect->second;
  take_selectors(statement, action);
  if (action.effect == Effect::print) action.descriptor = descriptor_of(statement.next("stream"));
  if (action.effect == Effect::lose) action.loss = loss_of(statement.next("thing to lose"));
  action.function = statement.next("function");
  if (!is_function_name(action.function)) throw RuleError("unknown function " + action.function);
  take_argument(statement, action);
  return action;
}

}  // namespace fake
