#include "key/making.h"

#include "base/random.h"
#include "notation/program.h"
#include "platform/held_signals.h"
#include "waiting_line.h"

namespace operators {
namespace {

constexpr std::size_t kIdSize = 20;  // bytes; what most tools expect of a CKA_ID at most

// There is no certificate yet that could be for another key, which is what the check of a signature says otherwise.
base::Error about_key_alone(const base::Error& proof) {
  if (proof.kind() != base::ErrorKind::signature_invalid) return proof;
  base::Error error(proof.kind(), proof.phase(), "the signature that the new key made of a challenge does not verify",
                    "the two halves of the key do not belong together, or the token signs wrongly");
  return std::move(error).with_module(proof.module());
}

// The proof's failure, and what became of the key.
base::Error unproved(const base::Error& proof, const std::string& what_became, const std::string& details) {
  base::Error error(proof.kind(), proof.phase(), proof.message() + "; the new key " + what_became,
                    details + (proof.hint().empty() ? "" : "\n" + proof.hint()));
  if (proof.return_value()) error = std::move(error).with_return_value(*proof.return_value());
  return std::move(error).with_module(proof.module());
}

bool nobody_knows(const base::Error& proof) {
  return proof.kind() == base::ErrorKind::outcome_unknown || proof.kind() == base::ErrorKind::late ||
         proof.kind() == base::ErrorKind::cancelled;
}

// Whoever ends the command while the token makes a key is told what is to be looked at.
class Interruption {
 public:
  Interruption(TokenAccess& access, const pkcs11::TokenState& token, const pkcs11::GenerateOrder& order)
      : what_(std::string(pkcs11::traits(order.spec).name) + " key " + base::quoted(order.label) + " on token " +
              base::quoted(token.label)),
        look_(shell_line({"notation-pkcs11", "key", "list", "--module", access.setup().module.path, "--token",
                          token.label, "--login"})) {}

  void key_is_made() { made_ = true; }

  // Error(cancelled).
  void check() {
    came_ = signals_.take() || came_;
    if (!came_) return;
    if (made_)
      throw base::Error(base::ErrorKind::cancelled, base::Phase::sign, "interrupted before " + what_ + " was proved");
    throw base::Error(
        base::ErrorKind::cancelled, base::Phase::generate,
        "cannot make " + what_ + ": interrupted: nobody knows whether the key was made",
        "look for it: " + look_ + "\na key that is there is not proved; notation-pkcs11 key delete removes it");
  }

 private:
  platform::HeldSignals signals_;
  std::string what_, look_;
  bool made_ = false, came_ = false;
};

// A pair whose private half does not answer to its public half is of no use, and in the way. Where nobody knows whether
// it does, it stays.
signing::KeyProof prove_or_remove(TokenAccess& access, const pkcs11::GeneratedKey& made, const pkcs11::Login& login,
                                  Interruption& interruption) {
  try {
    interruption.check();
    return signing::prove_key(access.service(), made.key.uri, *made.key.public_key, &login);
  } catch (const base::Error& failure) {
    const base::Error proof = about_key_alone(failure);
    const std::string uri = pkcs11::format_uri(made.key.uri);
    if (nobody_knows(proof)) throw unproved(proof, "is still on the token, unproved", uri);
    try {
      access.service().remove(made.key.uri, *made.key.public_key, login);
    } catch (const base::Error& removal) {
      throw unproved(proof, "is still on the token, unproved",
                     uri + "\nit could not be removed: " + removal.message() +
                         "\ntry again, else with the vendor's tool: " +
                         shell_line({"notation-pkcs11", "key", "delete", uri, "--module", access.setup().module.path}));
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
  Interruption interruption(access, token, order);
  const WaitingLine line(
      access, "making " + std::string(pkcs11::traits(order.spec).name) + " key on token " + base::quoted(token.label),
      [&] { interruption.check(); });
  const auto make = [&] { return access.service().generate(order, used); };
  pkcs11::GeneratedKey made = login != nullptr ? access.pin().use(token, make) : make();
  interruption.key_is_made();
  if (making != nullptr) {
    making->made = made;
    making->objects = read_back(access, made, used);
  }
  signing::KeyProof proof = prove_or_remove(access, made, used, interruption);
  if (making != nullptr) making->proof = std::move(proof);
  return made;
}

}  // namespace operators
