#include "approvals/request_text.h"

#include "approval/name_list.h"
#include "base/bytes.h"
#include "base/duration_text.h"
#include "pkcs11/key_spec.h"
#include "trust/certificate.h"

namespace operators {
namespace {

using trust::format_time;

// "approved by anna, bert"; the verb alone without names.
std::string by(const std::string& verb, const std::vector<std::string>& names) {
  return names.empty() ? verb : verb + " by " + approval::name_list(names, approval::kEveryName);
}

std::string signature_text(const schema::ApprovalSubject& subject) {
  return base::printable(subject.signing_scheme) + ", " +
         (subject.lifetime ? "expires " + base::duration_text(*subject.lifetime) + " after it is made"
                           : "does not expire");
}

}  // namespace

std::string standing_text(const schema::Ticket& ticket) {
  const schema::ApprovalWaiting& progress = ticket.progress;
  switch (ticket.state) {
    case schema::TicketState::intended:
      return "asked: nobody knows yet whether it arrived";
    case schema::TicketState::open: {
      std::string text = progress.executing ? "approved, the service has yet to sign" : "waiting";
      if (!progress.approved.empty()) text += "; " + by("approved", progress.approved);
      if (!progress.missing.empty()) text += "; missing " + approval::name_list(progress.missing, approval::kEveryName);
      if (!progress.refused.empty()) text += "; " + by("refused", progress.refused);
      return text;
    }
    case schema::TicketState::permitted:
      return by("permitted", ticket.permission->approved) +
             (ticket.permission->until ? ", until " + format_time(*ticket.permission->until) : "");
    case schema::TicketState::refused:
      return by("refused", ticket.refusal->by) +
             (ticket.refusal->reason.empty() ? "" : ": " + base::printable(ticket.refusal->reason));
    case schema::TicketState::executed:
      return "signed by the service";
  }
  return {};
}

std::string state_name(const schema::Ticket& ticket) {
  switch (ticket.state) {
    case schema::TicketState::intended:
      return "asked";
    case schema::TicketState::open:
      return "waiting";
    case schema::TicketState::permitted:
      return "permitted";
    case schema::TicketState::refused:
      return "refused";
    case schema::TicketState::executed:
      return "executed";
  }
  return {};
}

std::string describe(const schema::Ticket& ticket, bool has_owner) {
  const schema::ApprovalRequest& request = ticket.request;
  const schema::Descriptor& artifact = request.subject.artifact;
  std::string text = "request " + request.id + "\n";
  const auto line = [&](const std::string& name, const std::string& value) {
    text += "  " + name + std::string(name.size() < 10 ? 10 - name.size() : 1, ' ') + value + "\n";
  };
  line("state", standing_text(ticket));
  line("artifact", artifact.digest);
  line("", base::printable(artifact.media_type) + ", " + std::to_string(artifact.size) + " bytes");
  for (const auto& [name, value] : artifact.annotations)
    line("", base::printable(name) + "=" + base::printable(value));
  line("signature", signature_text(request.subject));
  line("key", base::printable(request.key_name) + " (" + std::string(pkcs11::traits(request.key_spec).name) + ")");
  line("", "SHA-256 of the public key " + request.key_sha256);
  line("asked", format_time(request.created) + ", open until " + format_time(request.expires));
  line("at", base::printable(ticket.backend) + ", " + base::printable(ticket.place));
  if (!ticket.service_id.empty()) line("", "there it is " + base::printable(ticket.service_id));
  if (!ticket.progress.where.empty()) line("answer", base::printable(ticket.progress.where));
  if (has_owner) line("", "a run waits for the answer");
  return text;
}

schema::RequestReport report(const schema::Ticket& ticket, bool has_owner) {
  const schema::ApprovalRequest& request = ticket.request;
  schema::RequestReport report;
  report.id = request.id;
  report.service_id = ticket.service_id;
  report.state = state_name(ticket);
  report.waited_for = has_owner;
  report.key_name = request.key_name;
  report.key_sha256 = request.key_sha256;
  report.key_spec = pkcs11::traits(request.key_spec).name;
  report.artifact = request.subject.artifact;
  report.signing_scheme = request.subject.signing_scheme;
  report.lifetime = request.subject.lifetime;
  report.created = format_time(request.created);
  report.expires = format_time(request.expires);
  if (ticket.permission && ticket.permission->until) report.permitted_until = format_time(*ticket.permission->until);
  report.backend = ticket.backend;
  report.place = ticket.place;
  report.where = ticket.progress.where;
  report.approved = ticket.permission ? ticket.permission->approved : ticket.progress.approved;
  report.missing = ticket.progress.missing;
  report.refused = ticket.refusal ? ticket.refusal->by : ticket.progress.refused;
  if (ticket.refusal) report.reason = ticket.refusal->reason;
  return report;
}

}  // namespace operators
