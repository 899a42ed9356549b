#include "settings_text.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace schema {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

bool holds_only(std::string_view text, const std::string& characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

// RFC 3986 section 3.2, without a user.
std::string fault_in_authority(std::string_view authority) {
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view host = authority.substr(0, colon);
  const bool good_host =
      bracket == std::string_view::npos
          ? holds_only(host, std::string(kLetters).append(kDigits).append(".-"))
          : host.ends_with(']') && holds_only(host.substr(1, host.size() - 2), "0123456789abcdefABCDEF:.");
  if (!good_host) return "names no host after https://";
  if (colon == std::string_view::npos) return {};
  const std::string_view port = authority.substr(colon + 1);
  const bool good_port = holds_only(port, std::string(kDigits)) && port.size() <= 5 && port.front() != '0' &&
                         std::stoul(std::string(port)) <= 65535;
  return good_port ? "" : "has a port that is not a number from 1 to 65535";
}

}  // namespace

bool is_credential_name(std::string_view name) {
  constexpr std::size_t kLongest = 255;
  const auto fits = [](char c) { return c > 0x20 && c < 0x7f && c != '/' && c != ':'; };
  return !name.empty() && name.size() <= kLongest && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), fits);
}

bool is_environment_name(std::string_view name) {
  return holds_only(name, std::string(kLetters).append(kDigits).append("_")) &&
         kDigits.find(name.front()) == std::string_view::npos;
}

std::string fault_in_text(std::string_view text) {
  if (text.empty()) return "is empty";
  if (std::any_of(text.begin(), text.end(), is_control)) return "holds a control character";
  if (!base::is_utf8(text)) return "is not UTF-8";
  return {};
}

std::string fault_in_path(std::string_view path) {
  if (std::string fault = fault_in_text(path); !fault.empty()) return fault;
  if (path.front() == '~') return "begins with ~, which is not expanded here; write the whole path";
  return {};
}

std::string fault_in_module(std::string_view path) {
  if (std::string fault = fault_in_path(path); !fault.empty()) return fault;
  if (path.front() != '/') return "must be the absolute path of a PKCS#11 library";
  return {};
}

std::string fault_in_pin_source(std::string_view text) {
  constexpr std::string_view kEnvironment = "env:";
  constexpr std::string_view kFile = "file:";
  constexpr std::string_view kCredential = "credential:";
  if (text == "prompt") return {};
  if (text.starts_with(kEnvironment)) {
    return is_environment_name(text.substr(kEnvironment.size())) ? "" : "must name an environment variable after env:";
  }
  if (text.starts_with(kFile)) return fault_in_path(text.substr(kFile.size()));
  if (text.starts_with(kCredential)) {
    return is_credential_name(text.substr(kCredential.size())) ? "" : "must name a credential after credential:";
  }
  return "must be env:NAME, file:PATH, credential:NAME or prompt; it names where the PIN is, never the PIN itself";
}

std::string fault_in_program(std::string_view path) {
  if (std::string fault = fault_in_path(path); !fault.empty()) return fault;
  if (path.front() != '/') return "must be the absolute path of a program";
  return {};
}

std::string fault_in_secret_source(std::string_view text) {
  if (text.starts_with("env:") || text.starts_with("file:")) return fault_in_pin_source(text);
  return "must be env:NAME or file:PATH; it names where the secret is, never the secret itself";
}

std::string fault_in_https_url(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (url.starts_with("http://")) {
    return "must begin with https://; over http:// anybody on the way could read the secrets and answer in the "
           "service's name";
  }
  if (!url.starts_with(kScheme)) return "must begin with https://";
  const auto shown = [](char c) { return c > 0x20 && c < 0x7f; };
  if (!std::all_of(url.begin(), url.end(), shown)) return "holds a character that does not belong in a URL";
  const std::string_view rest = url.substr(kScheme.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return "must hold no user and no password";
  if (rest.find('?') != std::string_view::npos) return "must have no query (?...)";
  if (rest.find('#') != std::string_view::npos) return "must have no fragment (#...)";
  return fault_in_authority(authority);
}

std::string fault_in_sha256(std::string_view text) {
  constexpr std::size_t kSize = 64;
  if (text.size() == kSize && holds_only(text, "0123456789abcdef")) return {};
  return "must be 64 lower-case hexadecimal digits";
}

bool names_a_pin(std::string_view name) {
  constexpr std::array<std::string_view, 6> kTelling{"password", "passphrase", "passwd",
                                                     "passcode", "secret",     "pinvalue"};
  const std::string text = base::folded(name);
  if (text.ends_with("pin") || text == "pincode") return true;
  return std::any_of(kTelling.begin(), kTelling.end(),
                     [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

bool is_unsupported_setting(std::string_view name) {
  constexpr std::array<std::string_view, 1> kNames{"tokens"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace schema
