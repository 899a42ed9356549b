#include <iostream>

#include "base/bytes.h"
#include "token/choice.h"
#include "token/report.h"

namespace operators {

void reset_token_failures(const TokenPinFlags& flags) {
  const auto access = open_module(flags.choice);
  const pkcs11::TokenState token = chosen_token(*access, flags.choice);
  const signing::PinStep::Forgotten forgotten = access->pin().forget_refusals(token);
  const schema::ResetFailuresReport done{access->setup().module.path, token.label, token.serial, forgotten.user,
                                         forgotten.security_officer};
  if (flags.json) {
    std::cout << schema::encode(done);
    return;
  }
  std::cout << "forgot the refused PINs of token " << base::quoted(token.label) << ": " << done.refused_pins
            << " of the PIN, " << done.refused_so_pins << " of the SO PIN\n"
            << "  runs of this user had counted them; the token's own count is as it was\n";
}

}  // namespace operators
