#pragma once

#include <string>

#include "base/error.h"
#include "securosys_tsb/securosys_tsb_client.h"

namespace approval {

// What a reply that is no success means for whoever asked. The service's code decides, whatever the HTTP status;
// without one the status does.
struct TsbVerdict {
  base::ErrorKind kind = base::ErrorKind::service_failed;
  bool retryable = false;  // asking again later may help
  bool throttled = false;
  std::string cause, hint;
};
TsbVerdict judge(const TsbReply& reply, TsbRole role);

// "HTTP 401, error 631 res.error.invalid.api.key"
std::string describe_reply(const TsbReply& reply);

// `<doing> at <place>: <cause> (HTTP …)`, phase approval. `doing` is for example `cannot sign with key "x"`.
base::Error error_of_reply(const std::string& doing, const std::string& place, const TsbReply& reply, TsbRole role);
base::Error error_of_http(const std::string& doing, const HttpError& error);

// As the client's send(), with error_of_http() for what it throws over HTTP.
TsbReply send(TsbClient& client, TsbCall call, const std::string& doing);

}  // namespace approval
