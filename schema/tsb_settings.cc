#include "approval_members.h"
#include "settings_text.h"

namespace schema {
namespace {

constexpr std::string_view kDigestAlgorithm = "digestAlgorithm";
constexpr std::string_view kSignatureAlgorithm = "signatureAlgorithm";

std::string fault_in_signature_member(std::string_view name) {
  if (name == kDigestAlgorithm || name == kSignatureAlgorithm) return {};
  return "must be digestAlgorithm or signatureAlgorithm";
}

std::string path(ObjectReader& reader, std::string_view name) {
  return reader.text(name, fault_in_path).value_or("");
}

std::optional<SecretSource> secret(ObjectReader& reader, std::string_view name) {
  return reader.text(name, fault_in_secret_source);
}

std::vector<SecretSource> secrets(ObjectReader& reader, std::string_view name) {
  return reader.texts(name, fault_in_secret_source).value_or(std::vector<SecretSource>());
}

}  // namespace

TsbConnection read_tsb_connection(ObjectReader& reader) {
  TsbConnection connection;
  connection.url = reader.text("url", fault_in_https_url).value_or("");
  connection.token = secret(reader, "token");
  connection.client_certificate = path(reader, "client_certificate");
  connection.client_key = path(reader, "client_key");
  connection.client_key_password = secret(reader, "client_key_password");
  connection.ca_file = path(reader, "ca_file");
  connection.key_management_api_keys = secrets(reader, "key_management_api_keys");
  connection.key_operation_api_keys = secrets(reader, "key_operation_api_keys");
  connection.approver_api_keys = secrets(reader, "approver_api_keys");
  connection.timeout = reader.seconds("timeout", std::chrono::milliseconds(1)).value_or(connection.timeout);
  return connection;
}

void check_tsb_connection(const ObjectReader& reader, const TsbConnection& connection) {
  if (connection.url.empty()) reader.refuse("url", "is missing", "where the service is: https://HOST[:PORT][/PATH]");
  if (connection.client_certificate.empty() && !connection.client_key.empty()) {
    reader.refuse("client_certificate", "is missing; client_key needs it");
  }
  if (connection.client_key.empty() && !connection.client_certificate.empty()) {
    reader.refuse("client_key", "is missing; client_certificate needs it");
  }
  if (connection.client_key_password && connection.client_key.empty()) {
    reader.refuse("client_key", "is missing; client_key_password needs it");
  }
}

TsbSettings read_tsb_settings(ObjectReader& reader) {
  TsbSettings settings;
  settings.connection = read_tsb_connection(reader);
  settings.key = reader.text("key", fault_in_text).value_or("");
  settings.key_password = secret(reader, "key_password");
  settings.application_key = path(reader, "application_key");
  settings.application_key_password = secret(reader, "application_key_password");
  settings.signature_member =
      reader.text("signature_member", fault_in_signature_member).value_or(settings.signature_member);
  settings.metadata = reader.entries("metadata").value_or(settings.metadata);
  return settings;
}

void check_tsb_settings(const ObjectReader& reader, const TsbSettings& settings) {
  check_tsb_connection(reader, settings.connection);
  if (settings.key.empty()) reader.refuse("key", "is missing", "the label of the key at the service");
  if (settings.application_key_password && settings.application_key.empty()) {
    reader.refuse("application_key", "is missing; application_key_password needs it");
  }
}

}  // namespace schema
