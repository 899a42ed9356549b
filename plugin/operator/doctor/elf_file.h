#pragma once

#include <string>
#include <vector>

namespace operators {

// The libraries that a shared library asks the dynamic loader for (DT_NEEDED; System V ABI, generic supplement,
// chapter 5), in its order. Nothing for a file that is no ELF library of this machine's word size and byte order: the
// loading itself says what is wrong with it.
std::vector<std::string> needed_libraries(const std::string& path);

// The one among them that only musl systems have (Alpine's "libc.musl-x86_64.so.1", musl-gcc's "libc.so"); empty where
// this system is such a one itself.
std::string find_musl(const std::vector<std::string>& needed);

}  // namespace operators
