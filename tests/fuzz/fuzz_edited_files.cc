#include "expect.h"
#include "schema/config.h"
#include "schema/config_edit.h"
#include "schema/trust_policy.h"

namespace {

using fuzz::expect;

// Nothing, when the text is refused.
template <typename Edit>
std::string edited(const Edit& edit) {
  try {
    std::string text = edit();
    expect(!text.empty(), "an edit leaves a document");
    return text;
  } catch (const base::Error& error) {
    expect(error.kind() == base::ErrorKind::invalid_settings, "a refusal is of kind invalid_settings");
    fuzz::expect_readable(error);
    return {};
  }
}

void edit_policy(const std::string& text) {
  const schema::TrustRule rule{"release", "*", "ca:release", "x509.subject: C=CH, ST=ZH, O=Example"};
  const auto add = [&rule](const std::string& policy) {
    return edited([&] { return schema::add_trust_rule(policy, "trustpolicy.json", rule).text; });
  };
  const std::string once = add(text);
  expect(once.empty() || add(once) == once, "a rule is added once");
  expect(once.empty() || once.find("ca:release") != std::string::npos, "the rule is there");
}

void edit_config(const std::string& text) {
  const schema::KeyEntry entry{"pkcs11:object=release", "/usr/lib/module.so", "release.pem", "prompt", {}, {}, {}, {}};
  const std::string after = edited([&] { return schema::add_key_entry(text, "config.json", "release", entry); });
  if (after.empty()) return;
  const schema::Config config = schema::decode_config(after, "config.json", false);
  expect(config.keys.at("release").uri == entry.uri, "the key is there");
  const std::size_t before = text.empty() ? 0 : schema::decode_config(text, "config.json", false).keys.size();
  expect(config.keys.size() == before + 1, "no other key comes or goes");
}

}  // namespace

// The input is a trust policy of notation, and a configuration file, to which something is added.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  edit_policy(text);
  edit_config(text);
  return 0;
}
