#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// notation's trustpolicy.json (Notary Project specification, "Trust store and trust policy", version 1.0).
namespace schema {

inline constexpr std::size_t kMaximumTrustPolicySize = 1'048'576;  // bytes

// Whose signatures are to be trusted on which artifacts.
struct TrustRule {
  std::string name;         // of the statement, where a new one is made
  std::string scope;        // "HOST/REPOSITORY", or "*" for all
  std::string trust_store;  // "ca:NAME"
  std::string identity;     // "x509.subject: C=…, ST=…, O=…", or "*" for whoever the store vouches for
};

// A policy of this one statement, level strict.
std::string new_trust_policy(const TrustRule& rule);

// What adding a rule comes to.
struct TrustChange {
  std::string text;      // the policy afterwards; the text itself when it says all of it already
  std::string identity;  // by which the statement trusts the rule's: it, "*", or a subject that it belongs to
  std::string widening;  // whom else it trusts from now on, for people; empty: nobody
};

// The policy with the rule added: to the statement that covers exactly the rule's scope if there is one, else as a
// statement of its own. Other members keep their order and values. Errors: invalid_settings, naming the file: not JSON
// or not such a policy, a statement of that name for other scopes, a statement for that scope that skips verification,
// "*" for one that names its identities, a subject to which one of them belongs (notation refuses such a policy).
TrustChange add_trust_rule(std::string_view json, std::string_view file_name, const TrustRule& rule);

}  // namespace schema
