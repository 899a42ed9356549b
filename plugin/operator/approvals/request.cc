#include <unistd.h>

#include <iostream>
#include <iterator>

#include "approvals/commands.h"
#include "approvals/request_text.h"
#include "approvals/requester.h"
#include "base/error.h"
#include "duration.h"
#include "schema/payload.h"
#include "signing/requests.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::size_t kLongestDescriptor = 65'536;  // bytes

std::string read_input() {
  std::string text;
  char letter = 0;
  while (text.size() <= kLongestDescriptor && std::cin.get(letter))
    text += letter;
  return text;
}

schema::Descriptor read_descriptor() {
  const std::string example =
      "for example\n  oras manifest fetch --descriptor IMAGE@DIGEST | notation-pkcs11 approvals request KEY";
  if (::isatty(STDIN_FILENO) == 1) std::cerr << "reading the artifact's descriptor from standard input\n";
  const std::string text = read_input();
  if (text.size() > kLongestDescriptor) {
    throw Error(ErrorKind::invalid_request, Phase::request,
                "standard input is longer than " + std::to_string(kLongestDescriptor) + " bytes: not a descriptor",
                example);
  }
  try {
    return schema::decode_oci_descriptor(text);
  } catch (const Error& error) {
    throw Error(ErrorKind::invalid_request, Phase::request, "standard input is not an OCI descriptor",
                error.message() + "\n" + example);
  }
}

}  // namespace

void request_approval(const ApprovalsRequestFlags& flags) {
  schema::ApprovalSubject subject{read_descriptor(), "notary.x509", std::nullopt};
  for (const auto& [name, value] : flags.user_metadata)
    subject.artifact.annotations[name] = value;
  if (!flags.expiry.empty()) subject.lifetime = parse_duration("--expiry", flags.expiry);
  Requester requester;
  const schema::Ticket ticket = signing::request_approval(flags.key, flags.module, subject, requester.context());
  std::cout << (flags.json ? schema::encode(report(ticket, false)) : describe(ticket, false));
}

}  // namespace operators
