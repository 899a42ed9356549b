#include "private_key.h"

#include <algorithm>
#include <cstring>

#include "finder.h"
#include "token.h"

namespace pkcs11 {
namespace {

using base::ByteView;
using base::ErrorKind;
using base::Phase;

std::vector<Object> search(const Module& module, const Located& located, ByteView id, std::string_view label) {
  AttributeTemplate wanted;
  wanted.number(CKA_CLASS, CKO_PRIVATE_KEY).bytes(CKA_ID, id).text(CKA_LABEL, label);
  if (wanted.size() == 1) return {};
  std::vector<Object> found = find_objects(module, located.session.handle(), std::move(wanted));
  std::erase_if(found, [](const Object& object) { return object.type != CKO_PRIVATE_KEY; });
  return found;
}

// A private half may have no label and a public half no id, so the id decides where there is one.
std::vector<Object> candidates(const Module& module, const Located& located) {
  if (!located.match)
    return search(module, located, located.wanted.id.value_or(base::Bytes{}), located.wanted.object.value_or(""));
  if (!located.match->group.private_objects.empty()) return located.match->group.private_objects;
  const Uri& named = located.match->uri;
  if (named.id) {
    std::vector<Object> found = search(module, located, *named.id, {});
    if (!found.empty()) return found;
  }
  std::vector<Object> found = search(module, located, {}, named.object.value_or(""));
  if (named.id) std::erase_if(found, [](const Object& object) { return !object.id.empty() && !object.key; });
  return found;
}

// A label can be anybody's: only the id, or the public key that an RSA object shows of itself, says whose half it is.
bool is_proved(const Located& located, const Object& object, const PublicKey& expected) {
  if (object.key) return *object.key == expected;
  const std::optional<base::Bytes>& id = located.match ? located.match->uri.id : located.wanted.id;
  return id && !id->empty() && object.id == *id;
}

std::vector<CK_MECHANISM_TYPE> mechanism_list(ByteView value) {
  std::vector<CK_MECHANISM_TYPE> list(value.size() / sizeof(CK_MECHANISM_TYPE));
  if (value.size() % sizeof(CK_MECHANISM_TYPE) != 0) return {};
  if (!list.empty()) std::memcpy(list.data(), value.data(), value.size());
  return list;
}

PrivateKey read_use(const Module& module, const Located& located, CK_OBJECT_HANDLE handle) {
  std::vector<CK_ATTRIBUTE_TYPE> types{CKA_ALWAYS_AUTHENTICATE};
  if (!module.quirks().has(Quirk::no_allowed_mechanisms)) types.push_back(CKA_ALLOWED_MECHANISMS);
  const Attributes attributes = read_attributes(module, located.session.handle(), handle, types);
  PrivateKey key;
  key.handle = handle;
  key.always_authenticate =
      attributes.flag(CKA_ALWAYS_AUTHENTICATE).value_or(false) || module.quirks().has(Quirk::context_login);
  key.allowed = mechanism_list(attributes.bytes(CKA_ALLOWED_MECHANISMS));
  return key;
}

std::string list_of_objects(const Module& module, const Located& located, const std::vector<Object>& objects) {
  std::vector<Match> matches;
  for (const Object& object : objects) {
    KeyGroup group;
    group.key = object.key;
    group.private_objects.push_back(object);
    Uri uri = view_of(group, uri_of(located.token, module.quirks())).uri;
    matches.push_back({0, std::move(uri), std::move(group)});
  }
  return list_of(matches);
}

// The one half, as the object that it is; empty when there is none.
std::optional<Object> only_half(const Module& module, const Located& located, const PublicKey& expected,
                                const std::string& what, std::vector<Object> found) {
  if (found.empty()) return std::nullopt;
  std::vector<Object> fitting = found;
  std::erase_if(fitting, [&](const Object& object) { return object.key && *object.key != expected; });
  if (fitting.empty())
    throw module.error(ErrorKind::key_not_found, Phase::find,
                       what + "the private key on the token belongs to another public key",
                       "the certificate or the key on the token is not the right one; found:\n" +
                           list_of_objects(module, located, found));
  if (fitting.size() > 1)
    throw module.error(ErrorKind::ambiguous_key, Phase::find,
                       what + std::to_string(fitting.size()) + " private keys match",
                       "give every key an id of its own; found:\n" + list_of_objects(module, located, fitting));
  return fitting.front();
}

}  // namespace

bool PrivateKey::allows(const SignMechanism& mechanism) const {
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), mechanism.type) != allowed.end();
}

std::optional<PrivateKey> find_private_key(const Module& module, const Located& located, const PublicKey& expected) {
  const std::string what = "cannot use key " + format_uri(located.wanted) + ": ";
  const auto half = only_half(module, located, expected, what, candidates(module, located));
  if (!half) return std::nullopt;
  return read_use(module, located, half->handle);
}

std::optional<CK_OBJECT_HANDLE> find_private_half_to_remove(const Module& module, const Located& located,
                                                            const PublicKey& expected) {
  const std::string what = "cannot remove key " + format_uri(located.wanted) + ": ";
  const std::vector<Object> found = candidates(module, located);
  std::vector<Object> proved = found;
  std::erase_if(proved, [&](const Object& object) { return !is_proved(located, object, expected); });
  if (proved.empty() && std::any_of(found.begin(), found.end(), [](const Object& object) { return !object.key; }))
    throw module.error(ErrorKind::not_capable, Phase::find,
                       what + "a private key has its label alone, and nothing tells whether it is this key's",
                       "nothing was destroyed; the vendor's tool can give both halves one id; found:\n" +
                           list_of_objects(module, located, found));
  const auto half = only_half(module, located, expected, what, proved.empty() ? found : std::move(proved));
  if (!half) return std::nullopt;
  return half->handle;
}

}  // namespace pkcs11
