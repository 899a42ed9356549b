#pragma once

#include <string>
#include <vector>

namespace schema {

struct ExplainedSetting {
  std::string setting, value, origin;
};

// One attribute in which a key differs from the one that is looked for.
struct Difference {
  std::string attribute;  // as in a URI: "object"
  std::string wanted, found;
};

struct ExplainedKey {
  std::string uri, key_spec;  // the latter empty when the public key is not visible
  std::vector<Difference> differences;
};

// What `explain --json` says. Members are only ever added.
struct ExplainReport {
  std::string key, uri;  // as named, and what is looked for
  std::vector<ExplainedKey> matched, nearly;
  std::vector<std::string> remarks;
  std::string problem;  // why nothing could be looked for; empty otherwise
  std::vector<ExplainedSetting> settings;
  std::string command;  // how notation signs with it
};

std::string encode(const ExplainReport& report);

}  // namespace schema
