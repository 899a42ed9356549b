#pragma once

#include <string>
#include <vector>

#include "pkcs11/uri.h"

namespace operators {

// Who means a key, as far as this user's files tell: names in the configuration files, and in notation's list of keys.
struct KeyMentions {
  std::vector<std::string> configured, registered;
};

// Files that cannot be read mention nothing.
KeyMentions mentions_of(const pkcs11::Uri& key);

}  // namespace operators
