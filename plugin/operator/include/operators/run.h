#pragma once

namespace operators {

// The commands for people. Answers go to standard output, everything else to standard error. Exit status: 0 done,
// 1 any other failure, 2 wrong command line or settings, 3 no such key or more than one, 4 PIN or person said no,
// 5 token or module failed.
int run(int argc, const char* const* argv);

}  // namespace operators
