#pragma once

#include <string>

#include "doctor/checklist.h"
#include "doctor/registered_key.h"
#include "notation/home.h"
#include "trust/chain.h"

namespace operators {

void check_notation(Checklist& list);

// Where notation looks for us, and whether what is there is this program.
void check_plugin(Checklist& list, const NotationHome& home);

// `key` as the user named it.
void check_notation_key(Checklist& list, const schema::NotationKeys* keys, const RegisteredKey& key);

// `notation sign --id ""`, as an unset variable makes it, signs with the default key. `key` may be null.
void check_default_key(Checklist& list, const schema::NotationKeys* keys, const RegisteredKey* key);

// What the trust policy builds on is there. `key` for the advice, may be empty.
void check_trust_policy(Checklist& list, const NotationHome& home, const std::string& key);

// Whether what the key signs can be verified here.
void check_trusted_root(Checklist& list, const NotationHome& home, const trust::CheckedChain& chain,
                        const std::string& key);

}  // namespace operators
