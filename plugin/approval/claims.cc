#include "approval/claims.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace approval {
namespace {

constexpr std::size_t kLongestValue = 256;  // bytes

// None of these holds a secret in any of the four systems.
constexpr std::array kVariables{
    // GitHub Actions
    "GITHUB_REPOSITORY", "GITHUB_REF", "GITHUB_SHA", "GITHUB_RUN_ID", "GITHUB_WORKFLOW", "GITHUB_ACTOR",
    // GitLab CI
    "CI_PROJECT_PATH", "CI_COMMIT_REF_NAME", "CI_COMMIT_SHA", "CI_PIPELINE_ID", "CI_JOB_ID", "GITLAB_USER_LOGIN",
    // Jenkins
    "JOB_NAME", "BUILD_NUMBER", "BUILD_URL", "GIT_COMMIT", "GIT_BRANCH",
    // Azure Pipelines
    "BUILD_REPOSITORY_NAME", "BUILD_SOURCEVERSION", "BUILD_BUILDID"};

std::string_view cut(std::string_view text) {
  if (text.size() <= kLongestValue) return text;
  std::size_t end = kLongestValue;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  return text.substr(0, end);
}

void add(std::map<std::string, std::string>& claims, const char* name, std::string_view value) {
  if (!value.empty() && base::is_utf8(value)) claims.emplace(name, cut(value));
}

std::string user_name() {
  std::vector<char> room(16'384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found) == 0 && found != nullptr)
    return found->pw_name;
  return "uid " + std::to_string(::geteuid());  // usual in a container
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

std::map<std::string, std::string> gather_claims(const std::map<std::string, std::string>& configured) {
  std::map<std::string, std::string> claims = configured;
  add(claims, "user", user_name());
  add(claims, "host", host_name());
  for (const char* variable : kVariables) {
    if (const char* value = std::getenv(variable)) add(claims, variable, value);
  }
  return claims;
}

}  // namespace approval
