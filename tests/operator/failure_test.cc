#include "failure.h"

#include "catch.h"

TEST_CASE("an error is one line for the eye and its hint indented below") {
  const base::Error error(base::ErrorKind::invalid_uri, base::Phase::settings, "wrong", "first\nsecond");
  CHECK(operators::failure_text(error) == "notation-pkcs11: wrong\n  first\n  second\n");
}

TEST_CASE("a hint fits a terminal, but what is to be copied stays on one line") {
  const std::string words = "the words of a hint that go on and on ", long_words = words + words + words;
  const auto text = [](const std::string& hint) {
    const base::Error error(base::ErrorKind::invalid_uri, base::Phase::settings, std::string(100, 'm'), hint);
    return operators::failure_text(error).substr(std::string("notation-pkcs11: ").size() + 101);
  };
  CHECK(text(long_words + "end") ==
        "  the words of a hint that go on and on the words of a hint that go on and on\n"
        "  the words of a hint that go on and on end\n");
  for (const char* copied : {"/a/path", "pkcs11:token=a", "notation key list", "notation-pkcs11 key list"})
    CHECK(text(long_words + copied) == "  " + long_words + copied + "\n");
  CHECK(text(long_words + "/a\nshort") == "  " + long_words + "/a\n  short\n");
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
