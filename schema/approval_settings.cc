#include "schema/approval_settings.h"

#include <algorithm>
#include <array>

#include "approval_members.h"
#include "base/bytes.h"
#include "settings_text.h"

namespace schema {
namespace {

using std::chrono::seconds;

// A backend, and the member that holds its settings.
struct BackendName {
  std::string_view backend, member;
};
constexpr std::array<BackendName, 2> kBackends{{{"exec", "exec"}, {"securosys-tsb", "securosys_tsb"}}};

constexpr std::string_view kPinVariable = "NOTATION_PKCS11_PIN";
constexpr std::string_view kUriScheme = "pkcs11:";

std::string fault_in_variable(std::string_view name) {
  if (!is_environment_name(name)) return "is not the name of an environment variable";
  if (name == kPinVariable) return "is the PIN's variable, which is never handed on";
  return {};
}

std::string fault_in_approver_key(std::string_view key) {
  return key.starts_with(kUriScheme) ? fault_in_text(key) : fault_in_path(key);
}

std::string no_fault(std::string_view) {
  return {};
}

std::string backend(ObjectReader& reader) {
  const auto name = reader.text("backend", no_fault);
  if (!name) return {};
  std::vector<std::string> known;
  for (const BackendName& entry : kBackends)
    known.emplace_back(entry.backend);
  if (std::find(known.begin(), known.end(), *name) != known.end()) return *name;
  const std::string closest = nearest(*name, known);
  reader.refuse("backend",
                base::quoted(*name) + " is not a backend" + (closest.empty() ? "" : "; did you mean " + closest + "?"),
                "known: exec, securosys-tsb");
}

ExecSettings read_exec(ObjectReader& reader) {
  ExecSettings exec;
  exec.command = read_command(reader, "command");
  exec.environment = reader.texts("environment", fault_in_variable).value_or(exec.environment);
  exec.timeout = reader.seconds("timeout", std::chrono::milliseconds(1)).value_or(exec.timeout);
  return exec;
}

ApprovalSettings read_approval(ObjectReader& reader) {
  constexpr seconds kShortest{60};
  constexpr seconds kLongestRequest{2'592'000};
  constexpr seconds kLongestGrant{86'400};
  ApprovalSettings approval;
  approval.public_key = reader.text("public_key", fault_in_sha256).value_or("");
  approval.backend = backend(reader);
  if (std::optional<ObjectReader> exec = reader.object("exec")) {
    approval.exec = read_exec(*exec);
    exec->finish();
    if (approval.exec->command.empty()) exec->refuse("command", "is missing", "the program and its arguments");
  }
  if (std::optional<ObjectReader> tsb = reader.object("securosys_tsb")) {
    approval.securosys_tsb = read_tsb_settings(*tsb);
    tsb->finish();
    check_tsb_settings(*tsb, *approval.securosys_tsb);
  }
  approval.request_lifetime =
      reader.whole_seconds("request_lifetime", kShortest, kLongestRequest).value_or(approval.request_lifetime);
  approval.grant_lifetime =
      reader.whole_seconds("grant_lifetime", kShortest, kLongestGrant).value_or(approval.grant_lifetime);
  approval.notify = read_command(reader, "notify");
  approval.claims = reader.entries("claims").value_or(approval.claims);
  return approval;
}

void check_approval(const ObjectReader& reader, const ApprovalSettings& approval) {
  if (approval.public_key.empty()) {
    reader.refuse("public_key", "is missing",
                  "the SHA-256 of the key's SubjectPublicKeyInfo: `notation-pkcs11 key list --json` shows it as "
                  "spkiSha256");
  }
  if (approval.backend.empty()) reader.refuse("backend", "is missing", "known: exec, securosys-tsb");
  for (const BackendName& entry : kBackends) {
    const bool named = entry.backend == approval.backend;
    if (named && !reader.has(entry.member)) {
      reader.refuse(entry.member, "is missing; the backend " + approval.backend + " needs it");
    }
    if (!named && reader.has(entry.member)) {
      reader.refuse(entry.member, "belongs to the backend " + std::string(entry.backend) + ", and the backend is " +
                                      approval.backend);
    }
  }
}

ApproverSettings read_approver(ObjectReader& reader) {
  ApproverSettings approver;
  approver.key = reader.text("key", fault_in_approver_key).value_or("");
  approver.module = reader.text("module", fault_in_module);
  approver.pin_source = reader.text("pin_source", fault_in_pin_source);
  approver.key_password = reader.text("key_password", fault_in_secret_source);
  if (std::optional<ObjectReader> tsb = reader.object("securosys_tsb")) {
    approver.securosys_tsb = read_tsb_connection(*tsb);
    tsb->finish();
    check_tsb_connection(*tsb, *approver.securosys_tsb);
  }
  return approver;
}

void check_approver(const ObjectReader& reader, const ApproverSettings& approver) {
  if (approver.key.empty()) reader.refuse("key", "is missing", "a PEM file or a PKCS#11 URI");
  const bool on_token = approver.key.starts_with(kUriScheme);
  if (on_token && approver.key_password) {
    reader.refuse("key_password", "belongs to a key in a file, and this one is on a token",
                  "set pin_source for a key on a token");
  }
  for (const char* name : {"module", "pin_source"}) {
    if (!on_token && reader.has(name)) reader.refuse(name, "belongs to a key on a token, and this one is in a file");
  }
}

}  // namespace

std::optional<ApprovalSettings> decode_approval(ObjectReader& key) {
  std::optional<ObjectReader> reader = key.object("approval");
  if (!reader) return std::nullopt;
  ApprovalSettings approval = read_approval(*reader);
  reader->finish([](std::string_view name) -> std::string {
    ConfigMembers members;
    add_approval_members(members);
    const auto in = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), name) != list.end();
    };
    if (in(members.exec) && !in(members.securosys_tsb)) return "belongs in exec";
    return in(members.securosys_tsb) && !in(members.exec) ? "belongs in securosys_tsb" : "";
  });
  check_approval(*reader, approval);
  return approval;
}

std::optional<ApproverSettings> decode_approver(ObjectReader& top) {
  std::optional<ObjectReader> reader = top.object("approver");
  if (!reader) return std::nullopt;
  ApproverSettings approver = read_approver(*reader);
  reader->finish();
  check_approver(*reader, approver);
  return approver;
}

void add_approval_members(ConfigMembers& members) {
  const nlohmann::json nothing = nlohmann::json::object();
  const auto known = [&](auto* read) {
    ObjectReader reader(nothing, "", "");
    read(reader);
    return reader.known();
  };
  members.approval = known(read_approval);
  members.exec = known(read_exec);
  members.securosys_tsb = known(read_tsb_settings);
  members.approver = known(read_approver);
  members.approver_securosys_tsb = known(read_tsb_connection);
}

}  // namespace schema
