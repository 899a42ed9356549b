#include "failure.h"

#include <algorithm>
#include <string_view>

#include "base/bytes.h"
#include "help_text.h"

namespace operators {

namespace {

constexpr std::size_t kLongestPath = 4096;
constexpr const char* kIndent = "  ";
constexpr std::size_t kWidth = 78;  // of a hint, behind its indent

// Where the module itself is in question, it matters which one that was.
bool blames_module(base::ErrorKind kind) {
  using base::ErrorKind;
  switch (kind) {
    case ErrorKind::late:
    case ErrorKind::busy:
    case ErrorKind::module_unusable:
    case ErrorKind::module_died:
    case ErrorKind::token_failed:
    case ErrorKind::outcome_unknown:
      return true;
    default:
      return false;
  }
}

std::string hint_of(const base::Error& error) {
  const std::string module = base::printable(error.module(), kLongestPath);
  if (module.empty() || !blames_module(error.kind()) || error.message().find(module) != std::string::npos)
    return error.hint();
  return error.hint() + (error.hint().empty() ? "" : "\n") + "module: " + module;
}

bool has_long_word(std::string_view line) {
  constexpr std::size_t kLong = 32;  // hashes are
  std::size_t size = 0;
  return std::ranges::any_of(line, [&](char letter) { return (size = letter == ' ' ? 0 : size + 1) >= kLong; });
}

// What people copy or compare stays on one line.
bool is_to_be_copied(std::string_view line) {
  constexpr std::string_view kSigns[] = {"/", "pkcs11:", "notation-pkcs11 ", "notation key ", "notation plugin "};
  const auto has = [&](std::string_view sign) { return line.find(sign) != std::string_view::npos; };
  return std::ranges::any_of(kSigns, has) || has_long_word(line);
}

std::string broken(std::string_view line) {
  const bool stays = line.size() <= kWidth || line.starts_with(' ') || is_to_be_copied(line);
  return stays ? std::string(line) : wrap(line, kWidth);
}

std::string indented(const std::string& lines) {
  std::string text = kIndent;
  for (const char letter : lines) {
    text += letter;
    if (letter == '\n') text += kIndent;
  }
  return text + "\n";
}

}  // namespace

std::string failure_text(const base::Error& error) {
  std::string text = "notation-pkcs11: " + error.message() + "\n";
  const std::string hint = hint_of(error);
  if (hint.empty()) return text;
  std::string_view rest = hint;
  while (true) {
    const std::size_t end = rest.find('\n');
    text += indented(broken(rest.substr(0, end)));
    if (end == std::string_view::npos) return text;
    rest.remove_prefix(end + 1);
  }
}

int exit_status(base::ErrorKind kind) {
  using base::ErrorKind;
  switch (kind) {
    case ErrorKind::malformed_request:
    case ErrorKind::unsupported_contract_version:
    case ErrorKind::invalid_request:
    case ErrorKind::invalid_payload:
    case ErrorKind::invalid_uri:
    case ErrorKind::invalid_settings:
    case ErrorKind::invalid_chain:
      return 2;
    case ErrorKind::key_not_found:
    case ErrorKind::ambiguous_key:
      return 3;
    case ErrorKind::pin_unavailable:
    case ErrorKind::pin_refused:
    case ErrorKind::pin_withheld:
    case ErrorKind::cancelled:
    case ErrorKind::denied:
    case ErrorKind::credential_refused:
      return 4;
    case ErrorKind::late:
    case ErrorKind::busy:
    case ErrorKind::module_unusable:
    case ErrorKind::module_died:
    case ErrorKind::token_failed:
    case ErrorKind::not_capable:
    case ErrorKind::signature_invalid:
    case ErrorKind::outcome_unknown:
    case ErrorKind::undecided:
    case ErrorKind::service_failed:
    case ErrorKind::request_lost:
      return 5;
    case ErrorKind::unrecorded:
      return 6;
    case ErrorKind::host_gone:
    case ErrorKind::internal:
      return 1;
  }
  return 1;
}

}  // namespace operators
