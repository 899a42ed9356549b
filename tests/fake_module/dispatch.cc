#include "dispatch.h"

#include <unistd.h>

#include <atomic>
#include <cstring>

#include "actions.h"
#include "call_log.h"
#include "names.h"

namespace fake {
namespace {

std::atomic<unsigned long> last_sequence = 0;

std::string value_text(const CK_ATTRIBUTE& attribute) {
  const Bytes bytes = attribute.pValue == nullptr ? Bytes{} : bytes_of(attribute);
  if (attribute.type == CKA_LABEL) return log_text(std::string(bytes.begin(), bytes.end()));
  unsigned long number = 0;
  if (attribute.type != CKA_CLASS || bytes.size() != sizeof number) return hex_of(bytes);
  std::memcpy(&number, bytes.data(), sizeof number);
  return name_of_class(number);
}

std::string attribute_word(CK_ATTRIBUTE_TYPE type) {
  if (type == CKA_CLASS) return "class";
  if (type == CKA_LABEL) return "label";
  if (type == CKA_ID) return "id";
  return name_of_attribute(type);
}

std::string log_start(unsigned long sequence, const char* event, const char* function) {
  return std::to_string(getpid()) + " " + std::to_string(sequence) + " " + event + " " + function;
}

std::string names(const Template& attributes) {
  std::string text;
  for (const CK_ATTRIBUTE& attribute : attributes) {
    text += (text.empty() ? "" : ",") + name_of_attribute(attribute.type);
  }
  return text;
}

void fill_in(Module& module, Subject& subject) {
  if (!subject.session) return;
  const Session* session = module.find_session(*subject.session);
  if (session == nullptr) return;
  if (!subject.slot) subject.slot = session->slot->id();
  if (!subject.mechanism && session->operation) subject.mechanism = session->operation->mechanism.type;
}

std::string pin_text(Module& module, const Subject& subject) {
  if (!*subject.pin) return " pin=none";
  for (const auto& slot : module.slots()) {
    if (slot->id() != subject.slot) continue;
    return slot->is_right(subject.user.value_or(CKU_USER), *subject.pin) ? " pin=right" : " pin=wrong";
  }
  return " pin=unchecked";
}

}  // namespace

std::string describe(Module& module, Subject& subject) {
  fill_in(module, subject);
  std::string text;
  if (subject.session) text += " session=" + std::to_string(*subject.session);
  if (subject.slot) text += " slot=" + std::to_string(*subject.slot);
  if (subject.object) text += " object=" + std::to_string(*subject.object);
  if (subject.mechanism) text += " mechanism=" + name_of_mechanism(*subject.mechanism);
  if (subject.user) text += " user=" + name_of_user(*subject.user);
  if (subject.pin) text += pin_text(module, subject);
  if (subject.search) {
    for (const CK_ATTRIBUTE& attribute : *subject.search) {
      text += " " + attribute_word(attribute.type) + "=" + value_text(attribute);
    }
  }
  if (subject.attributes) text += " attributes=" + names(*subject.attributes);
  if (subject.bytes) text += " bytes=" + std::to_string(*subject.bytes);
  return subject.text.empty() ? text : text + " " + subject.text;
}

Turn::Turn(const char* function, Subject subject)
    : module_(Module::instance()), function_(function), subject_(std::move(subject)), sequence_(++last_sequence) {
  const std::lock_guard lock(module_.mutex);
  const std::string text = describe(module_, subject_);
  log_line(module_.log_file(), log_start(sequence_, "enter", function_) + text);
}

std::optional<CK_RV> Turn::act(bool after) {
  const CallFilter call{function_, after, subject_.slot, subject_.mechanism, subject_.user};
  return perform(actions_for(module_, call), module_);
}

std::optional<CK_RV> Turn::before() {
  const std::optional<CK_RV> value = act(false);
  if (!value || !subject_.session) return value;
  const std::lock_guard lock(module_.mutex);
  const bool ends = std::strcmp(function_, "C_Sign") == 0 || std::strcmp(function_, "C_SignFinal") == 0;
  Session* session = module_.find_session(*subject_.session);
  if (ends && session != nullptr && *value != CKR_BUFFER_TOO_SMALL &&
      !module_.rules().quirks.operation_survives_refusal) {
    session->operation.reset();
  }
  return value;
}

CK_RV Turn::after(CK_RV value) {
  return act(true).value_or(value);
}

void Turn::leave(CK_RV value) const {
  std::string line = log_start(sequence_, "leave", function_) + " " + name_of_return_value(value);
  if (!note.empty()) line += " " + note;
  log_line(module_.log_file(), line);
}

void run_life_cycle(const char* event) noexcept {
  try {
    Module& module = Module::instance();
    log_line(module.log_file(), log_start(++last_sequence, "enter", event));
    perform(actions_for(module, CallFilter{event, false, {}, {}, {}}), module);
  } catch (...) {
    return;
  }
}

}  // namespace fake
