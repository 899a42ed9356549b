#pragma once

#include <string>

#include "approval/registry.h"
#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "schema/approval.h"
#include "schema/approval_settings.h"

namespace approval {

// How the service calls the algorithm that the Notary Project wants of a key (signature specification, "Algorithm
// Selection"): it hashes the payload itself.
std::string_view tsb_algorithm(pkcs11::KeySpec spec);

// The body for /v1/sign and /v1/synchronousSign: the bytes to be signed, what the requester says of himself, and both
// signed with the application key where there is one. May hold the key's password: wipe it. Errors: not_capable for
// more bytes than the service takes; invalid_settings, pin_unavailable and pin_refused for secrets and the application
// key.
std::string tsb_sign_body(const schema::TsbSettings& settings, const BackendContext& context,
                          const schema::ApprovalRequest& request, base::ByteView payload);

// A signature of the service in the encoding of the plugin contract: ECDSA in DER becomes r and s at fixed width, all
// else stays as it is. Whoever verifies it finds out whether it was right.
base::Bytes signature_of_tsb(base::Bytes signature, pkcs11::KeySpec spec);

}  // namespace approval
