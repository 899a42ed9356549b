#pragma once

namespace platform {

// From now on a signal that ends the process (Ctrl-C, a closed terminal, a polite kill) first removes the status line
// from this terminal. Signals that are ignored or handled already stay as they are. One terminal at a time.
void clear_status_when_killed(int terminal) noexcept;

// Back to the default.
void leave_status_when_killed() noexcept;

}  // namespace platform
