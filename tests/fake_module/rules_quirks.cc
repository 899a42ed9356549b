#include <map>

#include "names.h"
#include "rules.h"

namespace fake {
namespace {

template <typename Choice>
Choice choice(Statement& statement, const std::map<std::string, Choice>& choices) {
  const std::string word = statement.next("choice");
  const auto found = choices.find(word);
  if (found != choices.end()) return found->second;
  std::string known;
  for (const auto& [name, value] : choices)
    known += (known.empty() ? "" : ", ") + name;
  throw RuleError(word + " is none of " + known);
}

bool apply_switch(const std::string& word, Quirks& quirks) {
  const std::map<std::string, bool Quirks::*> switches = {
      {"refuses-os-locking", &Quirks::refuses_os_locking},
      {"needs-threads", &Quirks::needs_threads},
      {"one-object-at-a-time", &Quirks::one_object_at_a_time},
      {"whole-attribute-batch-fails", &Quirks::whole_attribute_batch_fails},
      {"picky-search", &Quirks::picky_search},
      {"operation-survives-refusal", &Quirks::operation_survives_refusal},
      {"quick-generate", &Quirks::quick_generate},
      {"takes-vendor-attributes", &Quirks::takes_vendor_attributes},
      {"over-reports-size", &Quirks::over_reports_size},
      {"small-buffer-ends-operation", &Quirks::small_buffer_ends_operation},
      {"carries-on-after-fork", &Quirks::carries_on_after_fork},
      {"initialises-twice", &Quirks::initialises_twice},
      {"starts-thread", &Quirks::starts_thread},
      {"ignores-signals", &Quirks::ignores_signals}};
  const auto found = switches.find(word);
  if (found == switches.end()) return false;
  quirks.*(found->second) = true;
  return true;
}

}  // namespace

CK_VERSION version_of(const std::string& word) {
  const std::size_t dot = word.find('.');
  if (dot == std::string::npos) throw RuleError("a version is MAJOR.MINOR");
  return {static_cast<unsigned char>(number_of(word.substr(0, dot))),
          static_cast<unsigned char>(number_of(word.substr(dot + 1)))};
}

bool apply_quirk(const std::string& word, Statement& statement, Quirks& quirks) {
  if (apply_switch(word, quirks)) return true;
  if (word == "list-version") {
    quirks.list_version = version_of(statement.next("version"));
  } else if (word == "interface") {
    quirks.interface = choice<InterfaceAnswer>(statement, {{"none", InterfaceAnswer::unsupported},
                                                           {"3.0", InterfaceAnswer::version_3_0},
                                                           {"3.1", InterfaceAnswer::version_3_1},
                                                           {"2.40", InterfaceAnswer::version_2_40},
                                                           {"null", InterfaceAnswer::null_interface},
                                                           {"null-list", InterfaceAnswer::null_list},
                                                           {"wrong-name", InterfaceAnswer::wrong_name}});
  } else if (word == "signature") {
    quirks.signature = choice<SignatureForm>(statement, {{"der", SignatureForm::der},
                                                         {"short-integers", SignatureForm::short_integers},
                                                         {"stripped-zero", SignatureForm::stripped_zero},
                                                         {"wrong-salt", SignatureForm::wrong_salt},
                                                         {"wrong-key", SignatureForm::wrong_key},
                                                         {"garbage", SignatureForm::garbage},
                                                         {"empty", SignatureForm::empty},
                                                         {"truncated", SignatureForm::truncated}});
  } else if (word == "ec-point") {
    quirks.ec_point = choice<PointForm>(
        statement,
        {{"raw", PointForm::raw}, {"malformed", PointForm::malformed}, {"compressed", PointForm::compressed}});
  } else if (word == "ec-params") {
    quirks.ec_params = choice<ParametersForm>(
        statement, {{"name", ParametersForm::name}, {"explicit", ParametersForm::explicit_curve}});
  } else if (word == "needs-init-string") {
    quirks.init_string = statement.next_if_any().value_or("");
  } else if (word == "no-read-only-sessions") {
    quirks.read_only_refusal = return_value_of(statement.next_if_any().value_or("CKR_SESSION_READ_ONLY"));
  } else if (word == "no-read-write-sessions") {
    quirks.read_write_refusal = return_value_of(statement.next_if_any().value_or("CKR_TOKEN_WRITE_PROTECTED"));
  } else {
    return false;
  }
  return true;
}

}  // namespace fake
