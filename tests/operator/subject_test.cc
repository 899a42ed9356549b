#include "cert/subject.h"

#include "throws_error.h"

TEST_CASE("a subject is read attribute by attribute") {
  const trust::Subject subject = operators::parse_subject("CN=release, O=Example\\, Inc,OU=Build,L=Bern,ST=BE,C=CH");
  CHECK(subject.common_name == "release");
  CHECK(subject.organization == "Example, Inc");
  CHECK(subject.organizational_unit == "Build");
  CHECK(subject.locality == "Bern");
  CHECK(subject.state == "BE");
  CHECK(subject.country == "CH");
}

TEST_CASE("a subject that is not understood is refused with an example") {
  for (const char* text : {"", "release", "CN=", "CN=a,CN=b", "X=1,CN=a", "O=only"}) {
    const base::Error error = error_of([&] { operators::parse_subject(text); });
    require_error(error, base::ErrorKind::invalid_settings);
    CHECK(error.hint().find("CN=release") != std::string::npos);
  }
}
