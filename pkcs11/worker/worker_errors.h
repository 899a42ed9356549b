#pragma once

#include <chrono>
#include <optional>

#include "base/error.h"
#include "pkcs11/key_service.h"
#include "worker/output_ring.h"
#include "worker/progress_page.h"

namespace pkcs11 {

// How long a phase may take; phases without a setting are our own and get a default.
std::chrono::milliseconds phase_timeout(const Timeouts& timeouts, base::Phase phase, bool person_answers);

// What is said about a worker that gave no answer. Each says so when the token may have signed or changed.
base::Error late_error(const ProgressPage::View& where, std::chrono::nanoseconds limit);
base::Error died_error(const ProgressPage::View& where, std::optional<int> wait_status);  // none: only the socket ended
base::Error unreadable_error(const ProgressPage::View& where);
base::Error host_gone_error();

// The same error with the module's path, unless it has one, and, where that may explain it, the last lines that the
// module printed.
base::Error with_details(const base::Error& error, const std::string& module, const OutputRing& output);

}  // namespace pkcs11
