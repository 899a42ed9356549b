#include "securosys_tsb/securosys_tsb_fault.h"

#include <algorithm>
#include <array>

namespace approval {
namespace {

using base::Error;
using base::ErrorKind;

// First to last: codes with one meaning for us.
struct Row {
  int first, last;
  ErrorKind kind;
  bool retryable;
  const char* cause;
  const char* hint;
};

constexpr const char* kApplicationKey = "see application_key and signature_member in the settings of securosys_tsb";
constexpr const char* kClock = "set this machine's clock: the service takes no time in its future";
constexpr const char* kReport = "the service's own log says more";

constexpr std::array kRows{
    Row{1, 1, ErrorKind::service_failed, false, "the service has a technical fault", kReport},
    Row{2, 2, ErrorKind::service_failed, true, "the service cannot reach its HSM", ""},
    Row{100, 101, ErrorKind::not_capable, false, "the service does not have this function", ""},
    Row{102, 102, ErrorKind::service_failed, false, "the service cannot reach this operation", kReport},
    Row{103, 103, ErrorKind::service_failed, true, "the service has a fault", ""},
    Row{400, 400, ErrorKind::credential_refused, false, "the service does not allow it", ""},
    Row{401, 401, ErrorKind::denied, false, "the key's rules demand approvals that are missing", ""},
    Row{402, 402, ErrorKind::credential_refused, false, "the service does not accept the certificate", ""},
    Row{403, 403, ErrorKind::credential_refused, false, "the service does not accept our signature", kApplicationKey},
    Row{404, 404, ErrorKind::service_failed, false, "the service's clock and this machine's differ", kClock},
    Row{405, 405, ErrorKind::credential_refused, false, "the service does not know who signed the time", ""},
    Row{406, 406, ErrorKind::credential_refused, false, "the service demands a token", "set token to its file"},
    Row{412, 414, ErrorKind::credential_refused, false, "the service does not know this approver", ""},
    Row{415, 415, ErrorKind::denied, false, "the service takes requests only from signers that it knows",
        kApplicationKey},
    Row{450, 451, ErrorKind::not_capable, false, "the service's licence does not cover it", ""},
    Row{501, 501, ErrorKind::service_failed, false, "the service does not know a value that we sent",
        "a newer release of the service may know it"},
    Row{607, 607, ErrorKind::not_capable, false, "the key cannot do this algorithm", ""},
    Row{609, 609, ErrorKind::request_lost, false, "the service does not take this id", ""},
    Row{610, 610, ErrorKind::invalid_settings, false, "the service does not take this key's name",
        "see key in the settings of securosys_tsb"},
    Row{611, 611, ErrorKind::not_capable, false, "the service does not do this operation", ""},
    Row{612, 612, ErrorKind::not_capable, false, "the service does not take the bytes to be signed", ""},
    Row{613, 614, ErrorKind::not_capable, false, "the key cannot be used for this",
        "the key may be blocked, or not be one for signing"},
    Row{617, 618, ErrorKind::credential_refused, false, "the service does not accept the token",
        "have a new token written to the file that token names"},
    Row{620, 620, ErrorKind::credential_refused, false, "the service does not accept the key's password",
        "see key_password in the settings of securosys_tsb"},
    Row{634, 634, ErrorKind::not_capable, false, "the key cannot be derived", ""},
    Row{650, 650, ErrorKind::key_not_found, false, "the service has no such key",
        "see key in the settings of securosys_tsb"},
    Row{651, 651, ErrorKind::request_lost, false, "the service does not know the request any more", ""},
    Row{652, 652, ErrorKind::request_lost, false, "the service does not have this task any more", ""},
    Row{600, 699, ErrorKind::service_failed, false, "the service does not accept the request", kReport},
    Row{700, 700, ErrorKind::service_failed, true, "a part of the service has a fault", ""},
    Row{701, 701, ErrorKind::service_failed, false, "the HSM refused", kReport},
    Row{703, 703, ErrorKind::service_failed, true, "the service cannot read or write", ""},
};

const char* settings_name(TsbRole role) {
  switch (role) {
    case TsbRole::key_management:
      return "key_management_api_keys";
    case TsbRole::key_operation:
      return "key_operation_api_keys";
    case TsbRole::approver:
      break;
  }
  return "approver_api_keys";
}

TsbVerdict by_api_key(int code, TsbRole role) {
  const std::string name = settings_name(role);
  if (code == 416)
    return {ErrorKind::credential_refused, false, false, "the service demands an API key", "set " + name};
  return {ErrorKind::credential_refused, false, false, "the service does not accept any API key of " + name,
          "have a valid one put where " + name + " says"};
}

TsbVerdict by_status(long status) {
  if (status == 429) return {ErrorKind::busy, true, true, "the service has too much to do", ""};
  if (status == 401 || status == 403) {
    return {ErrorKind::credential_refused, false, false,
            status == 401 ? "the service does not accept our token or certificate" : "the service forbids it",
            "see token, client_certificate and the API keys in the settings"};
  }
  if (status == 404) {
    return {ErrorKind::service_failed, false, false, "there is nothing at this address", "see url in the settings"};
  }
  if (status >= 300 && status < 400) {
    return {ErrorKind::service_failed, false, false, "the answer leads to another address, which is not followed",
            "set url to where the service is"};
  }
  if (status == 408) return {ErrorKind::service_failed, true, false, "the service gave up waiting for us", ""};
  if (status == 502 || status == 503 || status == 504) {
    return {ErrorKind::service_failed, true, false, "the service is not available now", ""};
  }
  if (status == 500) return {ErrorKind::service_failed, true, false, "the service has a fault", ""};
  return {ErrorKind::service_failed, false, false, "the service does not answer as it should", kReport};
}

}  // namespace

TsbVerdict judge(const TsbReply& reply, TsbRole role) {
  if (!reply.fault.code || reply.status == 429) return by_status(reply.status);
  const int code = *reply.fault.code;
  if (code == 416 || code == 631) return by_api_key(code, role);
  const auto row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& one) { return code >= one.first && code <= one.last; });
  if (row != kRows.end()) {
    const bool foreign = role == TsbRole::approver && row->hint == kApplicationKey;
    return {row->kind, row->retryable, false, row->cause, foreign ? "" : row->hint};
  }
  const bool gateway = reply.status >= 502 && reply.status <= 504;
  return {ErrorKind::service_failed, gateway, false, "the service has a fault", kReport};
}

std::string describe_reply(const TsbReply& reply) {
  std::string text = "HTTP " + std::to_string(reply.status);
  if (reply.fault.code) text += ", error " + std::to_string(*reply.fault.code);
  if (!reply.fault.reason.empty()) text += (reply.fault.code ? " " : ", ") + reply.fault.reason;
  return text;
}

Error error_of_reply(const std::string& doing, const std::string& place, const TsbReply& reply, TsbRole role) {
  const TsbVerdict verdict = judge(reply, role);
  return {verdict.kind, base::Phase::approval,
          doing + " at " + place + ": " + verdict.cause + " (" + describe_reply(reply) + ")", verdict.hint};
}

Error error_of_http(const std::string& doing, const HttpError& error) {
  return {ErrorKind::service_failed, base::Phase::approval, doing + ": " + error.what()};
}

TsbReply send(TsbClient& client, TsbCall call, const std::string& doing) {
  try {
    return client.send(std::move(call));
  } catch (const HttpError& error) {
    throw error_of_http(doing, error);
  }
}

}  // namespace approval
