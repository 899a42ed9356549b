#include <string>

#include "expect.h"
#include "schema/approval.h"

namespace {

using fuzz::expect;

bool is_hexadecimal(const std::string& text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void check_ticket(const schema::Ticket& ticket) {
  expect(is_hexadecimal(ticket.request.id, 32), "a request's id is 32 digits");
  expect(is_hexadecimal(ticket.request.key_sha256, 64), "a key's hash is 64 digits");
  expect(ticket.request.created <= ticket.request.expires, "a request does not end before it begins");
  expect(ticket.permission.has_value() == (ticket.state == schema::TicketState::permitted),
         "a permission belongs to the state permitted");
  expect(ticket.refusal.has_value() == (ticket.state == schema::TicketState::refused),
         "a refusal belongs to the state refused");
  expect(ticket.result.has_value() == (ticket.state == schema::TicketState::executed),
         "a result belongs to the state executed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const schema::Ticket ticket = schema::decode_ticket(text, "ticket.json");
    check_ticket(ticket);
    const std::string written = schema::encode(ticket);
    expect(written.size() <= schema::kMaximumTicketSize, "what is written can be read");
    expect(schema::decode_ticket(written, "ticket.json") == ticket, "a ticket is read as it was written");
    expect(schema::canonical(ticket.request.subject) ==
               schema::canonical(schema::decode_ticket(written, "ticket.json").request.subject),
           "a subject has one text");
  } catch (const base::Error& error) {
    expect(error.kind() == base::ErrorKind::invalid_settings, "a refusal is of kind invalid_settings");
    fuzz::expect_readable(error);
  }
  return 0;
}
