#include "finder.h"

#include <array>

#include "der_certificate.h"
#include "ec_point.h"

namespace pkcs11 {
namespace {

using base::Bytes;
using base::ByteView;
using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::size_t kMostObjects = 1024;

Bytes without_leading_zeros(ByteView number) {
  while (!number.empty() && number[0] == 0)
    number = number.subspan(1);
  return {number.begin(), number.end()};
}

std::optional<PublicKey> read_rsa(const Attributes& attributes) {
  RsaPublicKey key{without_leading_zeros(attributes.bytes(CKA_MODULUS)),
                   without_leading_zeros(attributes.bytes(CKA_PUBLIC_EXPONENT))};
  if (key.modulus.empty() || key.exponent.empty()) return std::nullopt;
  return key;
}

std::optional<PublicKey> read_ec(const Attributes& attributes, CK_KEY_TYPE type) {
  const ByteView params = attributes.bytes(CKA_EC_PARAMS), point = attributes.bytes(CKA_EC_POINT);
  if (params.empty() || point.empty()) return std::nullopt;
  if (type == CKK_EC_EDWARDS) return read_ed25519_key(params, point);
  return read_ec_public_key(params, point);
}

void read_key(const Module& module, CK_SESSION_HANDLE session, Object& object, CK_KEY_TYPE type) {
  static constexpr std::array<CK_ATTRIBUTE_TYPE, 2> kRsa{CKA_MODULUS, CKA_PUBLIC_EXPONENT};
  static constexpr std::array<CK_ATTRIBUTE_TYPE, 2> kEc{CKA_EC_PARAMS, CKA_EC_POINT};
  if (type != CKK_RSA && type != CKK_EC && type != CKK_EC_EDWARDS) return;
  const auto attributes = read_attributes(module, session, object.handle, type == CKK_RSA ? kRsa : kEc);
  try {
    object.key = type == CKK_RSA ? read_rsa(attributes) : read_ec(attributes, type);
  } catch (const Error& error) {
    // One odd key must not hide the others of the token; whoever needs this one says why it is not usable.
    object.key_problem = error.message();
  }
}

void read_certificate(const Module& module, CK_SESSION_HANDLE session, Object& object) {
  static constexpr std::array<CK_ATTRIBUTE_TYPE, 1> kValue{CKA_VALUE};
  const Attributes attributes = read_attributes(module, session, object.handle, kValue);
  const ByteView value = attributes.bytes(CKA_VALUE);
  object.certificate.assign(value.begin(), value.end());
  if (const auto names = read_names(object.certificate)) object.key = names->public_key;
}

// Ends the search whatever happens in between; a search left open makes every later one fail.
class Search {
 public:
  Search(const Module& module, CK_SESSION_HANDLE session, AttributeTemplate& wanted)
      : module_(module), session_(session) {
    const CK_RV answer = module.call_patiently(Phase::find, "C_FindObjectsInit", &CK_FUNCTION_LIST::C_FindObjectsInit,
                                               session, wanted.data(), wanted.size());
    if (answer != CKR_OK) throw module.error(Phase::find, answer, kWhat);
  }
  ~Search() { module_.call(Phase::find, "C_FindObjectsFinal", &CK_FUNCTION_LIST::C_FindObjectsFinal, session_); }
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  // False at the end.
  bool next(std::vector<CK_OBJECT_HANDLE>& handles) {
    std::array<CK_OBJECT_HANDLE, 64> some{};
    CK_ULONG count = 0;
    const CK_RV answer = module_.call_patiently(Phase::find, "C_FindObjects", &CK_FUNCTION_LIST::C_FindObjects,
                                                session_, some.data(), static_cast<CK_ULONG>(some.size()), &count);
    if (answer != CKR_OK) throw module_.error(Phase::find, answer, kWhat);
    if (count == 0) return false;
    if (count > some.size())
      throw module_.error(ErrorKind::token_failed, Phase::find,
                          std::string(kWhat) + ": the module claims more results than it was asked for");
    handles.insert(handles.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count));
    return true;
  }

 private:
  static constexpr const char* kWhat = "cannot search the token";
  const Module& module_;
  CK_SESSION_HANDLE session_;
};

}  // namespace

Handles find_handles(const Module& module, CK_SESSION_HANDLE session, AttributeTemplate& wanted, std::size_t limit) {
  Handles found;
  Search search(module, session, wanted);
  while (found.handles.size() <= limit && search.next(found.handles)) {
  }
  found.cut = found.handles.size() > limit;
  if (found.cut) found.handles.resize(limit);
  return found;
}

Object read_object(const Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle) {
  static constexpr std::array<CK_ATTRIBUTE_TYPE, 4> kCommon{CKA_CLASS, CKA_LABEL, CKA_ID, CKA_KEY_TYPE};
  const Attributes attributes = read_attributes(module, session, handle, kCommon);
  Object object;
  object.handle = handle;
  object.type = attributes.number(CKA_CLASS).value_or(CKO_DATA);
  object.label = attributes.text(CKA_LABEL);
  const ByteView id = attributes.bytes(CKA_ID);
  object.id.assign(id.begin(), id.end());
  if (object.type == CKO_CERTIFICATE) read_certificate(module, session, object);
  if (object.type == CKO_PUBLIC_KEY || object.type == CKO_PRIVATE_KEY)
    read_key(module, session, object, attributes.number(CKA_KEY_TYPE).value_or(CKK_GENERIC_SECRET));
  return object;
}

std::vector<Object> find_objects(const Module& module, CK_SESSION_HANDLE session, AttributeTemplate wanted) {
  const Handles found = find_handles(module, session, wanted, kMostObjects);
  if (found.cut)
    throw module.error(ErrorKind::ambiguous_key, Phase::find,
                       "cannot search the token: more than " + std::to_string(kMostObjects) + " objects match",
                       "name the key more exactly, with object and id");
  std::vector<Object> objects;
  for (const CK_OBJECT_HANDLE handle : found.handles)
    objects.push_back(read_object(module, session, handle));
  return objects;
}

std::vector<Object> find_objects(const Module& module, CK_SESSION_HANDLE session, const Uri& uri) {
  AttributeTemplate wanted;
  if (uri.object) wanted.text(CKA_LABEL, *uri.object);
  if (uri.id) wanted.bytes(CKA_ID, *uri.id);
  std::vector<Object> objects = find_objects(module, session, std::move(wanted));
  // An empty value cannot be searched for.
  if (uri.object && uri.object->empty())
    std::erase_if(objects, [](const Object& found) { return !found.label.empty(); });
  if (uri.id && uri.id->empty()) std::erase_if(objects, [](const Object& found) { return !found.id.empty(); });
  return objects;
}

}  // namespace pkcs11
