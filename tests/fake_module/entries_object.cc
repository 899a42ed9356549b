#include <algorithm>

#include "dispatch.h"
#include "entries.h"
#include "new_object.h"
#include "state_folder.h"

namespace fake {
namespace {

Template span_of(CK_ATTRIBUTE* attributes, CK_ULONG count) {
  return attributes == nullptr ? Template() : Template(attributes, count);
}

CK_RV answer(const Reading& reading, CK_ATTRIBUTE& attribute) {
  if (reading.result != CKR_OK) {
    attribute.ulValueLen = CK_UNAVAILABLE_INFORMATION;
    return reading.result;
  }
  const CK_ULONG room = attribute.ulValueLen;
  attribute.ulValueLen = reading.value.size();
  if (attribute.pValue == nullptr) return CKR_OK;
  if (room < reading.value.size()) {
    attribute.ulValueLen = CK_UNAVAILABLE_INFORMATION;
    return CKR_BUFFER_TOO_SMALL;
  }
  std::copy(reading.value.begin(), reading.value.end(), static_cast<std::uint8_t*>(attribute.pValue));
  return CKR_OK;
}

CK_RV read_attributes(const Object& object, std::span<CK_ATTRIBUTE> attributes, const Rules& rules) {
  std::vector<Reading> readings;
  for (const CK_ATTRIBUTE& attribute : attributes) {
    readings.push_back(read_attribute(object, attribute.type, rules.attributes));
  }
  const auto refused =
      std::find_if(readings.begin(), readings.end(), [](const Reading& each) { return each.result != CKR_OK; });
  if (rules.quirks.whole_attribute_batch_fails && refused != readings.end()) return refused->result;
  CK_RV result = CKR_OK;
  for (std::size_t at = 0; at < attributes.size(); ++at) {
    const CK_RV each = answer(readings[at], attributes[at]);
    if (each != CKR_OK) result = each;
  }
  return result;
}

void check_search(Template wanted, const Quirks& quirks) {
  for (const CK_ATTRIBUTE& attribute : wanted) {
    if (attribute.pValue == nullptr && attribute.ulValueLen != 0) throw Refusal{CKR_ATTRIBUTE_VALUE_INVALID};
    if (!quirks.picky_search) continue;
    const CK_ATTRIBUTE_TYPE type = attribute.type;
    const bool known = type == CKA_CLASS || type == CKA_ID || type == CKA_LABEL;
    if (!known || attribute.ulValueLen == 0) throw Refusal{CKR_TEMPLATE_INCONSISTENT};
  }
}

std::deque<CK_OBJECT_HANDLE> search(const Slot& slot, const std::map<CK_OBJECT_HANDLE, Object>& objects,
                                    Template wanted) {
  std::deque<CK_OBJECT_HANDLE> handles;
  for (const auto& [handle, object] : objects) {
    if (slot.shows(object) && object.matches(wanted)) handles.push_back(handle);
  }
  return handles;
}

}  // namespace

namespace entry {

CK_RV C_CreateObject(CK_SESSION_HANDLE session, CK_ATTRIBUTE* attributes, CK_ULONG count, CK_OBJECT_HANDLE* object) {
  const Template given = span_of(attributes, count);
  return run("C_CreateObject", Subject{.session = session, .attributes = given}, [&](Turn& turn) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Session& found = module.session(session);
    if (attributes == nullptr || object == nullptr) return CKR_ARGUMENTS_BAD;
    *object = keep_object(module, found, certificate_of_template(module.rules(), given));
    turn.note = "object=" + std::to_string(*object);
    return CKR_OK;
  });
}

CK_RV C_DestroyObject(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
  return run("C_DestroyObject", Subject{.session = session, .object = object}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Session& found = module.session(session);
    const Object& doomed = module.object(found, object);
    if (doomed.flag(CKA_TOKEN) && !found.read_write) return CKR_SESSION_READ_ONLY;
    const std::string& folder = module.rules().state_folder;
    if (!folder.empty()) StateFolder(folder, found.slot->id()).remove(doomed);
    found.slot->objects().erase(object);
    return CKR_OK;
  });
}

CK_RV C_GetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* attributes,
                          CK_ULONG count) {
  const Subject subject{.session = session, .object = object, .attributes = span_of(attributes, count)};
  return run("C_GetAttributeValue", Subject(subject), [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    const Session& found = module.session(session);
    if (attributes == nullptr || count == 0) return CKR_ARGUMENTS_BAD;
    return read_attributes(module.object(found, object), std::span(attributes, count), module.rules());
  });
}

CK_RV C_FindObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE* attributes, CK_ULONG count) {
  const Template wanted = span_of(attributes, count);
  return run("C_FindObjectsInit", Subject{.session = session, .search = wanted}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Session& found = module.session(session);
    if (attributes == nullptr && count != 0) return CKR_ARGUMENTS_BAD;
    if (found.search) return CKR_OPERATION_ACTIVE;
    check_search(wanted, module.rules().quirks);
    found.search = search(*found.slot, found.slot->objects(), wanted);
    return CKR_OK;
  });
}

CK_RV C_FindObjects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* objects, CK_ULONG room, CK_ULONG* count) {
  return run("C_FindObjects", Subject{.session = session}, [&](Turn& turn) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Session& found = module.session(session);
    if (objects == nullptr || count == nullptr || room == 0) return CKR_ARGUMENTS_BAD;
    if (!found.search) return CKR_OPERATION_NOT_INITIALIZED;
    const std::size_t most = module.rules().quirks.one_object_at_a_time ? 1 : room;
    *count = 0;
    while (*count < most && !found.search->empty()) {
      objects[(*count)++] = found.search->front();
      found.search->pop_front();
    }
    turn.note = "found=" + std::to_string(*count);
    return CKR_OK;
  });
}

CK_RV C_FindObjectsFinal(CK_SESSION_HANDLE session) {
  return run("C_FindObjectsFinal", Subject{.session = session}, [&](Turn&) -> CK_RV {
    Module::instance().require_initialised();
    Session& found = Module::instance().session(session);
    if (!found.search) return CKR_OPERATION_NOT_INITIALIZED;
    found.search.reset();
    return CKR_OK;
  });
}

CK_RV C_GenerateKeyPair(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* public_attributes,
                        CK_ULONG public_count, CK_ATTRIBUTE* private_attributes, CK_ULONG private_count,
                        CK_OBJECT_HANDLE* public_key, CK_OBJECT_HANDLE* private_key) {
  Subject subject{.session = session};
  if (mechanism != nullptr) subject.mechanism = mechanism->mechanism;
  return run("C_GenerateKeyPair", std::move(subject), [&](Turn& turn) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Session& found = module.session(session);
    if (mechanism == nullptr || public_key == nullptr || private_key == nullptr) return CKR_ARGUMENTS_BAD;
    NewPair pair = generate_pair(module.rules(), *mechanism, span_of(public_attributes, public_count),
                                 span_of(private_attributes, private_count));
    check_may_keep(found, pair.private_key);
    check_may_keep(found, pair.public_key);
    *public_key = keep_object(module, found, std::move(pair.public_key));
    *private_key = keep_object(module, found, std::move(pair.private_key));
    turn.note = "public=" + std::to_string(*public_key) + " private=" + std::to_string(*private_key);
    return CKR_OK;
  });
}

}  // namespace entry
}  // namespace fake
