#pragma once

#include <string>
#include <vector>

#include "module.h"
#include "pkcs11/key_service.h"

namespace pkcs11 {

// A fixed-width text field of PKCS#11: cut at the first NUL, blanks at the end dropped. (The standard pads with blanks;
// some modules pad with NUL.)
std::string field_text(const unsigned char* field, std::size_t width);

// "2.6"
std::string version_text(const CK_VERSION& version);

// A token in its slot, as C_GetTokenInfo describes it now, without the slot's description. Throws what the module
// answered.
TokenState read_token(const Module& module, CK_SLOT_ID slot);

// Asks for the slot's description as well, which signing does without; it stays empty when the module does not say.
void add_slot_description(const Module& module, TokenState& token);

// All slots that hold a token, in the module's order.
struct SlotList {
  std::vector<TokenState> tokens;     // those that could be read, uninitialised ones included
  std::vector<std::string> remarks;   // one for each that could not
  std::vector<base::Error> failures;  // likewise
};
SlotList read_slots(const Module& module);

// True when every token attribute of the URI equals the token's (RFC 7512 section 2.3).
bool matches(const Uri& uri, const TokenState& token, const Quirks& quirks);

// The token attributes that tell this token from others, without slot id unless nothing else is there.
Uri uri_of(const TokenState& token, const Quirks& quirks);

// token "prod" (serial 0123) or token in slot 5: for people.
std::string describe(const TokenState& token);

}  // namespace pkcs11
