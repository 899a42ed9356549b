#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pkcs11 {

// Deviations of real modules. A configuration names them; none is guessed, because a wrong guess would change what
// matches or who logs in. Each is described in docs/quirks.md.
enum class Quirk {
  no_finalize,              // never call C_Finalize
  deepbind,                 // dlopen with RTLD_DEEPBIND
  rw_session,               // open read-write sessions only
  no_allowed_mechanisms,    // CKA_ALLOWED_MECHANISMS is wrong, do not read it
  force_login,              // log in although CKF_LOGIN_REQUIRED is clear
  never_login,              // do not log in although CKF_LOGIN_REQUIRED is set
  context_login,            // treat every key as CKA_ALWAYS_AUTHENTICATE
  hashed_mechanisms_first,  // prefer CKM_SHA256_RSA_PKCS_PSS and kin over our own digest
  serial_ignored,           // the serial number is not an identity
};

class Quirks {
 public:
  void set(Quirk quirk);
  bool has(Quirk quirk) const;
  unsigned bits() const { return bits_; }
  static Quirks from_bits(unsigned bits);  // bits that name no quirk are dropped
  bool operator==(const Quirks&) const = default;

 private:
  unsigned bits_ = 0;
};

std::string_view name_of(Quirk quirk);  // configuration spelling, "no-finalize"
std::optional<Quirk> find_quirk(std::string_view name);
std::vector<std::string_view> all_quirk_names();

}  // namespace pkcs11
