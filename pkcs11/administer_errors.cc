#include "administer_errors.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace pkcs11 {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

struct Words {
  std::string_view name;  // CKR_PIN_TOO_WEAK has two numbers
  ErrorKind kind;
  std::string_view cause, hint;
};

constexpr std::string_view kVendorTool = "the vendor's own tool does it";

constexpr std::array kGeneral{
    Words{"CKR_SESSION_EXISTS", ErrorKind::busy, "sessions are open on it",
          "end the other programs that use the token, then try again"},
    Words{"CKR_SESSION_READ_ONLY_EXISTS", ErrorKind::busy, "a session that may only read is open on it",
          "end the other programs that use the token, then try again"},
    Words{"CKR_TOKEN_WRITE_PROTECTED", ErrorKind::not_capable, "the token is write-protected",
          "the vendor's own tool may lift the protection"},
    Words{"CKR_USER_TYPE_INVALID", ErrorKind::not_capable,
          "the token knows no security officer (SO) who logs in through PKCS#11", kVendorTool},
    Words{"CKR_FUNCTION_NOT_SUPPORTED", ErrorKind::not_capable, "the module does not offer this", kVendorTool},
};

constexpr std::array kOfficer{
    Words{"CKR_PIN_INCORRECT", ErrorKind::pin_refused, "the SO PIN is wrong", ""},
    Words{"CKR_PIN_LOCKED", ErrorKind::pin_refused, "the SO PIN is locked after too many wrong tries",
          "nobody can unlock it; the vendor's own tool may erase the token"},
    // opencryptoki wants that of every SO PIN that it was delivered with.
    Words{"CKR_PIN_EXPIRED", ErrorKind::pin_refused, "the token wants the SO PIN changed first",
          "notation-pkcs11 token set-pin --so changes it"},
};

constexpr std::array kNewPin{
    Words{"CKR_PIN_LEN_RANGE", ErrorKind::invalid_request, "the new PIN is too short or too long for the token", ""},
    Words{"CKR_PIN_INVALID", ErrorKind::invalid_request, "the new PIN has characters that the token does not take",
          "some tokens take digits alone"},
    Words{"CKR_PIN_TOO_WEAK", ErrorKind::invalid_request, "the new PIN is too weak for the token",
          "choose a longer or more varied PIN"},
    Words{"CKR_ARGUMENTS_BAD", ErrorKind::invalid_request, "the module does not accept the form of a PIN",
          "the vendor documents how PINs are written; some tokens take digits alone"},
};

template <std::size_t Size>
const Words* find(const std::array<Words, Size>& table, CK_RV answer) {
  const std::string name = name_of_return_value(answer);
  const auto found = std::ranges::find(table, name, &Words::name);
  return found == table.end() ? nullptr : &*found;
}

Error said(const Module& module, Phase phase, CK_RV answer, const std::string& what, const Words& words,
           const std::string& otherwise) {
  return module
      .error(words.kind, phase, what + ": " + std::string(words.cause) + " (" + name_of_return_value(answer) + ")",
             words.hint.empty() ? otherwise : std::string(words.hint))
      .with_return_value(answer);
}

}  // namespace

Error administer_error(const Module& module, Phase phase, CK_RV answer, const std::string& what,
                       const std::string& hint) {
  if (const Words* words = find(kGeneral, answer)) return said(module, phase, answer, what, *words, hint);
  return module.error(phase, answer, what, hint);
}

Error officer_error(const Module& module, Phase phase, CK_RV answer, const std::string& what,
                    const std::string& tries) {
  if (const Words* words = find(kOfficer, answer)) return said(module, phase, answer, what, *words, tries);
  return administer_error(module, phase, answer, what, tries);
}

Error new_pin_error(const Module& module, Phase phase, CK_RV answer, const std::string& what,
                    const std::string& lengths) {
  if (const Words* words = find(kNewPin, answer)) return said(module, phase, answer, what, *words, lengths);
  return administer_error(module, phase, answer, what);
}

}  // namespace pkcs11
