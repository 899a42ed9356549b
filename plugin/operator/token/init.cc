#include <iostream>

#include "base/bytes.h"
#include "base/error.h"
#include "confirm.h"
#include "notation/program.h"
#include "token/choice.h"
#include "token/report.h"

namespace operators {
namespace {

using base::Error;

// As it was named: a link outlives the version of the library that it leads to.
std::string module_of(const TokenInitFlags& flags, const TokenAccess& access) {
  return flags.choice.module.module.value_or(access.setup().module.path);
}

// Objects that everybody can see; a token may hide more behind the login.
std::size_t visible_objects(TokenAccess& access, const pkcs11::TokenState& token) {
  std::size_t objects = 0;
  for (const pkcs11::SurveyedToken& surveyed : access.service().survey(exactly(token), nullptr).tokens) {
    for (const pkcs11::KeyView& key : surveyed.keys)
      objects += (key.has_private ? 1U : 0U) + (key.has_public ? 1U : 0U) + key.certificates.size();
  }
  return objects;
}

std::string count_of(std::size_t objects) {
  if (objects == 0) return "no object is visible without a login";
  return std::to_string(objects) + (objects == 1 ? " object is" : " objects are") + " visible without a login";
}

// Other tokens that have the label already, as URIs: by the label alone nobody could name either.
std::vector<std::string> namesakes(TokenAccess& access, const pkcs11::TokenState& target, const std::string& label) {
  std::vector<std::string> uris;
  for (const pkcs11::ProbedToken& probed : access.service().probe({}).tokens) {
    const pkcs11::TokenState& token = probed.token;
    if (token.initialised && token.label == label && !(exactly(token) == exactly(target)))
      uris.push_back(pkcs11::format_uri(uri_of(token)));
  }
  return uris;
}

std::string warning_of(const std::vector<std::string>& namesakes, const std::string& label) {
  std::string text;
  for (const std::string& uri : namesakes)
    text += "  another token is labelled " + base::quoted(label) + ", too: " + uri + "\n";
  return text;
}

void ask_before_destruction(TokenAccess& access, const pkcs11::TokenState& token, const std::string& warning) {
  const std::string which = "token " + base::quoted(token.label) + ", serial " + base::printable(token.serial);
  const std::string text = "To initialise a token destroys every key and certificate on it.\n  " + which + "\n  " +
                           count_of(visible_objects(access, token)) + "\n" + warning;
  if (confirm_in_full("to initialise " + which + ", which destroys what is on it", text, "Destroy all of it?")) return;
  throw Error(base::ErrorKind::cancelled, base::Phase::request,
              "token " + base::quoted(token.label) + " was not initialised: not confirmed");
}

// The PIN of a security officer who is there already, or one for a token that has none.
pkcs11::TokenOrder order_of(TokenAccess& access, const pkcs11::TokenState& target, const std::string& label) {
  pkcs11::TokenOrder order;
  order.action = pkcs11::TokenAction::initialise;
  order.token = exactly(target);
  order.initialised = target.initialised;
  order.label = label;
  if (target.initialised) {
    pkcs11::Login login = access.pin().obtain_so(target);
    order.pin = std::move(login.pin);
    order.attended = login.attended;
  } else {
    order.pin = access.pin().choose(target, access.setup().so_pin_source, "new SO PIN", "--so-pin-source");
    order.attended = true;
  }
  return order;
}

pkcs11::TokenState initialise(TokenAccess& access, const pkcs11::TokenState& target, const pkcs11::TokenOrder& order) {
  const auto job = [&] { return access.service().administer(order); };
  return target.initialised ? access.pin().use(target, job) : job();
}

// The security officer's PIN is known to be right by now: no try is at stake.
pkcs11::TokenState set_user_pin(TokenAccess& access, const pkcs11::TokenState& made, pkcs11::TokenOrder&& initialising,
                                base::Secret pin, const std::string& module) {
  pkcs11::TokenOrder order;
  order.action = pkcs11::TokenAction::set_user_pin;
  order.token = exactly(made);
  order.pin = std::move(initialising.pin);
  order.new_pin = std::move(pin);
  order.attended = true;
  try {
    return access.service().administer(order);
  } catch (const Error& error) {
    throw Error(
        error.kind(), error.phase(),
        "token " + base::quoted(made.label) + " is initialised, but has no PIN yet: " + error.message(),
        "set one: " + shell_line({"notation-pkcs11", "token", "unlock", "--module", module, "--serial", made.serial}) +
            (error.hint().empty() ? "" : "\n" + error.hint()));
  }
}

}  // namespace

void initialise_token(const TokenInitFlags& flags) {
  const auto access = open_module(flags.choice);
  const pkcs11::TokenState target = token_to_initialise(*access, flags.choice);
  const std::vector<std::string> others = namesakes(*access, target, flags.label);
  const std::string warning = warning_of(others, flags.label);
  if (target.initialised && !flags.yes) ask_before_destruction(*access, target, warning);

  pkcs11::TokenOrder order = order_of(*access, target, flags.label);
  base::Secret pin = access->pin().choose_first(target);
  const pkcs11::TokenState made = initialise(*access, target, order);
  const pkcs11::TokenState ready =
      set_user_pin(*access, made, std::move(order), std::move(pin), module_of(flags, *access));

  access->pin().forget_user_refusals(ready);

  schema::TokenChangeReport done;
  done.module = access->setup().module.path;
  done.token = report(ready, access->pin().refusals(ready));
  done.next = shell_line({"notation-pkcs11", "key", "generate", "--module", module_of(flags, *access), "--token",
                          others.empty() ? ready.label : done.token.uri}) +
              " --label NAME --spec EC-256";
  if (flags.json) {
    std::cout << schema::encode(done);
    return;
  }
  std::cout << "initialised token " << base::quoted(ready.label) << ", and set its SO PIN and PIN\n"
            << text_of(done.token) << warning << "next: " << base::printable(done.next, 4096) << "\n";
}

}  // namespace operators
