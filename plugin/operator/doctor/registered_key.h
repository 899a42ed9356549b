#pragma once

#include <optional>
#include <string>
#include <vector>

#include "notation/home.h"
#include "signing/settings.h"

namespace operators {

// How notation knows a key of ours.
struct RegisteredKey {
  std::string id;                      // what our plugin is asked for
  std::string name;                    // notation's name for it; empty where it has none
  signing::ModuleFlags flags;          // as given, completed by what notation hands on with the key
  std::vector<std::string> completed;  // the settings that notation's list gave: "module"
};

// What `key` means: the name or the id of a key of our plugin in notation's list, else the id itself. A name in our
// own configuration goes before one in notation's. `keys` may be null.
RegisteredKey find_registered(const schema::NotationKeys* keys, const std::string& key, signing::ModuleFlags flags,
                              const std::vector<std::string>& configured_names);

// Whether both name the same key for our plugin: the same text, or the same URI but for its query.
bool same_key_id(const std::string& one, const std::string& other);

}  // namespace operators
