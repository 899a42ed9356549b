#include <iostream>
#include <optional>

#include "key/ceremony.h"
#include "key/commands.h"
#include "key/key_text.h"
#include "key/making.h"
#include "pkcs11/key_plan.h"
#include "pkcs11/pin_state.h"
#include "token/choice.h"
#include "token_access.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

base::Bytes id_of(const std::string& hex) {
  if (hex.empty()) return random_key_id();
  base::Bytes id = bytes_of_hex(hex);
  if (id.empty()) {
    throw Error(ErrorKind::invalid_settings, Phase::settings,
                "--id " + base::quoted(hex) + " is not an even number of hexadecimal digits");
  }
  return id;
}

pkcs11::GenerateOrder order_of(const KeyGenerateFlags& flags) {
  pkcs11::GenerateOrder order;
  order.token = token_selection(flags.token.token);
  order.spec = flags.spec;
  order.label = flags.label;
  order.id = id_of(flags.id);
  order.always_authenticate = flags.always_authenticate;
  for (const std::string& attribute : flags.attributes)
    order.extra.push_back(pkcs11::parse_extra_attribute(attribute));
  order.mechanism = flags.mechanism;
  return order;
}

schema::KeyPlanReport report_of(const pkcs11::KeyPlan& plan, const pkcs11::GenerateOrder& order) {
  schema::KeyPlanReport report;
  report.key_spec = pkcs11::traits(order.spec).name;
  report.label = order.label;
  report.id = base::to_hex(order.id);
  report.mechanisms = plan.mechanisms;
  report.public_half = attribute_texts(plan.public_half);
  report.private_half = attribute_texts(plan.private_half);
  return report;
}

void print(const schema::KeyPlanReport& plan) {
  std::cout << "would make key " << plan.key_spec << " on token " << base::quoted(plan.token)
            << "; nothing was made\n  mechanisms, in this order:\n";
  for (const std::string& mechanism : plan.mechanisms)
    std::cout << "    " << mechanism << "\n";
  std::cout << "  template of the public half:\n"
            << attribute_lines(plan.public_half, "    ") << "  template of the private half:\n"
            << attribute_lines(plan.private_half, "    ");
}

void show_plan(const KeyGenerateFlags& flags, const pkcs11::GenerateOrder& order) {
  schema::KeyPlanReport plan = report_of(pkcs11::plan_of(order), order);
  const auto access = TokenAccess::by_module(flags.token.module);
  plan.token = the_token(access->service().survey(order.token, nullptr), flags.token).label;
  plan.module = access->setup().module.path;
  if (flags.json) {
    std::cout << schema::encode(plan);
  } else {
    print(plan);
  }
}

void learn_about_module(TokenAccess& access, const pkcs11::TokenState& token, Ceremony& ceremony) {
  pkcs11::Uri filter;
  filter.slot_id = token.slot_id;
  const pkcs11::Probe probe = access.service().probe(filter);
  // The probe's view of the token has the versions.
  ceremony.know(probe.module, probe.tokens.size() == 1 ? probe.tokens.front().token : token);
}

// What a command says of the key that it made.
schema::GeneratedKeyReport make(const KeyGenerateFlags& flags, pkcs11::GenerateOrder order, KeyMaking& making,
                                Ceremony* ceremony) {
  const auto access = TokenAccess::by_module(flags.token.module);
  if (ceremony != nullptr) {
    access->while_waiting([ceremony] { ceremony->check_signals(); });
    ceremony->know_module(access->setup().module.path);
  }
  const pkcs11::TokenState token = the_token(access->service().survey(order.token, nullptr), flags.token);
  order.token = exactly(token);
  if (ceremony != nullptr) learn_about_module(*access, token, *ceremony);

  std::optional<pkcs11::Login> login;
  if (pkcs11::needs_login(token, access->setup().module.quirks)) login = access->pin().obtain(token);
  const pkcs11::GeneratedKey key =
      make_key(*access, token, order, login ? &*login : nullptr, ceremony != nullptr ? &making : nullptr);

  schema::GeneratedKeyReport made;
  made.key = report(key.key);
  made.module = access->setup().module.path;
  made.key_argument = key_argument(key.key.uri, made.module);
  made.token = key.token.label;
  made.mechanism = key.mechanism;
  made.sensitive = key.sensitive;
  made.extractable = key.extractable;
  made.never_extractable = key.never_extractable;
  made.local = key.local;
  made.always_authenticate = key.always_authenticate;
  made.proved = true;
  return made;
}

// A key that was made stays, whatever becomes of its record.
void write_record(Ceremony& ceremony, const KeyMaking& making, const std::string& uri) {
  try {
    ceremony.write(making, nullptr);
  } catch (const Error& fault) {
    throw Error(fault.kind(), fault.phase(), fault.message() + "; the new key is on the token", uri);
  }
}

[[noreturn]] void record_failure(Ceremony& ceremony, const KeyMaking& making, const Error& failure) {
  try {
    ceremony.write(making, &failure);
  } catch (const Error& fault) {
    Error both(failure.kind(), failure.phase(), failure.message(),
               failure.hint() + (failure.hint().empty() ? "" : "\n") + fault.message());
    if (failure.return_value()) both = std::move(both).with_return_value(*failure.return_value());
    throw std::move(both).with_module(failure.module());
  }
  throw failure;
}

schema::GeneratedKeyReport make_with_record(const KeyGenerateFlags& flags, const pkcs11::GenerateOrder& order) {
  Ceremony ceremony(flags, order);
  KeyMaking making;
  schema::GeneratedKeyReport made;
  try {
    made = make(flags, order, making, &ceremony);
  } catch (const Error& failure) {
    record_failure(ceremony, making, failure);
  }
  write_record(ceremony, making, made.key.uri);
  made.records = ceremony.files();
  return made;
}

void print(const schema::GeneratedKeyReport& made) {
  std::cout << "made key " << made.key.key_spec << " on token " << base::quoted(made.token) << "\n"
            << "  " << made.key.uri << "\n"
            << "  SHA-256 of the public key: " << made.key.spki_sha256 << "\n"
            << "  private half: " << (made.sensitive ? "sensitive" : "NOT SENSITIVE") << ", "
            << (made.extractable ? "EXTRACTABLE" : "not extractable") << "\n"
            << "  proved: it signed a random challenge, and the signature verifies\n";
  for (const std::string& file : made.records)
    std::cout << "  record: " << base::printable(file, 1024) << "\n";
}

}  // namespace

void generate_key(const KeyGenerateFlags& flags) {
  const pkcs11::GenerateOrder order = order_of(flags);
  if (flags.dry_run) return show_plan(flags, order);
  KeyMaking making;
  const schema::GeneratedKeyReport made =
      flags.record.empty() ? make(flags, order, making, nullptr) : make_with_record(flags, order);
  if (flags.json) {
    std::cout << schema::encode(made);
    return;
  }
  print(made);
  if (flags.mechanism && made.mechanism != pkcs11::plan_of(order).mechanisms.back()) {
    std::cout << "  made with " << made.mechanism << ": --mechanism was not needed\n";
  }
}

}  // namespace operators
