#pragma once

#include <memory>

#include "approval/backend.h"
#include "approval/http.h"
#include "approval/registry.h"
#include "schema/approval_settings.h"

namespace approval {

// The backend `securosys-tsb`: a key in an HSM behind a Transaction Security Broker. The HSM holds the rules, checks
// the approvers' signatures and signs; the broker carries requests. Both reach out to nobody yet.
// Error(invalid_settings) for settings that cannot be used.
std::unique_ptr<Backend> make_securosys_tsb(const schema::TsbSettings& settings, const BackendContext& context,
                                            std::unique_ptr<HttpClient> http);

// The same with a client of its own: also what make_http_client throws.
std::unique_ptr<Backend> make_securosys_tsb(const schema::TsbSettings& settings, const BackendContext& context);

}  // namespace approval
