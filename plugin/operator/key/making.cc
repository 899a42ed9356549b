#include "key/making.h"

#include "base/random.h"
#include "waiting_line.h"

namespace operators {
namespace {

constexpr std::size_t kIdSize = 20;  // bytes; what most tools expect of a CKA_ID at most

// The proof's failure, and what became of the key.
base::Error unproved(const base::Error& proof, const std::string& what_became, const std::string& details) {
  base::Error error(proof.kind(), proof.phase(), proof.message() + "; the new key " + what_became,
                    details + (proof.hint().empty() ? "" : "\n" + proof.hint()));
  if (proof.return_value()) error = std::move(error).with_return_value(*proof.return_value());
  return std::move(error).with_module(proof.module());
}

bool nobody_knows(const base::Error& proof) {
  return proof.kind() == base::ErrorKind::outcome_unknown || proof.kind() == base::ErrorKind::late;
}

// A pair whose private half does not answer to its public half is of no use, and in the way. Where nobody knows whether
// it does, it stays.
signing::KeyProof prove_or_remove(TokenAccess& access, const pkcs11::GeneratedKey& made, const pkcs11::Login& login) {
  try {
    return signing::prove_key(access.service(), made.key.uri, *made.key.public_key, &login);
  } catch (const base::Error& proof) {
    const std::string uri = pkcs11::format_uri(made.key.uri);
    if (nobody_knows(proof)) throw unproved(proof, "is still on the token, unproved", uri);
    try {
      access.service().remove(made.key.uri, *made.key.public_key, login);
    } catch (const base::Error& removal) {
      throw unproved(proof, "is still on the token, unproved",
                     uri + "\nremove it with the vendor's tool: " + removal.message());
    }
    throw unproved(proof, "was removed again", uri);
  }
}

// For the record alone: what the token does not tell is no fault of the key.
std::vector<pkcs11::ObjectView> read_back(TokenAccess& access, const pkcs11::GeneratedKey& made,
                                          const pkcs11::Login& login) {
  try {
    pkcs11::InspectOrder order;
    order.uri = made.key.uri;
    order.expected = made.key.public_key;
    return access.service().describe(order, &login).objects;
  } catch (const base::Error&) {
    return {};
  }
}

}  // namespace

base::Bytes random_key_id() {
  base::Bytes id(kIdSize);
  base::fill_with_random(id);
  return id;
}

pkcs11::GeneratedKey make_key(TokenAccess& access, const pkcs11::TokenState& token, const pkcs11::GenerateOrder& order,
                              const pkcs11::Login* login, KeyMaking* making) {
  const pkcs11::Login none;
  const pkcs11::Login& used = login == nullptr ? none : *login;
  const WaitingLine line(
      access, "making " + std::string(pkcs11::traits(order.spec).name) + " key on token " + base::quoted(token.label));
  const auto make = [&] { return access.service().generate(order, used); };
  pkcs11::GeneratedKey made = login != nullptr ? access.pin().use(token, make) : make();
  if (making != nullptr) {
    making->made = made;
    making->objects = read_back(access, made, used);
  }
  signing::KeyProof proof = prove_or_remove(access, made, used);
  if (making != nullptr) making->proof = std::move(proof);
  return made;
}

}  // namespace operators
