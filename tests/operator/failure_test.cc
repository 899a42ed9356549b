#include "failure.h"

#include "catch.h"

TEST_CASE("an error is one line for the eye and its hint indented below") {
  const base::Error error(base::ErrorKind::invalid_uri, base::Phase::settings, "wrong", "first\nsecond");
  CHECK(operators::failure_text(error) == "notation-pkcs11: wrong\n  first\n  second\n");
}

TEST_CASE("an error of a module names its file, once") {
  const auto text = [](base::ErrorKind kind, const std::string& message, const std::string& hint) {
    base::Error error(kind, base::Phase::find, message, hint);
    return operators::failure_text(std::move(error).with_module("/lib/m.so"));
  };
  CHECK(text(base::ErrorKind::late, "no answer", "see") == "notation-pkcs11: no answer\n  see\n  module: /lib/m.so\n");
  CHECK(text(base::ErrorKind::module_died, "crashed", "") == "notation-pkcs11: crashed\n  module: /lib/m.so\n");
  CHECK(text(base::ErrorKind::module_unusable, "cannot load module /lib/m.so", "") ==
        "notation-pkcs11: cannot load module /lib/m.so\n");
  CHECK(text(base::ErrorKind::pin_refused, "wrong", "") == "notation-pkcs11: wrong\n");
}

TEST_CASE("the exit status tells settings, key, PIN and token apart") {
  CHECK(operators::exit_status(base::ErrorKind::invalid_settings) == 2);
  CHECK(operators::exit_status(base::ErrorKind::ambiguous_key) == 3);
  CHECK(operators::exit_status(base::ErrorKind::pin_refused) == 4);
  CHECK(operators::exit_status(base::ErrorKind::module_died) == 5);
  CHECK(operators::exit_status(base::ErrorKind::internal) == 1);
}
