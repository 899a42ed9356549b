#pragma once

#include <string>

namespace schema {

// Throws Error(invalid_payload, Phase::payload): "the bytes to sign are not a Notary payload: <cause>".
[[noreturn]] void refuse_payload(const std::string& cause);

// The same for something well formed that this release does not know; the text names the setting that lets it pass.
[[noreturn]] void refuse_unknown(const std::string& cause);

}  // namespace schema
