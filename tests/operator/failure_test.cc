#include "failure.h"

#include "catch.h"

TEST_CASE("an error is one line for the eye and its hint indented below") {
  const base::Error error(base::ErrorKind::invalid_uri, base::Phase::settings, "wrong", "first\nsecond");
  CHECK(operators::failure_text(error) == "notation-pkcs11: wrong\n  first\n  second\n");
}

TEST_CASE("the exit status tells settings, key, PIN and token apart") {
  CHECK(operators::exit_status(base::ErrorKind::invalid_settings) == 2);
  CHECK(operators::exit_status(base::ErrorKind::ambiguous_key) == 3);
  CHECK(operators::exit_status(base::ErrorKind::pin_refused) == 4);
  CHECK(operators::exit_status(base::ErrorKind::module_died) == 5);
  CHECK(operators::exit_status(base::ErrorKind::internal) == 1);
}
