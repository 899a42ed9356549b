#include <iostream>
#include <iterator>
#include <string>

#include "base/error.h"
#include "schema/exec_approval.h"

// What the schemas of the backend exec are held against. `answer VERB` decodes an answer on standard input; `ticket` a
// ticket, and prints the questions about its request, one a line. A refusal is printed, and the exit status is 1 then.
namespace {

constexpr auto kVerbs = {schema::ExecVerb::submit, schema::ExecVerb::poll, schema::ExecVerb::redeem,
                         schema::ExecVerb::withdraw};

int decode_answer(const std::string& json, const std::string& name) {
  for (const schema::ExecVerb verb : kVerbs) {
    if (schema::name_of(verb) != name) continue;
    schema::decode_exec_answer(json, verb, "a program");
    return 0;
  }
  return 2;
}

int decode_ticket(const std::string& json) {
  const schema::Ticket ticket = schema::decode_ticket(json, "standard input");
  for (const schema::ExecVerb verb : kVerbs) {
    std::cout << schema::encode_exec_question(verb, ticket.request, ticket.service_id) << '\n';
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  const std::string json{std::istreambuf_iterator<char>(std::cin), {}};
  try {
    if (word == "answer" && argc == 3) return decode_answer(json, argv[2]);
    if (word == "ticket" && argc == 2) return decode_ticket(json);
  } catch (const base::Error& error) {
    std::cout << error.message() << '\n';
    return 1;
  }
  return 2;
}
