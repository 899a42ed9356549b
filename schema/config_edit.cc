#include "schema/config_edit.h"

#include <nlohmann/json.hpp>

#include "json.h"
#include "schema/config.h"

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;

Json json_of(const KeyEntry& entry) {
  Json key = Json::object();
  const auto set = [&key](const char* name, const std::string& value) {
    if (!value.empty()) key[name] = value;
  };
  set("uri", entry.uri);
  set("module", entry.module);
  set("chain_file", entry.chain_file);
  set("pin_source", entry.pin_source);
  if (entry.user_type) key["user_type"] = *entry.user_type;
  set("login_user", entry.login_user);
  set("init_args", entry.init_args);
  for (const std::string_view quirk : pkcs11::all_quirk_names()) {
    if (entry.quirks.has(*pkcs11::find_quirk(quirk))) key["quirks"].push_back(quirk);
  }
  return key;
}

}  // namespace

std::string add_key_entry(std::string_view json, std::string_view file_name, const std::string& name,
                          const KeyEntry& entry) {
  const std::string_view before = json.empty() ? R"({"version": 1})" : json;
  if (decode_config(before, file_name, false).keys.contains(name)) {
    refuse_file(file_name, "keys." + name + " is there already", "choose another name, or edit the entry");
  }
  Json document = Json::parse(before);
  document["keys"][name] = json_of(entry);
  std::string after = document.dump(kIndent) + "\n";
  decode_config(after, file_name, false);
  return after;
}

}  // namespace schema
