#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/secret.h"
#include "pkcs11/key_service.h"

namespace pkcs11 {

// One attribute of an object as people read it: "CKA_SENSITIVE" and "true"; bytes in hexadecimal.
struct AttributeText {
  std::string name, value;
};

// One object, with the attributes that the token shows of it. The value of a secret attribute is never asked for.
struct ObjectView {
  std::string type;  // "public key", "private key", "certificate"
  std::vector<AttributeText> attributes;
};

// All that can be seen of one key.
struct KeyDetails {
  TokenState token;
  KeyView key;
  std::vector<ObjectView> objects;
  std::vector<std::string> mechanisms;  // CKM names with which it would sign, the first choice first
};

struct CertificateToStore {
  base::Bytes der;
  std::string label;
  base::Bytes id;  // CKA_ID: the key's for a leaf
};
struct StoreOrder {
  Uri token;  // token attributes alone
  std::vector<CertificateToStore> certificates;
};
struct StoreResult {
  std::size_t added = 0, already_there = 0;  // a certificate of the same bytes is not stored twice
};

enum class TokenAction {
  initialise,       // C_InitToken: destroys every object; `pin` is the SO PIN, the old one where there is one
  set_user_pin,     // C_InitPIN by the security officer: the first user PIN, or a new one for a locked user
  change_user_pin,  // C_SetPIN by the user
  change_so_pin,    // C_SetPIN by the security officer
};
struct TokenOrder {
  TokenAction action = TokenAction::set_user_pin;
  Uri token;  // must select one token; to initialise, also one that is not initialised (by slot id or serial)
  std::optional<bool> initialised;  // for initialise: refused when the token is not as it was seen before
  std::string label;                // for initialise: at most 32 bytes of UTF-8
  base::Secret pin;                 // of who logs in; empty with a pad of its own
  base::Secret new_pin;             // for all but initialise; likewise
  bool attended = false;            // a person is at hand and accepts the final try
};

struct MechanismView {
  unsigned long type = 0;          // CKM value
  std::string name;                // "CKM_ECDSA", or the number in hexadecimal
  unsigned long min = 0, max = 0;  // key sizes as the module announces them, in its units
  unsigned long flags = 0;         // CKF bits of CK_MECHANISM_INFO
};

struct ModuleView {
  std::string manufacturer, description;
  std::string library_version;    // "2.6"
  std::string cryptoki_version;   // as CK_INFO says
  std::string interface_version;  // of the function list that is used: "2.40", "3.0"
};

struct PhaseTime {
  std::string phase;  // "load", "initialise", "slots", "open", "find" ...
  std::chrono::microseconds duration{0};
};

struct ProbedToken {
  TokenState token;
  std::vector<MechanismView> mechanisms;  // as the module lists them
};
struct Probe {
  ModuleView module;
  std::vector<ProbedToken> tokens;   // uninitialised ones included
  std::size_t empty_slots = 0;       // without a token
  std::vector<std::string> remarks;  // one per slot that could not be read
  std::vector<PhaseTime> times;
};

// What operators do beyond signing. Errors as for KeyService, and as said.
class TokenService : public KeyService {
 public:
  // Everything about the one key that the URI means; a login only when given, and then before the search.
  virtual KeyDetails describe(const InspectOrder& order, const Login* login) = 0;

  // Adds certificates, reads each back. One that cannot be added is an error; those before it stay, the message says
  // how many.
  virtual StoreResult store(const StoreOrder& order, const Login& login) = 0;

  // Destroys the certificates of exactly these bytes on the token that `token` selects; says how many objects went.
  virtual std::size_t remove_certificates(const Uri& token, const std::vector<base::Bytes>& certificates,
                                          const Login& login) = 0;

  // Initialises a token or changes a PIN, and reads the token's state afterwards. A job that may have begun to destroy
  // or change is never repeated. Errors: also pin_refused (the PIN of who logs in), invalid_request (the new PIN is too
  // short, long or weak for the token, or the label does not fit), busy (sessions are open).
  virtual TokenState administer(const TokenOrder& order) = 0;

  // What the module and its tokens say of themselves. Opens no session, needs no PIN.
  virtual Probe probe(const Uri& filter) = 0;
};

}  // namespace pkcs11
