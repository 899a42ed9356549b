#include <algorithm>
#include <optional>
#include <string>

#include "expect.h"
#include "schema/config.h"
#include "schema/plugin_config.h"

namespace {

using fuzz::expect;

constexpr const char* kMarker = "s3cr3t-of-a-user";

bool contains_control(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) return true;
  }
  return false;
}

void check_text(const std::optional<std::string>& text) {
  expect(!text || (!text->empty() && base::is_utf8(*text) && !contains_control(*text)),
         "a setting is text on one line");
}

void check_place(const std::optional<std::string>& source) {
  expect(!source || *source == "prompt" || source->starts_with("env:") || source->starts_with("file:") ||
             (source->starts_with("credential:") && source->find('/') == std::string::npos),
         "a PIN source names a place");
}

void check_secret(const std::optional<std::string>& source) {
  expect(!source || source->starts_with("env:") || source->starts_with("file:"), "a secret's source names a place");
}

void check_connection(const schema::TsbConnection& connection) {
  expect(connection.url.starts_with("https://") && !contains_control(connection.url), "a service is reached by https");
  expect(connection.url.find_first_of("?# ") == std::string::npos, "a URL has neither query nor fragment");
  expect(connection.client_certificate.empty() == connection.client_key.empty(), "mutual TLS has both files");
  check_secret(connection.token);
  check_secret(connection.client_key_password);
  for (const auto* keys :
       {&connection.key_management_api_keys, &connection.key_operation_api_keys, &connection.approver_api_keys}) {
    for (const std::string& key : *keys)
      check_secret(key);
  }
}

void check_approval(const schema::ApprovalSettings& approval) {
  expect(approval.public_key.size() == 64, "an approval belongs to a public key");
  expect(approval.exec.has_value() == (approval.backend == "exec"), "exec has its settings");
  expect(approval.securosys_tsb.has_value() == (approval.backend == "securosys-tsb"), "securosys-tsb has its settings");
  if (approval.exec) {
    expect(!approval.exec->command.empty() && approval.exec->command.front().starts_with('/'), "a program is absolute");
    for (const std::string& name : approval.exec->environment)
      expect(name != "NOTATION_PKCS11_PIN", "the PIN is never handed on");
  }
  if (approval.securosys_tsb) {
    check_connection(approval.securosys_tsb->connection);
    check_secret(approval.securosys_tsb->key_password);
    check_secret(approval.securosys_tsb->application_key_password);
  }
}

void check_key(const schema::KeySettings& key) {
  for (const auto& text : {key.uri, key.module, key.chain_file, key.pin_source, key.login_user, key.init_args}) {
    check_text(text);
  }
  expect(!key.module || key.module->starts_with('/'), "a module's path is absolute");
  check_place(key.pin_source);
  check_place(key.so_pin_source);
  expect(
      !key.pin_command || (!key.pin_command->empty() && key.pin_command->front().starts_with('/') && !key.pin_source),
      "a program for the PIN stands alone and is named by its whole path");
  expect(!key.user_type || (*key.user_type != 0 && *key.user_type != 2), "nobody signs as security officer");
  expect(!key.busy_wait || key.busy_wait->count() >= 0, "a wait is not negative");
  const schema::TimeoutSettings& timeouts = key.timeouts;
  for (const auto& timeout : {timeouts.load, timeouts.initialise, timeouts.slots, timeouts.open, timeouts.login,
                              timeouts.find, timeouts.sign, timeouts.generate}) {
    expect(!timeout || timeout->count() > 0, "a timeout is greater than nothing");
  }
  expect(!key.approval || !key.allow_opaque_payload.value_or(false), "an opaque payload has no approval");
  expect(!key.approval_wait || (key.approval_wait->count() >= 0 && key.approval_wait->count() <= 86'400),
         "people have a day at most");
  if (key.approval) check_approval(*key.approval);
}

void check_refusal(const base::Error& error) {
  expect(error.kind() == base::ErrorKind::invalid_settings, "a refusal is of kind invalid_settings");
  fuzz::expect_readable(error);
}

bool accepts_file(const std::string& json, bool administrator) {
  try {
    const schema::Config config = schema::decode_config(json, "config.json", administrator);
    for (const auto& [name, key] : config.keys) {
      expect(!name.empty() && base::printable(name, name.size()) == name, "a key's name is printable");
      check_key(key);
    }
    if (config.approver && config.approver->securosys_tsb) check_connection(*config.approver->securosys_tsb);
    return true;
  } catch (const base::Error& error) {
    check_refusal(error);
    return false;
  }
}

void try_entry(const std::string& name, const std::string& value) {
  try {
    const schema::PluginConfig config = schema::decode_plugin_config({{name, value}});
    check_text(config.module);
    check_text(config.chain_file);
    check_text(config.pin_source);
    check_place(config.pin_source);
    expect(!config.approval_wait || config.approval_wait->count() >= 0, "a wait is not negative");
  } catch (const base::Error& error) {
    check_refusal(error);
    const bool told = (error.message() + error.hint()).find(kMarker) != std::string::npos;
    expect(!told || name.find(kMarker) != std::string::npos, "a refused value is not shown");
  }
}

}  // namespace

// The input is a configuration file, and its first line and its rest are a plugin-config entry.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  expect(!accepts_file(text, false) || accepts_file(text, true), "the administrator may set all that a user may");
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const std::string name = text.substr(0, line_end);
  try_entry(name, text.substr(std::min(line_end + 1, text.size())));
  try_entry(name, kMarker);
  return 0;
}
