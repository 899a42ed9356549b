#pragma once

#include <string>
#include <vector>

#include "module.h"
#include "objects.h"

namespace pkcs11 {

// A key that matches the URI, on one of the tokens that do.
struct Match {
  std::size_t token = 0;  // position in the list of tokens
  Uri uri;                // names exactly this key
  KeyGroup group;
};

struct Selection {
  std::vector<Match> matches;  // different keys, in slot order; on each the certificates of its copies on that token
  std::vector<Match> copies;   // the same keys on further tokens
  std::vector<std::string> remarks;  // one for each copy
};

// True when both have the same public key or, where one is not known, share a certificate.
bool same_key(const KeyGroup& one, const KeyGroup& other);

// Takes matches with the same public key for one key.
Selection without_copies(std::vector<Match> matches);

// The one key that is meant; `expected` chooses where several match. Throws Error(ambiguous_key) or, when none of
// several belongs to `expected`, Error(key_not_found), both with the candidates as URIs in the hint. `wanted` is what
// the user asked for. Not for an empty list.
Match only_match(const Module& module, std::vector<Match> matches, const std::optional<PublicKey>& expected,
                 const Uri& wanted);

// One line a match: the URI and what kind of key it is.
std::string list_of(const std::vector<Match>& matches);

}  // namespace pkcs11
