#pragma once

#include "pkcs11/key_spec.h"
#include "schema/notation.h"
#include "signing/run_context.h"
#include "trust/chain.h"
#include "trust/verify.h"

namespace signing {

struct SignedArtifact {
  trust::CheckedChain chain;
  trust::VerifiedSignature signature;
};

// The one way to a signature over an artifact: settings, payload, key, chain, approval, PIN, sign, verify. Errors:
// every kind but the two of a malformed request; what can fail cheaply fails before a PIN is asked for.
SignedArtifact generate_signature(const schema::GenerateSignatureRequest& request, RunContext& context);

// The same steps up to the chain: what kind of key it is. Never logs in, never looks at a PIN source, and with a chain
// file that holds the leaf never loads the module.
pkcs11::KeySpec describe_key(const schema::DescribeKeyRequest& request, RunContext& context);

}  // namespace signing
