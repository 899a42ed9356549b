#pragma once

namespace platform {

// First thing in every process of ours: no core dumps and no debugger of the same user (secrets are in memory), new
// files for the user alone, and a closed pipe or a file at its size limit is an error value instead of the end.
void harden_process() noexcept;

}  // namespace platform
