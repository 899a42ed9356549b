#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "catch.h"

// The error a statement throws, so that a test can look at it; fails the test when nothing is thrown.
template <typename Action>
base::Error error_of(Action&& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  throw std::logic_error("unreachable");
}

// REQUIRE_ERROR(statement, kind[, return value])
inline void require_error(const base::Error& error, base::ErrorKind kind,
                          std::optional<base::ReturnValue> return_value = std::nullopt) {
  INFO("message: " << error.message() << "\nhint: " << error.hint());
  REQUIRE(static_cast<int>(error.kind()) == static_cast<int>(kind));
  if (return_value) REQUIRE(error.return_value() == return_value);
}
#define REQUIRE_ERROR(statement, ...) require_error(error_of([&] { statement; }), __VA_ARGS__)
