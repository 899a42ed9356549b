#include <algorithm>

#include "approvals/task_view.h"
#include "base/bytes.h"
#include "trust/certificate.h"
#include "trust/public_key.h"

namespace operators {
namespace {

constexpr std::size_t kLongestText = 1024;  // bytes of one text that somebody else wrote
constexpr std::size_t kNameWidth = 11, kLongestName = 24;

std::string shown(const std::string& text) {
  return base::printable(text, kLongestText);
}

std::string hsm_time(const schema::TsbToken& token) {
  if (!token.time) return {};
  constexpr std::uint64_t kLatest = 253'402'300'799;  // the end of the year 9999
  return token.time->seconds <= kLatest ? trust::format_time(static_cast<std::int64_t>(token.time->seconds))
                                        : std::to_string(token.time->seconds) + " seconds after 1970";
}

std::string operation_text(std::uint32_t operation) {
  const std::string code = " (code " + std::to_string(operation) + ")";
  switch (operation) {
    case 1:
      return "use the key" + code;
    case 2:
    case 3:
      return "block/unblock the key" + code;
    case 4:
      return "change who may use, block, unblock and change the key" + code;
    default:
      return "unknown" + code;
  }
}

std::string format_name(schema::EnvelopeFormat format) {
  return format == schema::EnvelopeFormat::jws ? "JWS" : "COSE";
}

std::string line(const std::string& name, const std::string& value, std::size_t width = kNameWidth) {
  return "    " + name + std::string(name.size() < width ? width - name.size() : 1, ' ') + value + "\n";
}

std::string describe(const std::vector<std::pair<std::string, std::string>>& claims) {
  std::size_t width = kNameWidth;
  for (const auto& [name, value] : claims)
    width = std::max(width, std::min(shown(name).size() + 1, kLongestName));
  std::string text;
  for (const auto& [name, value] : claims)
    text += line(shown(name), shown(value), width);
  return text;
}

std::string describe(const PayloadMeaning& meaning) {
  const schema::NotaryPayload& payload = meaning.payload;
  const schema::Descriptor& artifact = payload.target;
  std::string text = line("artifact", shown(artifact.digest)) +
                     line("", shown(artifact.media_type) + ", " + std::to_string(artifact.size) + " bytes");
  for (const auto& [name, value] : artifact.annotations)
    text += line("", shown(name) + "=" + shown(value));
  text += line("signature", format_name(payload.format) + ", " + shown(payload.signing_scheme) + ", by a key " +
                                std::string(pkcs11::traits(meaning.spec).name));
  text += line("", "signing time " + trust::format_time(payload.signing_time) + ", " +
                       (payload.expiry ? "expires " + trust::format_time(*payload.expiry) : "does not expire"));
  return text;
}

std::string describe_opaque(const schema::TsbToken& token) {
  const std::string size = std::to_string(token.payload.size()) + " bytes";
  return line("payload", token.payload.empty() ? "none" : "not a Notary payload, " + size) +
         line("", "SHA-256 " + trust::sha256_hex(token.payload));
}

}  // namespace

std::string summary(const TaskView& task) {
  std::string text = shown(task.id).substr(0, 8) + "  ";
  if (!task.token) return text + "cannot be read";
  if (task.meaning) {
    text += task.meaning->payload.target.digest.substr(0, 19);
  } else {
    text += "not a Notary payload";
  }
  text += "  " + shown(task.token->key);
  if (task.meaning) text += "  " + trust::format_time(task.meaning->payload.signing_time);
  return text + (task.fault.empty() ? "" : "  (what the service shows differs)");
}

std::string describe(const TaskView& task) {
  std::string text = "task " + shown(task.id) + "\n";
  if (!task.fault.empty()) text += "  this cannot be approved: " + task.fault + "\n";
  if (task.token) {
    text += "  what the signed bytes say:\n";
    text += line("operation", operation_text(task.token->operation));
    text += line("key", shown(task.token->key));
    if (task.token->time) text += line("HSM time", hsm_time(*task.token) + ", key " + shown(task.token->time->key));
    text += task.meaning ? describe(*task.meaning) : describe_opaque(*task.token);
  }
  text += "  SHA-256 of the bytes " + task.bytes_sha256 + "\n";
  if (!task.claims.empty()) text += "  claimed by the requester, verified by nobody:\n" + describe(task.claims);
  return text;
}

schema::TaskReport report(const TaskView& task) {
  schema::TaskReport report;
  report.id = task.id;
  report.request_id = task.request_id;
  report.fault = task.fault;
  report.claims = task.claims;
  if (!task.token) return report;
  schema::SignedTaskReport& part = report.signed_part.emplace();
  part.operation = task.token->operation;
  part.operation_text = operation_text(part.operation);
  part.key = task.token->key;
  part.hsm_time = hsm_time(*task.token);
  part.bytes_sha256 = task.bytes_sha256;
  part.payload_sha256 = trust::sha256_hex(task.token->payload);
  part.payload_size = task.token->payload.size();
  if (!task.meaning) return report;
  const schema::NotaryPayload& payload = task.meaning->payload;
  part.format = format_name(payload.format);
  part.signing_scheme = payload.signing_scheme;
  part.key_spec = pkcs11::traits(task.meaning->spec).name;
  part.signing_time = trust::format_time(payload.signing_time);
  if (payload.expiry) part.expiry = trust::format_time(*payload.expiry);
  part.artifact = payload.target;
  return report;
}

}  // namespace operators
