#include "state_folder.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "names.h"

namespace fake {
namespace {

std::string quoted(const Bytes* bytes) {
  std::string text = "\"";
  if (bytes != nullptr && !bytes->empty()) {
    const std::string digits = hex_of(*bytes);
    for (std::size_t at = 0; at < digits.size(); at += 2)
      text += "\\x" + digits.substr(at, 2);
  }
  return text + "\"";
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
      objects.push_back(std::move(object));
    }
  }
  return objects;
}

void StateFolder::store(Object& object) const {
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
  if (!stream.flush()) throw Refusal{CKR_DEVICE_MEMORY};
}

void StateFolder::remove(const Object& object) const {
  if (object.file.empty()) return;
  std::filesystem::remove(path(object.file, ".rule"));
  std::filesystem::remove(path(object.file, ".pem"));
}

std::optional<unsigned long> StateFolder::pin_failures() const {
  std::ifstream stream(path("pin-failures", ""));
  unsigned long failures = 0;
  if (!(stream >> failures)) return std::nullopt;
  return failures;
}

void StateFolder::store_pin_failures(unsigned long failures) const {
  std::ofstream(path("pin-failures", "")) << failures << '\n';
}

}  // namespace fake
