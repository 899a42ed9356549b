#include "schema/config.h"

#include <algorithm>
#include <array>

#include "approval_members.h"
#include "base/bytes.h"
#include "base/error.h"
#include "handed_on_variables.h"
#include "json.h"
#include "settings_text.h"
#include "strict_json.h"

namespace schema {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kVersion = 1;

std::string no_fault(std::string_view) {
  return {};
}

void check_version(ObjectReader& top, std::string_view file) {
  const Json* version = top.find("version");
  if (version == nullptr) {
    refuse_file(file, "version is missing", "add \"version\": " + std::to_string(kVersion));
  }
  if (!version->is_number_unsigned() || version->get<std::uint64_t>() == 0) {
    top.refuse("version", "must be " + std::to_string(kVersion));
  }
  const auto number = version->get<std::uint64_t>();
  if (number > kVersion) {
    top.refuse("version", std::to_string(number) + " needs a newer notation-pkcs11; this release reads version " +
                              std::to_string(kVersion));
  }
}

TimeoutSettings decode_timeouts(ObjectReader& reader) {
  constexpr std::chrono::milliseconds kShortest{1};
  TimeoutSettings timeouts;
  timeouts.load = reader.seconds("load", kShortest);
  timeouts.initialise = reader.seconds("initialise", kShortest);
  timeouts.slots = reader.seconds("slots", kShortest);
  timeouts.open = reader.seconds("open", kShortest);
  timeouts.login = reader.seconds("login", kShortest);
  timeouts.find = reader.seconds("find", kShortest);
  timeouts.sign = reader.seconds("sign", kShortest);
  timeouts.generate = reader.seconds("generate", kShortest);
  return timeouts;
}

// CK_USER_TYPE, PKCS#11 v2.40 section 3.4: 0 is the security officer and 2 answers a question that C_Sign asks; neither
// is somebody who logs in to sign. Vendors number their roles elsewhere.
std::optional<unsigned long> decode_user_type(ObjectReader& reader) {
  constexpr std::uint64_t kUser = 1;
  constexpr std::uint64_t kLargest = 0xffff'ffff;
  constexpr std::string_view kName = "user_type";
  const Json* value = reader.find(kName);
  if (value == nullptr) return std::nullopt;
  if (*value == "user") return kUser;
  const bool usable = value->is_number_unsigned() && *value != 0U && *value != 2U && *value <= kLargest;
  if (!usable) {
    reader.refuse(kName, "must be \"user\" or the number of a vendor's user type, neither 0 (security officer) nor 2");
  }
  return value->get<unsigned long>();
}

std::optional<LeafExpiry> decode_leaf_expiry(ObjectReader& reader) {
  constexpr std::uint64_t kMostDays = 3650;
  constexpr std::string_view kName = "leaf_expiry";
  const Json* value = reader.find(kName);
  if (value == nullptr) return std::nullopt;
  LeafExpiry expiry;
  if (*value == "refuse") {
    expiry.refuse = true;
    return expiry;
  }
  if (!value->is_number_unsigned() || *value > kMostDays) {
    reader.refuse(kName, "must be a whole number of days from 0 to " + std::to_string(kMostDays) + ", or \"refuse\"");
  }
  expiry.days = value->get<unsigned>();
  return expiry;
}

std::optional<pkcs11::Quirks> decode_quirks(ObjectReader& reader) {
  const auto names = reader.texts("quirks", no_fault);
  if (!names) return std::nullopt;
  pkcs11::Quirks quirks;
  for (const std::string& name : *names) {
    const std::optional<pkcs11::Quirk> quirk = pkcs11::find_quirk(name);
    if (!quirk) {
      const std::vector<std::string_view> all = pkcs11::all_quirk_names();
      const std::string closest = nearest(name, std::vector<std::string>(all.begin(), all.end()));
      reader.refuse("quirks", '"' + base::printable(name) + "\" is not a quirk" +
                                  (closest.empty() ? "" : "; did you mean " + closest + "?"));
    }
    quirks.set(*quirk);
  }
  return quirks;
}

std::optional<std::string> decode_chain_file(ObjectReader& reader) {
  std::optional<std::string> chain_file = reader.text("chain_file", fault_in_path);
  std::optional<std::string> ca_certs = reader.text("ca_certs", fault_in_path);
  if (chain_file && ca_certs) reader.refuse("ca_certs", "is another name for chain_file; set one of them");
  return chain_file ? chain_file : ca_certs;
}

std::optional<AuditMode> decode_audit(ObjectReader& reader) {
  constexpr std::string_view kName = "audit";
  const auto name = reader.text(kName, no_fault);
  if (!name) return std::nullopt;
  if (*name == "off") return AuditMode::off;
  if (*name == "on") return AuditMode::on;
  if (*name != "required") reader.refuse(kName, "must be required, on or off");
  return AuditMode::required;
}

std::optional<std::vector<std::string>> decode_pin_command(ObjectReader& reader) {
  constexpr std::string_view kName = "pin_command";
  const std::vector<std::string> command = read_command(reader, kName);
  if (!reader.has(kName)) return std::nullopt;
  if (command.empty()) reader.refuse(kName, "is empty", "the program's absolute path and its arguments");
  return command;
}

KeySettings decode_key(ObjectReader& reader, std::string_view file) {
  KeySettings key;
  key.uri = reader.text("uri", fault_in_text);
  key.module = reader.text("module", fault_in_module);
  key.chain_file = decode_chain_file(reader);
  key.pin_source = reader.text("pin_source", fault_in_pin_source);
  key.pin_command = decode_pin_command(reader);
  key.so_pin_source = reader.text("so_pin_source", fault_in_pin_source);
  if (key.pin_source && key.pin_command)
    reader.refuse("pin_command", "cannot stand beside pin_source; set one of them");
  key.user_type = decode_user_type(reader);
  key.login_user = reader.text("login_user", fault_in_text);
  key.init_args = reader.text("init_args", fault_in_text);
  if (const Json* timeouts = reader.find("timeouts")) {
    ObjectReader members(*timeouts, reader.path_of("timeouts"), file);
    key.timeouts = decode_timeouts(members);
    members.finish();
  }
  key.busy_wait = reader.seconds("busy_wait", std::chrono::milliseconds(0));
  key.quirks = decode_quirks(reader);
  key.leaf_expiry = decode_leaf_expiry(reader);
  key.allow_opaque_payload = reader.boolean("allow_opaque_payload");
  key.approval = decode_approval(reader);
  key.approval_wait = reader.whole_seconds("approval_wait", std::chrono::seconds(0), kLongestApprovalWait);
  key.audit = decode_audit(reader);
  if (key.approval && key.allow_opaque_payload.value_or(false)) {
    reader.refuse("allow_opaque_payload", "cannot be true beside approval: nobody could be shown what would be signed");
  }
  return key;
}

// A name is typed after `notation key add --id` and printed in messages; one that looks like a URI could never be
// meant.
void check_key_name(const ObjectReader& keys, const std::string& name) {
  constexpr std::string_view kScheme = "pkcs11:";
  const auto same_letter = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); };
  if (name.empty()) keys.refuse("\"\"", "a key's name must not be empty");
  if (name.size() >= kScheme.size() && std::equal(kScheme.begin(), kScheme.end(), name.begin(), same_letter)) {
    keys.refuse("\"pkcs11:...\"", "a key's name must not begin with pkcs11:", "put the URI into the key's member uri");
  }
  if (base::printable(name, name.size()) != name) keys.refuse(name, "a key's name must be printable text");
}

