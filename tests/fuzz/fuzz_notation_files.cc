#include <algorithm>
#include <string>
#include <vector>

#include "expect.h"
#include "schema/notation_files.h"

namespace {

using fuzz::expect;

void check_refusal(const base::Error& error) {
  expect(error.kind() == base::ErrorKind::invalid_settings, "a refusal is of kind invalid_settings");
  fuzz::expect_readable(error);
}

template <typename List>
void check_names(const List& list) {
  for (auto one = list.begin(); one != list.end(); ++one) {
    expect(!one->name.empty() && base::is_utf8(one->name), "a name is text");
    expect(std::none_of(list.begin(), one, [&](const auto& other) { return other.name == one->name; }),
           "a name stands once");
  }
}

void check_keys(const std::string& text) {
  try {
    const schema::NotationKeys keys = schema::decode_notation_keys(text, "signingkeys.json");
    check_names(keys.keys);
    expect(keys.default_name.has_value() == (keys.find_default() != nullptr), "the default key is in the list");
  } catch (const base::Error& error) {
    check_refusal(error);
  }
}

void check_policy(const std::string& text) {
  try {
    const schema::TrustPolicy policy = schema::decode_trust_policy(text, "trustpolicy.json");
    check_names(policy.statements);
    for (const schema::TrustPolicyStatement& statement : policy.statements) {
      expect(!statement.level.empty(), "a statement has a level");
      for (const std::string& scope : statement.registry_scopes)
        expect(policy.find_for(scope) == &statement, "a scope belongs to one statement");
    }
  } catch (const base::Error& error) {
    check_refusal(error);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_keys(text);
  check_policy(text);
  return 0;
}
