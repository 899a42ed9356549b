#include "module.h"

#include <openssl/crypto.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "actions.h"
#include "state_folder.h"

namespace fake {
namespace {

constexpr CK_OBJECT_HANDLE kFirstObject = 0x10000;  // far from session handles, so that a mix-up is found

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Module& Module::instance() {
  static Module* const module = new Module;
  return *module;
}

void Module::refresh_rules() noexcept {
  try {
    const std::lock_guard lock(mutex);
    if (initialised()) return;
    read_rules();
    if (rules_.counts_processes()) process_number(*this);
  } catch (const std::exception& error) {
    rules_problem_ = error.what();
  }
}

void Module::read_rules() {
  const std::string path = environment("FAKE_PKCS11_RULES");
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (path == rules_file_ && text.str() == rules_text_ && file.is_open()) return;
  rules_file_ = path;
  rules_text_ = text.str();
  rules_ = Rules{};
  rules_problem_.clear();
  if (!file.is_open()) {
    rules_problem_ = "FAKE_PKCS11_RULES names no file that can be read: " + path;
    return;
  }
  try {
    rules_ = parse_rules(rules_text_);
  } catch (const RuleError& error) {
    rules_problem_ = error.what();
  }
}

std::string Module::log_file() const {
  return rules_.log.empty() ? environment("FAKE_PKCS11_LOG") : rules_.log;
}

bool Module::initialised() const {
  return initialised_ && (owner_ == getpid() || rules_.quirks.carries_on_after_fork);
}

void Module::require_initialised() const {
  if (!initialised()) throw Refusal{CKR_CRYPTOKI_NOT_INITIALIZED};
}

void Module::initialise() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  forget();
  build_slots();
  initialised_ = true;
  owner_ = getpid();
}

void Module::finalise() {
  forget();
  initialised_ = false;
}

void Module::forget() {
  sessions_.clear();
  slots_.clear();
  last_session_ = 0;
  last_object_ = kFirstObject;
}

void Module::build_slots() {
  std::set<CK_SLOT_ID> used;
  for (const SlotRule& rule : rules_.slots) {
    if (rule.id) used.insert(*rule.id);
  }
  CK_SLOT_ID next = 0;
  for (const SlotRule& rule : rules_.slots) {
    while (used.contains(next))
      ++next;
    const CK_SLOT_ID id = rule.id ? *rule.id : next++;
    Slot& slot = *slots_.emplace_back(std::make_unique<Slot>(rule, id));
    if (!rules_.state_folder.empty()) restore(slot);
    if (slot.change() && slot.change()->emptied) continue;
    for (const ObjectRule& object_rule : rule.objects) {
      for (Object& object : objects_of(object_rule, rules_.quirks))
        add_object(slot, std::move(object));
    }
  }
}

void Module::restore(Slot& slot) {
  const StateFolder state(rules_.state_folder, slot.id());
  if (auto change = state.token_change()) slot.apply(std::move(*change));
  for (const CK_USER_TYPE user : {CKU_USER, CKU_SO})
    slot.set_pin_failures(user, state.pin_failures(user).value_or(slot.pin_failures(user)));
  for (Object& object : state.objects(rules_.quirks))
    add_object(slot, std::move(object));
}

Slot& Module::slot(CK_SLOT_ID id) {
  for (const auto& each : slots_) {
    if (each->id() == id) return *each;
  }
  throw Refusal{CKR_SLOT_ID_INVALID};
}

Slot& Module::slot_with_token(CK_SLOT_ID id) {
  Slot& found = slot(id);
  if (!found.present()) throw Refusal{CKR_TOKEN_NOT_PRESENT};
  return found;
}

CK_SESSION_HANDLE Module::open_session(Slot& slot, bool read_write) {
  Session session;
  session.handle = ++last_session_;
  session.slot = &slot;
  session.read_write = read_write;
  return sessions_.emplace(session.handle, std::move(session)).first->first;
}

Session* Module::find_session(CK_SESSION_HANDLE handle) {
  const auto found = sessions_.find(handle);
  return found == sessions_.end() ? nullptr : &found->second;
}

Session& Module::session(CK_SESSION_HANDLE handle) {
  Session* found = find_session(handle);
  if (found == nullptr) throw Refusal{CKR_SESSION_HANDLE_INVALID};
  if (!found->slot->present()) throw Refusal{CKR_DEVICE_REMOVED};
  return *found;
}

std::size_t Module::count_sessions(const Slot& slot, bool read_only_alone) const {
  return static_cast<std::size_t>(std::count_if(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
    return entry.second.slot == &slot && !(read_only_alone && entry.second.read_write);
  }));
}

void Module::close_session(CK_SESSION_HANDLE handle) {
  Slot& slot = *session(handle).slot;
  std::erase_if(slot.objects(), [&](const auto& entry) { return entry.second.session == handle; });
  sessions_.erase(handle);
  if (count_sessions(slot) == 0) slot.logout();
}

void Module::close_sessions(const Slot& slot) {
  std::vector<CK_SESSION_HANDLE> handles;
  for (const auto& [handle, session] : sessions_) {
    if (session.slot == &slot) handles.push_back(handle);
  }
  for (const CK_SESSION_HANDLE handle : handles)
    close_session(handle);
}

Object& Module::object(const Session& session, CK_OBJECT_HANDLE handle, CK_RV otherwise) {
  auto& objects = session.slot->objects();
  const auto found = objects.find(handle);
  if (found == objects.end() || !session.slot->shows(found->second)) throw Refusal{otherwise};
  return found->second;
}

CK_OBJECT_HANDLE Module::add_object(Slot& slot, Object object) {
  object.handle = ++last_object_;
  return slot.objects().emplace(object.handle, std::move(object)).first->first;
}

void Module::lose(Loss loss) {
  for (const auto& slot : slots_) {
    slot->logout();
    if (loss == Loss::token) slot->remove_token();
  }
  if (loss == Loss::sessions) sessions_.clear();
}

}  // namespace fake
