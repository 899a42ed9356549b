#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/secret.h"
#include "pkcs11/key_spec.h"
#include "pkcs11/quirks.h"
#include "pkcs11/sign_order.h"
#include "pkcs11/uri.h"

namespace pkcs11 {

struct ModuleSettings {
  std::string path;       // absolute path of the PKCS#11 library
  std::string init_args;  // string for CK_C_INITIALIZE_ARGS.pReserved (NSS, YubiHSM); empty: NULL
  Quirks quirks;
};

// How long each phase may take before the worker is killed. A person may have to answer in login and sign (PIN pad,
// touch): `with_person` is the floor for both when the token has CKF_PROTECTED_AUTHENTICATION_PATH.
struct Timeouts {
  std::chrono::milliseconds load{30'000}, initialise{30'000}, slots{15'000}, open{15'000}, login{15'000}, find{15'000},
      sign{60'000}, generate{300'000};
  std::chrono::milliseconds with_person{180'000};
  std::chrono::milliseconds busy_wait{10'000};  // how long to repeat an answer of the class "busy"
};

// Who logs in and with what. An empty PIN asks the token to prompt at its own pad (C_Login with NULL).
struct Login {
  base::Secret pin;
  unsigned long user_type = 1;  // CKU_USER; vendor roles by number (Luna Crypto User 0x80000001)
  std::string user_name;        // not empty: C_LoginUser (PKCS#11 v3.0)
  bool attended = false;        // a person is at hand and accepts the final try
};

// CK_TOKEN_INFO, trimmed: blanks and NULs padding the end are cut.
struct TokenState {
  std::string label, manufacturer, model, serial;
  unsigned long slot_id = 0;
  unsigned long pin_min = 0, pin_max = 0;  // 0: unknown
  bool initialised = false, login_required = false, user_pin_set = false, write_protected = false, own_pin_pad = false;
  bool pin_count_low = false, pin_final_try = false, pin_locked = false, pin_to_be_changed = false;
  bool so_pin_count_low = false, so_pin_final_try = false, so_pin_locked = false;
  std::string slot_description, hardware_version, firmware_version;  // versions as "2.6"
};

// One key as far as it can be seen.
struct KeyView {
  Uri uri;  // enough to name exactly this key again
  std::optional<PublicKey> public_key;
  bool has_private = false, has_public = false;  // which halves were visible
  std::vector<base::Bytes> certificates;         // DER, the ones with the key's CKA_ID or label, identical copies once
};

// What `inspect` is asked. Public data only unless a login is handed in.
struct InspectOrder {
  Uri uri;                            // must name an object
  std::optional<PublicKey> expected;  // the leaf's key when a chain file gave it: selects among several matches
  bool chain_from_token = false;      // also collect the issuers' certificates
};

struct Inspection {
  TokenState token;
  // Empty when nothing matching is visible without a login (then at most one token matches the URI).
  std::optional<KeyView> key;
  std::vector<base::Bytes> issuers;  // DER, certificates on the token that may complete the chain, no order
  std::string mechanism;             // CKM name that sign will use; empty when the key is not visible or without spec
  std::vector<std::string> remarks;  // for the log: slots passed over, second copies of the key
};

struct SignResult {
  base::Bytes signature;  // RSA: as long as the modulus; EC: r and s at fixed width; Ed25519: 64 bytes
  std::string mechanism;
};

// An attribute that the caller wants on one half of a new key, beyond what is always set.
struct ExtraAttribute {
  bool on_private = true;
  unsigned long type = 0;  // CKA value
  std::string name;        // for texts: "CKA_UNWRAP", or the number
  base::Bytes value;       // as the module is given it
};

struct GenerateOrder {
  Uri token;  // token attributes alone
  KeySpec spec = KeySpec::ec_256;
  std::string label;  // refused when an object of that label exists
  base::Bytes id;     // CKA_ID, not empty; likewise
  bool always_authenticate = false;
  std::vector<ExtraAttribute> extra;
  // A CKM value to generate with when the token knows neither the standard mechanism nor, for RSA, X9.31.
  std::optional<unsigned long> mechanism;
};

struct GeneratedKey {
  KeyView key;  // read back from the token, both halves present
  TokenState token;
  bool sensitive = false, extractable = true, local = false, never_extractable = false;  // read back
  bool always_authenticate = false;
  std::string mechanism;  // CKM name that made it
};

struct SurveyedToken {
  TokenState token;
  std::vector<KeyView> keys;
};
struct Survey {
  std::string module_description;  // CK_INFO: manufacturer, description, version
  std::vector<SurveyedToken> tokens;
  std::vector<std::string> remarks;  // one per slot that could not be read, with the CKR name
};

// Everything the product ever asks of a PKCS#11 module, one complete job a call. Implemented twice with one behaviour:
// in this process (LocalService) and in a child process (IsolatedService). Errors: see each call; every Error carries
// phase, return value and the module's path.
class KeyService {
 public:
  virtual ~KeyService() = default;

  // Names the module and lets loading start; may return before it is loaded. What is wrong with it (module_unusable)
  // comes out of the first job. Called once, before any job.
  virtual void load(const ModuleSettings& module) = 0;

  // Finds the one key that the URI means in public data; logs in only when nothing is visible there and `login` is
  // given, so the private half need not be visible. Errors: invalid_uri, key_not_found, ambiguous_key
  // (candidates as URIs in the hint), pin_refused, pin_withheld, busy, late, module_died, token_failed, not_capable.
  virtual Inspection inspect(const InspectOrder& order, const Login* login) = 0;

  // Signs once. Finds the key again if this process has not inspected it; logs in unless it already is, or the token
  // needs no login and `login` is null. `expected` is the key that must sign: a private half that is known to belong to
  // another public key is an error before C_Sign. Errors: as inspect, and outcome_unknown, signature_invalid
  // (malformed), internal (an Ed25519 key and an order that is not for one, or the other way round).
  virtual SignResult sign(const SignOrder& order, const InspectOrder& key, const PublicKey& expected,
                          const Login* login) = 0;

  // Makes a key pair, reads it back; destroys what it made when anything is off. Errors: as sign, invalid_request (the
  // label or the id is taken), not_capable (also when the token made something else than was asked).
  virtual GeneratedKey generate(const GenerateOrder& order, const Login& login) = 0;

  // Destroys both halves of exactly this key (not its certificates). A key on several tokens is ambiguous_key.
  virtual void remove(const Uri& key, const PublicKey& expected, const Login& login) = 0;

  // All tokens and the keys on them; with a login, of the one token that `filter` selects, also the private ones.
  virtual Survey survey(const Uri& filter, const Login* login) = 0;

  // Lets go of the module until the next job, for a long wait.
  virtual void release() noexcept {}

  // The last lines that the module printed, for an error's details. Empty where output is not captured.
  virtual std::string module_output() { return {}; }
};

}  // namespace pkcs11
