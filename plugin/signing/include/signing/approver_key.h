#pragma once

#include <memory>
#include <string>

#include "approval/approver_key.h"
#include "pkcs11/key_service.h"
#include "platform/environment.h"
#include "platform/pin.h"
#include "platform/terminal.h"
#include "signing/pin_step.h"

namespace signing {

// A private key in a PEM file that its owner alone may read. The password of one that is under a password comes from
// `password`, else the terminal asks for it, once. Errors: invalid_settings, pin_unavailable, pin_refused, cancelled.
std::unique_ptr<approval::ApproverKey> read_approver_key(const std::string& path,
                                                         const std::optional<platform::PinSource>& password,
                                                         platform::EnvironmentSecrets& secrets,
                                                         platform::Terminal& terminal);

// A key on a token: one of the kinds that the Notary Project knows, or Ed25519. `service` has loaded the module; it,
// `setup` and `pin` outlive the key. The PIN is obtained once, for all signatures. Errors, also of sign(): as
// KeyService::inspect, not_capable for another kind of key, signature_invalid.
std::unique_ptr<approval::ApproverKey> find_approver_key(pkcs11::KeyService& service, const KeySetup& setup,
                                                         PinStep& pin);

}  // namespace signing
