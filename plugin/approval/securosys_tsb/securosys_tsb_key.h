#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "schema/approval_settings.h"
#include "schema/tsb.h"
#include "securosys_tsb/securosys_tsb_client.h"

namespace approval {

struct TsbKeyFacts {
  schema::TsbKey key;
  pkcs11::PublicKey public_key;
};

// The key's attributes. Empty when the settings have no API key for that question and the service demands one. Errors:
// as error_of_reply; not_capable for a key that the Notary Project does not know.
std::optional<TsbKeyFacts> find_tsb_key(TsbClient& client, const schema::TsbSettings& settings,
                                        const BackendContext& context);

// The certificates that are kept under the key's label, DER, in their order. None is no error; nor are some that cannot
// be read: they go into the log. Errors: service_failed when the service cannot be reached.
std::vector<base::Bytes> find_tsb_certificates(TsbClient& client, const std::string& label,
                                               const BackendContext& context);

}  // namespace approval
