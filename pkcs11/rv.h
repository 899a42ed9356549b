#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "pkcs11/return_value.h"

namespace pkcs11 {

// What kind of trouble a return value means, and so what helps.
enum class ReturnClass {
  success,         // harmless: the wanted state exists already
  authentication,  // a person has to act; never repeated
  capability,      // the token cannot or may not do it
  configuration,   // set-up of module, token or role
  session,         // the session is to be thrown away and may be opened again
  process,         // only a new process may help
  wait,            // busy: later it may work
  fault,           // of ours or the module's
};

struct ReturnCode {
  base::ReturnValue value;
  std::string_view name;  // "CKR_DEVICE_ERROR"
  ReturnClass return_class;
  base::ErrorKind kind;
  std::string_view cause;   // for people, fits after a colon
  std::string_view advice;  // what to do next, may be empty
};

// Every code of PKCS#11 v2.40 to v3.2, ascending, by number: headers disagree about five of them, which are here twice.
std::span<const ReturnCode> return_codes();

// Null for vendor codes and unknown numbers.
const ReturnCode* find_return_code(base::ReturnValue value);

// "0x80000123"
std::string hexadecimal(unsigned long value);

// The phase decides for the codes that modules use for everything: CKR_ARGUMENTS_BAD, CKR_GENERAL_ERROR and kin.
ReturnClass class_of(base::ReturnValue value, base::Phase phase);
std::string_view name_of(ReturnClass return_class);

// What may be tried after a failure before C_Sign, C_GenerateKeyPair or C_CreateObject was entered; each at most once
// but wait, which is repeated until busy_wait is over. In the login phase only codes that say that the token did not
// look at the PIN allow anything: no PIN is offered twice.
enum class Remedy { none, reopen_session, restart_worker, wait };
Remedy remedy_for(base::ReturnValue value, base::Phase phase);

// The error for a failed call. what_failed is `<what failed> <object>`, such as `login to token "prod" failed`; cause
// and name are added. Kind: see rv_table.cc; in the phases load and initialise always module_unusable.
base::Error error_from(std::string_view what_failed, base::Phase phase, base::ReturnValue value);

// The error for a failed C_Sign: error_from(…, Phase::sign, …) when nothing was signed, else outcome_unknown.
base::Error error_after_sign(std::string_view what_failed, base::ReturnValue value);

}  // namespace pkcs11
