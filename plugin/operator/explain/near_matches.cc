#include "explain/near_matches.h"

#include <algorithm>
#include <array>

#include "base/nearest.h"

namespace operators {
namespace {

using schema::Difference;

constexpr std::size_t kMostNearMatches = 10, kMostDifferences = 2;

std::string hexadecimal(const base::Bytes& id) {
  return base::to_hex(id);
}

// Adds a difference unless the attribute is not asked for, or is the same.
template <typename Value, typename Show>
void compare(std::vector<Difference>& into, const char* attribute, const std::optional<Value>& wanted,
             const std::optional<Value>& found, Show show) {
  if (!wanted || (found && *wanted == *found)) return;
  into.push_back({attribute, show(*wanted), found ? show(*found) : ""});
}

std::vector<Difference> token_differences(const pkcs11::Uri& wanted, const pkcs11::TokenState& token) {
  const auto as_is = [](const std::string& text) { return base::printable(text); };
  const auto number = [](unsigned long value) { return std::to_string(value); };
  std::vector<Difference> found;
  compare(found, "token", wanted.token, std::optional(token.label), as_is);
  compare(found, "manufacturer", wanted.manufacturer, std::optional(token.manufacturer), as_is);
  compare(found, "serial", wanted.serial, std::optional(token.serial), as_is);
  compare(found, "model", wanted.model, std::optional(token.model), as_is);
  compare(found, "slot-id", wanted.slot_id, std::optional(token.slot_id), number);
  return found;
}

void add_key_differences(std::vector<Difference>& found, const pkcs11::Uri& wanted, const pkcs11::Uri& key) {
  compare(found, "object", wanted.object, key.object, [](const std::string& text) { return base::printable(text); });
  compare(found, "id", wanted.id, key.id, hexadecimal);
}

// A key of the wanted label or id, or of a label like it. What names neither may be on another token.
bool is_near(const pkcs11::Uri& wanted, const pkcs11::Uri& key) {
  if (!wanted.names_object()) return true;
  if (wanted.id && wanted.id == key.id) return true;
  if (!wanted.object || !key.object) return false;
  return wanted.object == key.object || !base::nearest(*wanted.object, std::array{*key.object}).empty();
}

bool is_key(const pkcs11::KeyView& view) {
  return view.has_private || view.has_public;
}

}  // namespace

void sort_keys(const pkcs11::Survey& survey, const pkcs11::Uri& wanted, schema::ExplainReport& report) {
  std::vector<schema::ExplainedKey> others;
  for (const pkcs11::SurveyedToken& surveyed : survey.tokens) {
    if (!surveyed.token.initialised) continue;
    const std::vector<Difference> of_token = token_differences(wanted, surveyed.token);
    bool shows_key = false;
    for (const pkcs11::KeyView& view : surveyed.keys) {
      if (!is_key(view)) continue;
      shows_key = true;
      schema::ExplainedKey key{pkcs11::format_uri(view.uri), view.public_key ? pkcs11::describe(*view.public_key) : "",
                               of_token};
      add_key_differences(key.differences, wanted, view.uri);
      if (key.differences.empty()) {
        report.matched.push_back(std::move(key));
      } else if (is_near(wanted, view.uri)) {
        others.push_back(std::move(key));
      }
    }
    if (!shows_key && of_token.size() <= 1) {
      report.remarks.push_back("token " + base::quoted(surveyed.token.label) + " shows no key without a login");
    }
  }
  std::stable_sort(others.begin(), others.end(),
                   [](const schema::ExplainedKey& one, const schema::ExplainedKey& other) {
                     return one.differences.size() < other.differences.size();
                   });
  for (schema::ExplainedKey& key : others) {
    const bool as_near = report.nearly.empty() || key.differences.size() == report.nearly.front().differences.size();
    if (key.differences.size() > kMostDifferences || !as_near || report.nearly.size() == kMostNearMatches) break;
    report.nearly.push_back(std::move(key));
  }
  for (const std::string& remark : survey.remarks)
    report.remarks.push_back(base::printable(remark));
}

}  // namespace operators
