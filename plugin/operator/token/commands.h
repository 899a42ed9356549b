#pragma once

#include <optional>
#include <string>
#include <vector>

#include "signing/settings.h"

namespace operators {

struct TokenListFlags {
  std::vector<std::string> modules;      // absolute paths; none: those that p11-kit knows
  std::optional<std::string> init_args;  // of the named modules
  bool json = false;
};

// Which token a command is about, as flags gave it. Each narrows the choice.
struct TokenChoice {
  std::string key;    // a configured name or a URI, whose settings hold
  std::string token;  // a label, or a PKCS#11 URI
  std::optional<unsigned long> slot;
  std::string serial;
  signing::ModuleFlags module;
};

struct TokenInitFlags {
  TokenChoice choice;
  std::string label;
  bool yes = false;
  bool json = false;
};

struct TokenPinFlags {
  TokenChoice choice;
  bool security_officer = false;  // for set-pin: the SO PIN is meant
  bool json = false;
};

// Each writes its answer to standard output and throws base::Error otherwise.
void list_tokens(const TokenListFlags& flags);
void initialise_token(const TokenInitFlags& flags);
void set_token_pin(const TokenPinFlags& flags);
void unlock_token(const TokenPinFlags& flags);
void reset_token_failures(const TokenPinFlags& flags);

}  // namespace operators
