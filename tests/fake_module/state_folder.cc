#include "state_folder.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "names.h"

namespace fake {
namespace {

std::string quoted(const Bytes& bytes) {
  const std::string digits = hex_of(bytes);
  std::string text = "\"";
  for (std::size_t at = 0; at < digits.size(); at += 2)
    text += "\\x" + digits.substr(at, 2);
  return text + "\"";
}

std::string quoted(const std::string& text) {
  return quoted(Bytes(text.begin(), text.end()));
}

std::string quoted(const Bytes* bytes) {
  return bytes == nullptr ? "\"\"" : quoted(*bytes);
}

const char* failures_file(CK_USER_TYPE user) {
  return user == CKU_SO ? "so-pin-failures" : "pin-failures";
}

std::string hex_or_nothing(const Bytes* bytes) {
  return bytes == nullptr ? "" : hex_of(*bytes);
}

std::string yes_or_no(bool flag) {
  return flag ? "yes" : "no";
}

std::string mechanisms_of(const Object& object) {
  const Bytes* bytes = object.find(CKA_ALLOWED_MECHANISMS);
  if (bytes == nullptr || bytes->empty()) return {};
  std::string words;
  for (std::size_t at = 0; at + sizeof(CK_MECHANISM_TYPE) <= bytes->size(); at += sizeof(CK_MECHANISM_TYPE)) {
    CK_MECHANISM_TYPE type = 0;
    std::memcpy(&type, bytes->data() + at, sizeof type);
    words += (words.empty() ? " mechanisms=" : ",") + name_of_mechanism(type);
  }
  return words;
}

std::string key_statement(const Object& object, const std::string& pem) {
  const bool is_private = object.object_class() == CKO_PRIVATE_KEY;
  const std::string half = is_private ? "private" : "public";
  std::string text = "key " + spec_of(object.key) + " pem=\"" + pem + "\"";
  text += is_private ? " public=no" : " private=no";
  text += " " + half + (object.flag(CKA_PRIVATE) ? "=hidden" : "=visible");
  text += " " + half + "-label=" + quoted(object.find(CKA_LABEL));
  text += " " + half + "-id=" + hex_or_nothing(object.find(CKA_ID));
  if (!is_private) return text;
  text += " sign=" + yes_or_no(object.flag(CKA_SIGN)) + " sensitive=" + yes_or_no(object.flag(CKA_SENSITIVE));
  text += " extractable=" + yes_or_no(object.flag(CKA_EXTRACTABLE));
  text += " always-authenticate=" + yes_or_no(object.authentication == Authentication::always);
  return text + mechanisms_of(object);
}

std::string certificate_statement(const Object& object) {
  std::string text = "certificate value=" + hex_or_nothing(object.find(CKA_VALUE));
  text += " label=" + quoted(object.find(CKA_LABEL)) + " id=" + hex_or_nothing(object.find(CKA_ID));
  return text + (object.flag(CKA_PRIVATE) ? " hidden" : "");
}

void add_attribute(const std::string& line, Object& object) {
  Statement statement(line);
  const CK_ATTRIBUTE_TYPE type = attribute_of(statement.next("attribute"));
  object.own[type] = bytes_of_hex(statement.take("value").value_or(""));
}

std::string new_name() {
  std::random_device random;
  Bytes bytes(8);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(random()); });
  return "object-" + hex_of(bytes);
}

}  // namespace

StateFolder::StateFolder(const std::string& folder, CK_SLOT_ID slot)
    : folder_(folder + "/slot-" + std::to_string(slot)) {
  std::filesystem::create_directories(folder_);
}

std::string StateFolder::path(const std::string& name, const std::string& ending) const {
  return folder_ + "/" + name + ending;
}

std::vector<Object> StateFolder::objects(const Quirks& quirks) const {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() == ".rule") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Object> objects;
  for (const auto& file : files) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    for (Object& object : objects_of(parse_object(line), quirks)) {
      object.file = file.stem().string();
      for (std::string more; std::getline(stream, more);)
        add_attribute(more, object);
      objects.push_back(std::move(object));
    }
  }
  return objects;
}

void StateFolder::store(Object& object, const Quirks& quirks) const {
  object.file = new_name();
  std::string statement;
  if (object.object_class() == CKO_CERTIFICATE) {
    statement = certificate_statement(object);
  } else {
    const std::string pem = path(object.file, ".pem");
    write_key(object.key, pem);
    statement = key_statement(object, pem);
  }
  std::ofstream stream(path(object.file, ".rule"));
  stream << statement << '\n';
  const std::vector<Object> plain = objects_of(parse_object(statement), quirks);
  for (const auto& [type, value] : object.own) {
    const Bytes* same = plain.at(0).find(type);
    if (same == nullptr || *same != value) stream << name_of_attribute(type) << " value=" << hex_of(value) << '\n';
  }
  if (!stream.flush()) throw Refusal{CKR_DEVICE_MEMORY};
}

void StateFolder::remove(const Object& object) const {
  if (object.file.empty()) return;
  std::filesystem::remove(path(object.file, ".rule"));
  std::filesystem::remove(path(object.file, ".pem"));
}

std::optional<unsigned long> StateFolder::pin_failures(CK_USER_TYPE user) const {
  std::ifstream stream(path(failures_file(user), ""));
  unsigned long failures = 0;
  if (!(stream >> failures)) return std::nullopt;
  return failures;
}

void StateFolder::store_pin_failures(CK_USER_TYPE user, unsigned long failures) const {
  std::ofstream(path(failures_file(user), "")) << failures << '\n';
}

std::optional<TokenChange> StateFolder::token_change() const {
  std::ifstream stream(path("token", ""));
  std::string line;
  if (!std::getline(stream, line)) return std::nullopt;
  Statement statement(line);
  TokenChange change;
  change.emptied = statement.take_flag("emptied");
  change.user_pin_set = !statement.take_flag("no-user-pin");
  change.pin_to_be_changed = statement.take_flag("to-be-changed");
  change.label = statement.take("label").value_or("");
  change.serial = statement.take("serial").value_or("");
  change.pin = statement.take("pin").value_or("");
  change.so_pin = statement.take("so-pin").value_or("");
  return change;
}

void StateFolder::store(const TokenChange& change) const {
  std::ofstream stream(path("token", ""));
  stream << "label=" << quoted(change.label) << " serial=" << quoted(change.serial) << " pin=" << quoted(change.pin)
         << " so-pin=" << quoted(change.so_pin) << (change.user_pin_set ? "" : " no-user-pin")
         << (change.pin_to_be_changed ? " to-be-changed" : "") << (change.emptied ? " emptied" : "") << '\n';
  if (!stream.flush()) throw Refusal{CKR_DEVICE_MEMORY};
}

void StateFolder::clear() const {
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    std::filesystem::remove(entry.path());
}

}  // namespace fake
