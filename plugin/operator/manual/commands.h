#pragma once

namespace operators {

struct ManualFlags {};

// Writes the source of the man page to standard output.
void print_manual(const ManualFlags& flags);

}  // namespace operators
