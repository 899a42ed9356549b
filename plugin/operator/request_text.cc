#include "request_text.h"

#include <chrono>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "trust/certificate.h"

namespace operators {
namespace {

std::string time_text(base::WallTime time) {
  return trust::format_time(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + base::printable(name);
  return text;
}

std::string standing(const schema::Ticket& ticket) {
  const schema::ApprovalWaiting& progress = ticket.progress;
  switch (ticket.state) {
    case schema::TicketState::intended:
      return "asked: nobody knows yet whether it arrived";
    case schema::TicketState::open: {
      std::string text = progress.executing ? "approved, the service has yet to sign" : "waiting";
      if (!progress.approved.empty()) text += "; approved by " + list(progress.approved);
      if (!progress.missing.empty()) text += "; missing " + list(progress.missing);
      if (!progress.refused.empty()) text += "; refused by " + list(progress.refused);
      return text;
    }
    case schema::TicketState::permitted:
      return "permitted by " + list(ticket.permission->approved) +
             (ticket.permission->until ? ", until " + time_text(*ticket.permission->until) : "");
    case schema::TicketState::refused:
      return "refused by " + list(ticket.refusal->by) +
             (ticket.refusal->reason.empty() ? "" : ": " + base::printable(ticket.refusal->reason));
    case schema::TicketState::executed:
      return "signed by the service";
  }
  return {};
}

}  // namespace

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
  line("state", standing(ticket));
  line("artifact", artifact.digest);
  line("", base::printable(artifact.media_type) + ", " + std::to_string(artifact.size) + " bytes");
  for (const auto& [name, value] : artifact.annotations)
    line("", base::printable(name) + "=" + base::printable(value));
  if (request.subject.lifetime) {
    line("", "the signature expires after " + std::to_string(request.subject.lifetime->count()) + " seconds");
  }
  line("key", base::printable(request.key_name) + " (" + std::string(pkcs11::traits(request.key_spec).name) + ")");
  line("", "SHA-256 of the public key " + request.key_sha256);
  line("asked", time_text(request.created) + ", open until " + time_text(request.expires));
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
  report.created = time_text(request.created);
  report.expires = time_text(request.expires);
  if (ticket.permission && ticket.permission->until) report.permitted_until = time_text(*ticket.permission->until);
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
