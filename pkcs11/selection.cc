#include "selection.h"

#include <algorithm>

namespace pkcs11 {
namespace {

using base::ErrorKind;
using base::Phase;

bool has_key_object(const KeyGroup& group) {
  return !group.public_objects.empty() || !group.private_objects.empty();
}

bool share_certificate(const KeyGroup& one, const KeyGroup& other) {
  return std::any_of(one.certificates.begin(), one.certificates.end(), [&](const Object& mine) {
    return std::any_of(other.certificates.begin(), other.certificates.end(),
                       [&](const Object& theirs) { return mine.certificate == theirs.certificate; });
  });
}

void append(std::vector<Object>& objects, const std::vector<Object>& more) {
  objects.insert(objects.end(), more.begin(), more.end());
}

void add_certificates(KeyGroup& group, const KeyGroup& more) {
  for (const Object& object : more.certificates) {
    const auto same = [&](const Object& known) { return known.certificate == object.certificate; };
    if (std::none_of(group.certificates.begin(), group.certificates.end(), same)) group.certificates.push_back(object);
  }
}

// Two groups of one key on one token; the one with key objects gives the name.
void merge(Match& match, Match more) {
  if (!has_key_object(match.group) && has_key_object(more.group)) std::swap(match, more);
  append(match.group.public_objects, more.group.public_objects);
  append(match.group.private_objects, more.group.private_objects);
  add_certificates(match.group, more.group);
}

std::string kind_of(const KeyGroup& group) {
  if (group.identity() != nullptr) return describe(*group.identity());
  if (has_key_object(group)) return "public key not readable";
  return "certificate of an unknown kind of key";
}

}  // namespace

bool same_key(const KeyGroup& one, const KeyGroup& other) {
  if (one.identity() != nullptr && other.identity() != nullptr) return *one.identity() == *other.identity();
  return share_certificate(one, other);
}

Selection without_copies(std::vector<Match> matches) {
  Selection selection;
  for (Match& match : matches) {
    const auto same = [&](const Match& known) { return same_key(known.group, match.group); };
    const auto known = std::find_if(selection.matches.begin(), selection.matches.end(), same);
    if (known == selection.matches.end()) {
      selection.matches.push_back(std::move(match));
    } else if (known->token == match.token) {
      merge(*known, std::move(match));
    } else {
      if (!has_key_object(known->group) && has_key_object(match.group)) std::swap(*known, match);
      selection.remarks.push_back("the same key is also at " + format_uri(match.uri) + "; " + format_uri(known->uri) +
                                  " is used");
      selection.copies.push_back(std::move(match));
    }
  }
  return selection;
}

Match only_match(const Module& module, std::vector<Match> matches, const std::optional<PublicKey>& expected,
                 const Uri& wanted) {
  if (matches.size() == 1) return std::move(matches.front());
  std::vector<Match> fitting;
  for (const Match& match : matches) {
    const PublicKey* key = match.group.identity();
    if (expected && key != nullptr && *key == *expected) return match;
    if (!expected || key == nullptr) fitting.push_back(match);
  }
  if (fitting.size() == 1) return std::move(fitting.front());
  const std::string what = "cannot find key " + format_uri(wanted) + ": ";
  if (fitting.empty())
    throw module.error(ErrorKind::key_not_found, Phase::find,
                       what + std::to_string(matches.size()) + " keys match, none of them is the certificate's",
                       "matching keys:\n" + list_of(matches));
  throw module.error(ErrorKind::ambiguous_key, Phase::find,
                     what + std::to_string(fitting.size()) + " different keys match",
                     "name one of them:\n" + list_of(fitting));
}

std::string list_of(const std::vector<Match>& matches) {
  std::string list;
  for (const Match& match : matches) {
    if (!list.empty()) list += '\n';
    list += "  " + format_uri(match.uri) + "  (" + kind_of(match.group) + ")";
  }
  return list;
}

}  // namespace pkcs11
