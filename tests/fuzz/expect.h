#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace fuzz {

// Ends the process, which libFuzzer and the replay both take for a fault.
inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// What every error owes its reader, whatever the input was: a short first line that is safe to show.
inline void expect_readable(const base::Error& error) {
  expect(!error.message().empty() && error.message().size() < 1000, "a message is short");
  expect(base::printable(error.message(), 1000) == error.message(), "a message is printable");
}

}  // namespace fuzz
