#pragma once

#include <span>
#include <string_view>

#include "cryptoki.h"
#include "rules.h"

namespace fake {

enum class Scheme { pss, pkcs1, ecdsa, generate };

struct Mechanism {
  CK_MECHANISM_TYPE type;
  Scheme scheme;
  const char* digest;  // OpenSSL's name of the hash the token makes itself; nullptr: the data is signed as it is
  CK_KEY_TYPE key_type;

  bool signs() const { return scheme != Scheme::generate; }
};

// Mechanisms the rules let the token offer.
std::vector<Mechanism> offered_mechanisms(const Rules& rules);
// Throws Refusal(CKR_MECHANISM_INVALID).
Mechanism offered_mechanism(const Rules& rules, CK_MECHANISM_TYPE type);
CK_MECHANISM_INFO mechanism_info(const Rules& rules, const Mechanism& mechanism);

}  // namespace fake
