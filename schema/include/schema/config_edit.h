#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pkcs11/quirks.h"

namespace schema {

// What a new entry of the configuration file says of a key; what is empty is left out.
struct KeyEntry {
  std::string uri;         // without a PIN
  std::string module;      // absolute path
  std::string chain_file;  // as written: relative to the file's folder
  std::string pin_source;  // "env:NAME", "file:PATH", ...
  std::optional<unsigned long> user_type;
  std::string login_user, init_args;
  pkcs11::Quirks quirks;
};

// The text of a user's configuration file with the entry keys.NAME added, indented by two spaces; an empty `json` makes
// a new file. Other members keep their order and values. Errors: as decode_config, for the text that is there and for
// the one that comes out; invalid_settings when there is such a key already.
std::string add_key_entry(std::string_view json, std::string_view file_name, const std::string& name,
                          const KeyEntry& entry);

}  // namespace schema
