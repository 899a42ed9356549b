#include "secret_source.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "platform/file_checks.h"

namespace approval {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using base::Secret;

constexpr std::string_view kVariable = "env:", kFile = "file:";

bool is_variable(std::string_view source) {
  return source.starts_with(kVariable) && source.size() > kVariable.size();
}

// What was written may be the secret by mistake: it is not shown.
[[noreturn]] void refuse_form(std::string_view what) {
  throw Error(ErrorKind::invalid_settings, Phase::approval,
              "cannot use " + std::string(what) + ": the setting names no place", "write env:NAME or file:PATH");
}

std::string path_of(std::string_view source, std::string_view what, const BackendContext& context) {
  if (!source.starts_with(kFile) || source.size() == kFile.size()) refuse_form(what);
  return platform::absolute_path(source.substr(kFile.size()), context.folder, std::string(what) + "'s file");
}

Error unusable(const schema::SecretSource& source, std::string_view what, const BackendContext& context,
               const std::string& cause) {
  return {ErrorKind::invalid_settings, Phase::approval,
          "cannot use " + std::string(what) + " from " + describe_secret(source, context) + ": " + cause};
}

Secret read_all(const schema::SecretSource& source, std::string_view what, const BackendContext& context) {
  if (!is_variable(source)) {
    return platform::read_private_file(path_of(source, what, context), kLongestSecret, "file of " + std::string(what));
  }
  const std::string name = source.substr(kVariable.size());
  context.secrets.take(name);
  const Secret* value = context.secrets.find(name);
  if (value == nullptr) throw unusable(source, what, context, "it is not set");
  return value->copy();
}

Secret read_checked(const schema::SecretSource& source, std::string_view what, const BackendContext& context) {
  Secret secret = read_all(source, what, context);
  if (secret.size() > kLongestSecret) {
    throw unusable(source, what, context, "it is longer than " + std::to_string(kLongestSecret) + " bytes");
  }
  return secret;
}

bool is_blank(std::uint8_t byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

base::ByteView trimmed(base::ByteView line) {
  while (!line.empty() && is_blank(line.front()))
    line = line.subspan(1);
  while (!line.empty() && is_blank(line.back()))
    line = line.first(line.size() - 1);
  return line;
}

bool is_visible(base::ByteView token) {
  return std::all_of(token.begin(), token.end(), [](std::uint8_t byte) { return byte > 0x20 && byte < 0x7f; });
}

}  // namespace

void take_secret(const schema::SecretSource& source, std::string_view what, const BackendContext& context) {
  if (is_variable(source)) {
    context.secrets.take(source.substr(kVariable.size()));
  } else {
    (void)path_of(source, what, context);
  }
}

Secret read_secret(const schema::SecretSource& source, std::string_view what, const BackendContext& context) {
  Secret secret = read_checked(source, what, context);
  std::size_t size = secret.size();
  if (size > 0 && secret.reveal()[size - 1] == '\n') --size;
  if (size > 0 && size < secret.size() && secret.reveal()[size - 1] == '\r') --size;
  secret.shrink(size);
  if (secret.empty()) throw unusable(source, what, context, "it is empty");
  return secret;
}

Secret read_token(const schema::SecretSource& source, std::string_view what, const BackendContext& context) {
  const Secret all = read_checked(source, what, context);
  const base::ByteView token = trimmed(all.reveal());
  if (token.empty()) throw unusable(source, what, context, "it is empty");
  if (!is_visible(token)) throw unusable(source, what, context, "it holds blanks or other characters without a shape");
  return Secret(token);
}

std::vector<Secret> read_tokens(const schema::SecretSource& source, std::string_view what,
                                const BackendContext& context) {
  const Secret all = read_checked(source, what, context);
  std::vector<Secret> tokens;
  base::ByteView rest = all.reveal();
  while (!rest.empty()) {
    const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{'\n'});
    const auto size = static_cast<std::size_t>(end - rest.begin());
    const base::ByteView token = trimmed(rest.first(size));
    if (!is_visible(token))
      throw unusable(source, what, context, "a line holds blanks or other characters without a shape");
    if (!token.empty()) tokens.emplace_back(token);
    rest = rest.subspan(std::min(size + 1, rest.size()));
  }
  if (tokens.empty()) throw unusable(source, what, context, "it is empty");
  return tokens;
}

std::string describe_secret(const schema::SecretSource& source, const BackendContext& context) {
  if (is_variable(source)) return "environment variable " + base::printable(source.substr(kVariable.size()));
  return "file " + base::printable(path_of(source, "a secret", context), 1024);
}

}  // namespace approval