std::map<std::string, KeySettings, std::less<>> decode_keys(const Json& value, std::string_view file) {
  std::map<std::string, KeySettings, std::less<>> keys;
  const ObjectReader names(value, "keys", file);
  for (const auto& [name, settings] : value.items()) {
    check_key_name(names, name);
    ObjectReader reader(settings, names.path_of(name), file);
    keys.emplace(name, decode_key(reader, file));
    const std::vector<std::string> top = config_members().top;
    reader.finish([&](std::string_view member) -> std::string {
      const bool known = std::find(top.begin(), top.end(), member) != top.end();
      return known ? "belongs at the top level of the file, not to a key" : "";
    });
  }
  return keys;
}

std::optional<LogLevel> decode_log_level(ObjectReader& reader) {
  constexpr std::array<std::pair<std::string_view, LogLevel>, 4> kLevels{{{"debug", LogLevel::debug},
                                                                          {"info", LogLevel::info},
                                                                          {"warning", LogLevel::warning},
                                                                          {"error", LogLevel::error}}};
  const auto name = reader.text("log_level", no_fault);
  if (!name) return std::nullopt;
  const auto* level =
      std::find_if(kLevels.begin(), kLevels.end(), [&](const auto& entry) { return entry.first == *name; });
  if (level == kLevels.end()) reader.refuse("log_level", "must be debug, info, warning or error");
  return level->second;
}

