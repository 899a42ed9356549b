#include "not_found.h"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "finder.h"
#include "vendor_hint.h"

namespace pkcs11 {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::size_t kMostRead = 256, kMostShown = 10;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

std::size_t edit_distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= one.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

struct Line {
  unsigned distance;
  std::string text;
};

std::string join(std::vector<Line> lines) {
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& one, const Line& other) { return one.distance < other.distance; });
  std::string text;
  for (std::size_t i = 0; i < lines.size() && i < kMostShown; ++i)
    text += "\n  " + lines[i].text;
  if (lines.size() > kMostShown) text += "\n  and " + std::to_string(lines.size() - kMostShown) + " more";
  return text;
}

std::vector<Line> lines_of_token(const Module& module, const Session& session, const TokenState& token,
                                 const Uri& wanted) {
  AttributeTemplate everything;
  std::vector<Object> objects;
  for (const CK_OBJECT_HANDLE handle : find_handles(module, session.handle(), everything, kMostRead).handles)
    objects.push_back(read_object(module, session.handle(), handle));
  std::vector<Line> lines;
  for (const KeyGroup& group : group_objects(std::move(objects))) {
    const KeyView view = view_of(group, uri_of(token, module.quirks()));
    const unsigned distance = wanted.object ? distance_class(*wanted.object, view.uri.object.value_or("")) : 3;
    const char* kind = view.has_public || view.has_private ? "" : "  (only a certificate)";
    lines.push_back({distance, format_uri(view.uri) + kind});
  }
  return lines;
}

std::string cause_of(Missing missing, const Uri& wanted) {
  if (missing == Missing::private_half) return "its private half is not";
  if (wanted.object && wanted.id) return "no key of that label and id is";
  return wanted.id ? "no key of that id is" : "no key of that label is";
}

}  // namespace

unsigned distance_class(std::string_view one, std::string_view other) {
  const std::string left = lower(one), right = lower(other);
  if (left == right) return 0;
  if (left.empty() || right.empty()) return 3;
  if (left.find(right) != std::string::npos || right.find(left) != std::string::npos) return 1;
  if (left.size() > 128 || right.size() > 128) return 3;
  return edit_distance(left, right) <= 2 ? 2 : 3;
}

Error no_token_error(const Module& module, const Uri& wanted, const SlotList& slots) {
  std::vector<Line> lines;
  for (const TokenState& token : slots.tokens) {
    if (!token.initialised) continue;
    const unsigned distance = wanted.token ? distance_class(*wanted.token, token.label) : 3;
    lines.push_back({distance, format_uri(uri_of(token, module.quirks())) +
                                   (wanted.slot_id ? "  (slot " + std::to_string(token.slot_id) + ")" : "")});
  }
  std::string hint = lines.empty() ? "the module shows no initialised token" : "tokens that are there:" + join(lines);
  if (const std::string vendor = vendor_hint(module.path()); lines.empty() && !vendor.empty()) hint += "\n" + vendor;
  for (const std::string& remark : slots.remarks)
    hint += "\n" + remark;
  return module.error(ErrorKind::key_not_found, Phase::slots,
                      std::string("cannot find ") + (wanted.names_object() ? "key " : "token ") + format_uri(wanted) +
                          ": no such token is present",
                      std::move(hint));
}

Error no_key_error(const Module& module, const Session& session, const TokenState& token, const Uri& wanted,
                   Missing missing) {
  std::string hint;
  try {
    const auto lines = lines_of_token(module, session, token, wanted);
    hint = lines.empty() ? "the " + describe(token) + " shows no keys and no certificates"
                         : "keys that the " + describe(token) + " shows:" + join(lines);
  } catch (const Error& error) {
    hint = error.message();
  }
  if (token.login_required && module.quirks().has(Quirk::never_login))
    hint += "\nwhat needs a login stays hidden because of the quirk " + std::string(name_of(Quirk::never_login));
  return module.error(
      ErrorKind::key_not_found, Phase::find,
      "cannot find key " + format_uri(wanted) + ": " + cause_of(missing, wanted) + " on the " + describe(token),
      std::move(hint));
}

}  // namespace pkcs11
