#include <iostream>

#include "base/bytes.h"
#include "base/error.h"
#include "pkcs11/pin_state.h"
#include "token/choice.h"
#include "token/report.h"

namespace operators {
namespace {

void answer(TokenAccess& access, const pkcs11::TokenState& token, bool json, const std::string& what) {
  schema::TokenChangeReport done;
  done.module = access.setup().module.path;
  done.token = report(token, access.pin().refusals(token));
  if (json) {
    std::cout << schema::encode(done);
  } else {
    std::cout << what << " of token " << base::quoted(token.label) << "\n" << text_of(done.token);
  }
}

void require_writable(const pkcs11::TokenState& token) {
  if (!token.write_protected) return;
  throw base::Error(base::ErrorKind::not_capable, base::Phase::slots,
                    "cannot set the PIN of token " + base::quoted(token.label) + ": it is write-protected",
                    "the vendor's tool, or a switch on the device, lets it be written");
}

}  // namespace

// A PIN that the token wants changed is no obstacle here.
void set_token_pin(const TokenPinFlags& flags) {
  const auto access = open_module(flags.choice);
  const pkcs11::TokenState token = chosen_token(*access, flags.choice);
  require_writable(token);
  pkcs11::TokenState usable = token;
  usable.pin_to_be_changed = false;

  const bool so = flags.security_officer;
  const std::string which = so ? "SO PIN" : "PIN";

  pkcs11::TokenOrder order;
  order.action = so ? pkcs11::TokenAction::change_so_pin : pkcs11::TokenAction::change_user_pin;
  order.token = exactly(token);
  pkcs11::Login login = so ? access->pin().obtain_so(token) : access->pin().obtain(usable);
  order.pin = std::move(login.pin);
  order.attended = login.attended;
  order.new_pin = access->pin().choose(token, access->setup().new_pin_source, "new " + which, "--new-pin-source");
  const pkcs11::TokenState changed = access->pin().use(token, [&] { return access->service().administer(order); });
  answer(*access, changed, flags.json, "changed the " + which);
}

void unlock_token(const TokenPinFlags& flags) {
  const auto access = open_module(flags.choice);
  const pkcs11::TokenState token = chosen_token(*access, flags.choice);
  require_writable(token);

  pkcs11::TokenOrder order;
  order.action = pkcs11::TokenAction::set_user_pin;
  order.token = exactly(token);
  pkcs11::Login login = access->pin().obtain_so(token);
  order.pin = std::move(login.pin);
  order.attended = login.attended;
  order.new_pin = access->pin().choose(token, access->setup().new_pin_source, "new PIN", "--new-pin-source");
  const pkcs11::TokenState unlocked = access->pin().use(token, [&] { return access->service().administer(order); });
  access->pin().forget_user_refusals(unlocked);
  answer(*access, unlocked, flags.json, "set a new PIN");
}

}  // namespace operators
