#include <iostream>

#include "base/random.h"
#include "key/commands.h"
#include "pkcs11/pin_state.h"
#include "signing/key_proof.h"
#include "token_access.h"

namespace operators {
namespace {

constexpr std::size_t kIdSize = 20;  // bytes; what most tools expect of a CKA_ID at most

base::Bytes random_id() {
  base::Bytes id(kIdSize);
  base::fill_with_random(id);
  return id;
}

base::Bytes id_of(const std::string& hex) {
  if (hex.empty()) return random_id();
  const auto digit = [](char letter) -> int {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return -1;
  };
  base::Bytes id;
  for (std::size_t i = 0; i + 1 < hex.size() && digit(hex[i]) >= 0 && digit(hex[i + 1]) >= 0; i += 2) {
    id.push_back(static_cast<std::uint8_t>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  if (id.empty() || id.size() * 2 != hex.size()) {
    throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                      "--id " + base::quoted(hex) + " is not an even number of hexadecimal digits");
  }
  return id;
}

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
void prove_or_remove(TokenAccess& access, const pkcs11::GeneratedKey& generated, const pkcs11::Login& login) {
  try {
    signing::prove_key(access.service(), generated.key.uri, *generated.key.public_key, &login);
  } catch (const base::Error& proof) {
    const std::string uri = pkcs11::format_uri(generated.key.uri);
    if (nobody_knows(proof)) throw unproved(proof, "is still on the token, unproved", uri);
    try {
      access.service().remove(generated.key.uri, *generated.key.public_key, login);
    } catch (const base::Error& removal) {
      throw unproved(proof, "is still on the token, unproved",
                     uri + "\nremove it with the vendor's tool: " + removal.message());
    }
    throw unproved(proof, "was removed again", uri);
  }
}

void print(const schema::GeneratedKeyReport& made) {
  std::cout << "made key " << made.key.key_spec << " on token " << base::quoted(made.token) << "\n"
            << "  " << made.key.uri << "\n"
            << "  SHA-256 of the public key: " << made.key.spki_sha256 << "\n"
            << "  private half: " << (made.sensitive ? "sensitive" : "NOT SENSITIVE") << ", "
            << (made.extractable ? "EXTRACTABLE" : "not extractable") << "\n"
            << "  proved: it signed a random challenge, and the signature verifies\n";
}

}  // namespace

void generate_key(const KeyGenerateFlags& flags) {
  pkcs11::GenerateOrder order;
  if (!flags.token.token.empty()) order.token.token = flags.token.token;
  order.spec = flags.spec;
  order.label = flags.label;
  order.id = id_of(flags.id);
  order.always_authenticate = flags.always_authenticate;

  const auto access = TokenAccess::by_module(flags.token.module);
  const pkcs11::TokenState token = the_token(access->service().survey(order.token, nullptr), flags.token);
  const bool logs_in = pkcs11::needs_login(token, access->setup().module.quirks);
  const pkcs11::Login login = logs_in ? access->pin().obtain(token) : pkcs11::Login{};
  const auto make = [&] { return access->service().generate(order, login); };
  const pkcs11::GeneratedKey generated = logs_in ? access->pin().use(token, make) : make();
  prove_or_remove(*access, generated, login);

  schema::GeneratedKeyReport made;
  made.key = report(generated.key);
  made.token = generated.token.label;
  made.sensitive = generated.sensitive;
  made.extractable = generated.extractable;
  made.never_extractable = generated.never_extractable;
  made.local = generated.local;
  made.proved = true;
  if (flags.json) {
    std::cout << schema::encode(made);
  } else {
    print(made);
  }
}

}  // namespace operators
