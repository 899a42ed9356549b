#include "approval/claims.h"

#include <unistd.h>

#include <array>
#include <memory>
#include <vector>

#include "catch.h"
#include "platform/environment_scope.h"

using approval::gather_claims;

namespace {

constexpr std::array kVariables{
    "GITHUB_REPOSITORY", "GITHUB_REF",        "GITHUB_SHA",    "GITHUB_RUN_ID",       "GITHUB_WORKFLOW",
    "GITHUB_ACTOR",      "CI_PROJECT_PATH",   "CI_COMMIT_SHA", "CI_PIPELINE_ID",      "CI_COMMIT_REF_NAME",
    "CI_JOB_ID",         "GITLAB_USER_LOGIN", "JOB_NAME",      "BUILD_NUMBER",        "BUILD_URL",
    "GIT_COMMIT",        "GIT_BRANCH",        "BUILD_BUILDID", "BUILD_SOURCEVERSION", "BUILD_REPOSITORY_NAME"};

// None of the CI variables is set, whatever runs this test.
struct NoCi {
  NoCi() {
    for (const char* name : kVariables)
      unset.push_back(std::make_unique<EnvironmentScope>(name, nullptr));
  }
  std::vector<std::unique_ptr<EnvironmentScope>> unset;
};

}  // namespace

TEST_CASE("a requester outside CI claims a user and a host") {
  const NoCi no_ci;
  const auto claims = gather_claims({});
  CHECK(claims.size() == 2);
  CHECK_FALSE(claims.at("user").empty());
  std::array<char, 256> host{};
  REQUIRE(::gethostname(host.data(), host.size() - 1) == 0);
  CHECK(claims.at("host") == host.data());
  if (::geteuid() == 0) CHECK(claims.at("user") == "root");
}

TEST_CASE("each CI variable that is set is a claim under its own name") {
  const NoCi no_ci;
  for (const char* name : kVariables) {
    const EnvironmentScope scope(name, "value");
    const auto claims = gather_claims({});
    CHECK(claims.size() == 3);
    CHECK(claims.at(name) == "value");
  }
}

TEST_CASE("a configured claim wins") {
  const NoCi no_ci;
  const EnvironmentScope scope("GITHUB_REF", "refs/heads/main");
  const auto claims = gather_claims({{"GITHUB_REF", "configured"}, {"host", "builder"}, {"team", "release"}});
  CHECK(claims.at("GITHUB_REF") == "configured");
  CHECK(claims.at("host") == "builder");
  CHECK(claims.at("team") == "release");
}

TEST_CASE("a value is cut between two characters, and one that is empty or not UTF-8 is left out") {
  const NoCi no_ci;
  const auto claimed = [](const std::string& value) {
    const EnvironmentScope scope("GITHUB_REF", value.c_str());
    const auto claims = gather_claims({});
    return claims.contains("GITHUB_REF") ? claims.at("GITHUB_REF") : "none";
  };
  CHECK(claimed(std::string(256, 'x')) == std::string(256, 'x'));
  CHECK(claimed(std::string(300, 'x')) == std::string(256, 'x'));
  CHECK(claimed(std::string(255, 'x') + "\xC3\xA4") == std::string(255, 'x'));
  CHECK(claimed("") == "none");
  CHECK(claimed("a\xFF") == "none");
}

TEST_CASE("no secret of a CI system is a claim") {
  const EnvironmentScope token("GITHUB_TOKEN", "secret");
  const EnvironmentScope job("CI_JOB_TOKEN", "secret");
  for (const auto& [name, value] : gather_claims({}))
    CHECK(value != "secret");
}
