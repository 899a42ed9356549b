#include <iostream>

#include "help_text.h"
#include "key/commands.h"
#include "key/key_text.h"
#include "key/oddities.h"
#include "token_access.h"
#include "trust/certificate.h"

namespace operators {
namespace {

constexpr std::size_t kWidth = 76;  // inside the indentation

pkcs11::KeyDetails details_of(TokenAccess& access, const pkcs11::InspectOrder& order, bool login) {
  if (!login || access.setup().module.quirks.has(pkcs11::Quirk::never_login)) {
    try {
      return access.service().describe(order, nullptr);
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::key_not_found || error.phase() != base::Phase::find) throw;
      throw base::Error(error.kind(), error.phase(), error.message(),
                        error.hint() + (error.hint().empty() ? "" : "\n") + "--login shows what the token hides")
          .with_module(error.module());
    }
  }
  const pkcs11::TokenState token = access.service().inspect(order, nullptr).token;
  const pkcs11::Login used = access.pin().obtain(token);
  return access.pin().use(token, [&] { return access.service().describe(order, &used); });
}

schema::KeyCertificateReport report_of(base::ByteView der, const std::optional<pkcs11::PublicKey>& key,
                                       base::WallTime now) {
  schema::KeyCertificateReport report;
  try {
    const trust::Certificate certificate = trust::Certificate::parse(der, "the certificate on the token");
    report.subject = certificate.subject();
    report.issuer = certificate.issuer();
    report.serial = base::to_hex(certificate.serial());
    report.not_before = trust::format_time(certificate.not_before());
    report.not_after = trust::format_time(certificate.not_after());
    report.expired = now > std::chrono::system_clock::from_time_t(certificate.not_after());
    report.of_this_key = key && certificate.key().public_key == key;
  } catch (const base::Error& error) {
    report.fault = error.message();
  }
  return report;
}

schema::KeyDescriptionReport report_of(const pkcs11::KeyDetails& details, const std::string& module,
                                       base::WallTime now) {
  schema::KeyDescriptionReport described;
  described.key = report(details.key);
  described.key_argument = key_argument(details.key.uri, module);
  described.module = module;
  const pkcs11::TokenState& token = details.token;
  described.token = {token.label, token.manufacturer, token.model, token.serial, token.initialised, {}};
  described.objects = object_reports(details.objects);
  described.mechanisms = details.mechanisms;
  for (const base::Bytes& der : details.key.certificates)
    described.certificates.push_back(report_of(der, details.key.public_key, now));
  described.remarks = oddities_of(described);
  return described;
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts)
    list += (list.empty() ? "" : ", ") + text;
  return list;
}

void print_indented(const std::string& text, const std::string& first, const std::string& indent) {
  std::string lines = wrap(text, kWidth);
  for (std::size_t end = lines.find('\n'); end != std::string::npos; end = lines.find('\n', end + 1))
    lines.insert(end + 1, indent);
  std::cout << first << lines << "\n";
}

void print(const schema::KeyCertificateReport& certificate) {
  if (!certificate.fault.empty()) {
    print_indented(certificate.fault, "  certificate: ", "    ");
    return;
  }
  std::cout << "  certificate " << certificate.subject << "\n"
            << "    issuer " << certificate.issuer << "\n"
            << "    serial " << certificate.serial << ", until " << certificate.not_after << "\n";
}

void print(const schema::KeyDescriptionReport& key) {
  std::cout << "key " << (key.key.key_spec.empty() ? "of an unknown kind" : key.key.key_spec) << " on token "
            << base::quoted(key.token.label) << "\n  " << key.key.uri << "\n";
  if (!key.key.spki_sha256.empty()) std::cout << "  SHA-256 of the public key: " << key.key.spki_sha256 << "\n";
  std::cout << "  token: " << base::printable(key.token.manufacturer) << " " << base::printable(key.token.model)
            << ", serial " << base::printable(key.token.serial) << "\n";
  if (!key.mechanisms.empty()) print_indented("signs with " + list_of(key.mechanisms), "  ", "    ");
  for (const schema::KeyObjectReport& object : key.objects) {
    if (object.type == "certificate") continue;
    std::cout << "  " << object.type << "\n" << attribute_lines(object.attributes, "    ");
  }
  for (const schema::KeyCertificateReport& certificate : key.certificates)
    print(certificate);
  for (const std::string& remark : key.remarks)
    print_indented("note: " + remark, "  ", "    ");
}

}  // namespace

void describe_key(const KeyDescribeFlags& flags) {
  const auto access = TokenAccess::by_key(flags.key, flags.module);
  pkcs11::InspectOrder order;
  order.uri = access->setup().uri;
  const schema::KeyDescriptionReport described =
      report_of(details_of(*access, order, flags.login), access->setup().module.path, access->clock().wall());
  if (flags.json) {
    std::cout << schema::encode(described);
  } else {
    print(described);
  }
}

}  // namespace operators