void decode_everybodys(ObjectReader& top, std::string_view file, Config& config) {
  if (const Json* keys = top.find("keys")) config.keys = decode_keys(*keys, file);
  config.log_level = decode_log_level(top);
  config.log_file = top.text("log_file", fault_in_path);
  config.approver = decode_approver(top);
  config.audit_syslog = top.boolean("audit_syslog");
}

void decode_administrators(ObjectReader& top, Config& config) {
  config.allow_user_config = top.boolean("allow_user_config");
  config.require_named_keys = top.boolean("require_named_keys");
  config.audit = decode_audit(top);
  config.allowed_modules = top.texts("allowed_modules", fault_in_module);
}

std::string explain_top(const ConfigMembers& members, std::string_view name) {
  const auto in = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  if (in(members.administrator_only) && in(members.key)) {
    return "only the administrator's file may set this for all keys: put it under keys.NAME";
  }
  if (in(members.administrator_only)) return "only the administrator's file may set this";
  if (in(members.key)) return "belongs to a key: put it under keys.NAME";
  return {};
}

Json parse_file(std::string_view json, std::string_view file) {
  if (json.size() > kMaximumConfigSize) {
    refuse_file(file, "it is longer than " + std::to_string(kMaximumConfigSize) + " bytes");
  }
  if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    refuse_file(file, "it is empty", "the least it may hold is {\"version\": " + std::to_string(kVersion) + "}");
  }
  StrictJson parsed = parse_strict(json);
  if (!parsed.fault.empty()) {
    refuse_file(file, parsed.fault, "JSON has no comments, no comma before a closing bracket and no single quotes");
  }
  return std::move(parsed.value);
}

}  // namespace

Config decode_config(std::string_view json, std::string_view file_name, bool administrator) {
  const Json document = parse_file(json, file_name);
  ObjectReader top(document, "", file_name);
  check_version(top, file_name);
  Config config;
  decode_everybodys(top, file_name, config);
  if (administrator) decode_administrators(top, config);
  top.finish([](std::string_view name) { return explain_top(config_members(), name); });
  check_handed_on_variables(config, file_name);
  return config;
}

ConfigMembers config_members() {
  const Json nothing = Json::object();
  ConfigMembers members;
  Config config;
  ObjectReader top(nothing, "", "");
  top.find("version");
  decode_everybodys(top, "", config);
  members.top = top.known();
  ObjectReader administrator(nothing, "", "");
  decode_administrators(administrator, config);
  members.administrator_only = administrator.known();
  ObjectReader key(nothing, "", "");
  decode_key(key, "");
  members.key = key.known();
  ObjectReader timeouts(nothing, "", "");
  decode_timeouts(timeouts);
  members.timeouts = timeouts.known();
  add_approval_members(members);
  return members;
}

}  // namespace schema
