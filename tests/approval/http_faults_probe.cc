// Sends requests as the product does and prints what became of each:
//   http_faults_probe [OPTION=VALUE]... -- METHOD URL [NAME=VALUE]... [-- METHOD URL ...]...
// "reply STATUS RETRY-AFTER BODY", "fault not_sent|maybe_sent permanent|passing MESSAGE".
#include <csignal>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "approval/http.h"
#include "base/bytes.h"
#include "base/error.h"

namespace {

using Words = std::vector<std::string>;

std::pair<std::string, std::string> split(const std::string& text, char separator) {
  const auto at = text.find(separator);
  return {text.substr(0, at), at == std::string::npos ? "" : text.substr(at + 1)};
}

approval::HttpOptions options_of(const Words& words, base::Secret& password) {
  approval::HttpOptions options;
  for (const std::string& word : words) {
    const auto [name, value] = split(word, '=');
    if (name == "timeout") options.timeout = std::chrono::milliseconds(std::stol(value));
    if (name == "connect") options.connect_timeout = std::chrono::milliseconds(std::stol(value));
    if (name == "limit") options.body_limit = std::stoul(value);
    if (name == "ca") options.ca_file = value;
    if (name == "certificate") options.client_certificate = value;
    if (name == "key") options.client_key = value;
    if (name != "password") continue;
    password = base::Secret(base::bytes_of(value));
    options.client_key_password = &password;
  }
  return options;
}

approval::HttpRequest request_of(const Words& words) {
  approval::HttpRequest request;
  request.method = words.at(0);
  request.url = words.at(1);
  for (const std::string& word : std::span(words).subspan(2)) {
    const auto [name, value] = split(word, '=');
    if (name == "fresh") request.fresh_connection = true;
    if (name == "body") request.body = value;
    if (name == "header") request.headers.push_back(split(value, ':'));
    if (name != "secret") continue;
    const auto [field, text] = split(value, ':');
    request.secret_headers.emplace_back(field, base::Secret(base::bytes_of(text)));
  }
  return request;
}

std::string outcome(approval::HttpClient& client, const approval::HttpRequest& request) {
  try {
    const approval::HttpReply reply = client.send(request);
    const std::string wait = reply.retry_after ? std::to_string(reply.retry_after->count()) : "-";
    return "reply " + std::to_string(reply.status) + " " + wait + " " + reply.body;
  } catch (const approval::HttpError& error) {
    return std::string("fault ") + (error.fault() == approval::HttpFault::not_sent ? "not_sent " : "maybe_sent ") +
           (error.permanent() ? "permanent " : "passing ") + error.what();
  } catch (const base::Error& error) {
    return "error " + error.message();
  }
}

}  // namespace

int main(int count, char** arguments) {
  (void)std::signal(SIGPIPE, SIG_IGN);  // as the product does
  std::vector<Words> groups(1);
  for (int index = 1; index < count; ++index) {
    if (std::string_view(arguments[index]) == "--") {
      groups.emplace_back();
    } else {
      groups.back().emplace_back(arguments[index]);
    }
  }
  base::Secret password;
  const auto client = approval::make_http_client(options_of(groups.front(), password));
  for (const Words& words : std::span(groups).subspan(1))
    (void)std::puts(outcome(*client, request_of(words)).c_str());
  return 0;
}
