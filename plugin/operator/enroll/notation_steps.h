#pragma once

#include <string>

#include "enroll/commands.h"
#include "enroll/expected_leaf.h"
#include "enroll/place.h"
#include "schema/enroll_report.h"
#include "trust/chain.h"

namespace operators {

// What an enrolment does to notation's own files, and only where the flags ask for it. Each leaves alone what is there
// already and says what is wanted; errors: invalid_settings.

// Before a key is made: notation has no other key of that name and, where it is to be told of this one, it is installed
// and can run this plugin; what the trust policy is to say can be said, and no policy is in the way.
void require_notation(const EnrollFlags& flags, const ExpectedLeaf& leaf);

// The entry of signingkeys.json. `command` is the line for a shell that adds it.
schema::EnrollStep register_with_notation(const EnrollFlags& flags, std::string& command);

// The chain's root in the trust store ca:NAME.
schema::EnrollStep fill_trust_store(const EnrollFlags& flags, const trust::CheckedChain& chain);

// A statement of trustpolicy.json that trusts that store and the leaf's subject: of a self-signed leaf that notation
// cannot name, and with --any-identity, whoever the store vouches for.
schema::EnrollStep write_trust_policy(const EnrollFlags& flags, const ExpectedLeaf& leaf);

}  // namespace operators
