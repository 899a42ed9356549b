#include "secret_source.h"

#include "environment_scope.h"
#include "support/test_clock.h"
#include "temporary_folder.h"
#include "throws_error.h"

namespace {

using base::ErrorKind;

struct Place {
  TemporaryFolder folder;
  platform::Log log{platform::LogSettings{platform::LogLevel::error, folder / "log"}};
  support::TestClock clock;
  platform::EnvironmentSecrets secrets;
  approval::BackendContext context{clock, log, secrets, folder.path() + "/"};

  std::string secret(const std::string& source) { return text(approval::read_secret(source, "the word", context)); }
  std::string token(const std::string& source) { return text(approval::read_token(source, "the word", context)); }
  static std::string text(const base::Secret& secret) { return base::text_of(secret.reveal()); }
};

}  // namespace

TEST_CASE("a secret is read from a file that is named from the settings' folder, anew each time") {
  Place place;
  place.folder.write("s", " one\r\n");
  REQUIRE(place.secret("file:s") == " one");
  REQUIRE(place.token("file:s") == "one");
  place.folder.write("s", "two\n\n");
  REQUIRE(place.secret("file:" + (place.folder / "s")) == "two\n");
  REQUIRE(place.token("file:s") == "two");
}

TEST_CASE("a secret in a variable is taken out of the environment when the settings are read") {
  const EnvironmentScope variable("NP11_TEST_WORD", "w0rd");
  Place place;
  approval::take_secret("env:NP11_TEST_WORD", "the word", place.context);
  REQUIRE(std::getenv("NP11_TEST_WORD") == nullptr);
  REQUIRE(place.secret("env:NP11_TEST_WORD") == "w0rd");
  REQUIRE(approval::describe_secret("env:NP11_TEST_WORD", place.context) == "environment variable NP11_TEST_WORD");
}

TEST_CASE("a file of several tokens gives one for each line that is not empty") {
  Place place;
  place.folder.write("s", "one\r\n\n two\nthree");
  const auto tokens = approval::read_tokens("file:s", "the word", place.context);
  REQUIRE(tokens.size() == 3);
  REQUIRE(Place::text(tokens[0]) == "one");
  REQUIRE(Place::text(tokens[1]) == "two");
  REQUIRE(Place::text(tokens[2]) == "three");
}

TEST_CASE("a secret that cannot be used is refused without being shown") {
  Place place;
  const auto refused = [&](auto action) {
    const base::Error error = error_of(action);
    REQUIRE(error.kind() == ErrorKind::invalid_settings);
    REQUIRE((error.message() + error.hint()).find("w0rd") == std::string::npos);
    return error.message();
  };
  place.folder.write("empty", "\n");
  place.folder.write("two", "w0rd w0rd");
  place.folder.write("open", "w0rd", 0644);
  place.folder.write("long", std::string(65'537, 'w'));
  for (const char* source : {"w0rd", "file:", "env:", "prompt:w0rd"}) {
    REQUIRE(refused([&] { approval::take_secret(source, "the word", place.context); }) ==
            "cannot use the word: the setting names no place");
  }
  REQUIRE(refused([&] { place.secret("file:empty"); }).ends_with("it is empty"));
  REQUIRE(refused([&] { place.token("file:empty"); }).ends_with("it is empty"));
  REQUIRE(refused([&] { approval::read_tokens("file:empty", "the word", place.context); }).ends_with("it is empty"));
  REQUIRE(refused([&] { place.token("file:two"); }).find("blanks") != std::string::npos);
  REQUIRE(refused([&] { approval::read_tokens("file:two", "the word", place.context); }).find("blanks") !=
          std::string::npos);
  REQUIRE(refused([&] { place.secret("file:long"); }).ends_with("it is longer than 65536 bytes"));
  REQUIRE(refused([&] { place.secret("env:NP11_NOT_SET"); }) ==
          "cannot use the word from environment variable NP11_NOT_SET: it is not set");
  refused([&] { place.secret("file:open"); });
  refused([&] { place.secret("file:missing"); });
}
