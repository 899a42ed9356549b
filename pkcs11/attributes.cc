#include "attributes.h"

#include <algorithm>
#include <cstring>

#include "attribute_names.h"

namespace pkcs11 {
namespace {

using base::Bytes;
using base::ByteView;
using base::Phase;

constexpr CK_ULONG kUnavailable = static_cast<CK_ULONG>(-1);
constexpr CK_ULONG kLargest = 64 * 1024;

// The module refuses this attribute, not the object.
bool concerns_attribute(CK_RV answer) {
  switch (answer) {
    case CKR_OK:
    case CKR_ATTRIBUTE_TYPE_INVALID:
    case CKR_ATTRIBUTE_SENSITIVE:
    case CKR_ATTRIBUTE_VALUE_INVALID:
    case CKR_BUFFER_TOO_SMALL:
      return true;
    default:
      return false;
  }
}

class AttributeReader {
 public:
  AttributeReader(const Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
      : module_(module), session_(session), object_(object) {}

  // Puts what can be read; gives back the types that should be asked for alone.
  std::vector<CK_ATTRIBUTE_TYPE> read(std::span<const CK_ATTRIBUTE_TYPE> types) {
    std::vector<CK_ATTRIBUTE> wanted;
    for (const CK_ATTRIBUTE_TYPE type : types)
      wanted.push_back({type, nullptr, 0});
    const CK_RV sizes = get(wanted);
    const bool alone = types.size() == 1;
    if (!concerns_attribute(sizes) && alone) fail(sizes);
    std::vector<CK_ATTRIBUTE_TYPE> left;
    std::vector<CK_ATTRIBUTE> present;
    for (const CK_ATTRIBUTE& attribute : wanted) {
      const bool told = attribute.ulValueLen != kUnavailable && (sizes == CKR_OK || attribute.ulValueLen != 0);
      if (!told && !alone) left.push_back(attribute.type);
      if (told && attribute.ulValueLen != 0 && attribute.ulValueLen <= kLargest) present.push_back(attribute);
    }
    if (present.empty() || fetch(present)) return left;
    for (const CK_ATTRIBUTE& attribute : present)
      left.push_back(attribute.type);
    return left;
  }

  Attributes take() { return std::move(found_); }

 private:
  // False when the module refused several at once.
  bool fetch(std::vector<CK_ATTRIBUTE>& present) {
    std::vector<Bytes> values;
    for (CK_ATTRIBUTE& attribute : present)
      attribute.pValue = values.emplace_back(attribute.ulValueLen).data();
    const CK_RV answer = get(present);
    if (answer != CKR_OK && present.size() > 1) return false;
    if (!concerns_attribute(answer)) fail(answer);
    if (answer != CKR_OK) return true;
    for (std::size_t i = 0; i < present.size(); ++i) {
      if (present[i].ulValueLen > values[i].size()) continue;
      values[i].resize(present[i].ulValueLen);
      found_.put(present[i].type, std::move(values[i]));
    }
    return true;
  }

  CK_RV get(std::vector<CK_ATTRIBUTE>& attributes) {
    return module_.call_patiently(Phase::find, "C_GetAttributeValue", &CK_FUNCTION_LIST::C_GetAttributeValue, session_,
                                  object_, attributes.data(), static_cast<CK_ULONG>(attributes.size()));
  }

  [[noreturn]] void fail(CK_RV answer) {
    throw module_.error(Phase::find, answer, "cannot read an object of the token");
  }

  const Module& module_;
  CK_SESSION_HANDLE session_;
  CK_OBJECT_HANDLE object_;
  Attributes found_;
};

Bytes raw(const void* value, std::size_t size) {
  Bytes bytes(size);
  std::memcpy(bytes.data(), value, size);
  return bytes;
}

}  // namespace

AttributeTemplate& AttributeTemplate::bytes(CK_ATTRIBUTE_TYPE type, ByteView value) {
  if (value.empty()) return *this;
  Bytes& kept = values_.emplace_back(value.begin(), value.end());
  attributes_.push_back({type, kept.data(), static_cast<CK_ULONG>(kept.size())});
  return *this;
}

AttributeTemplate& AttributeTemplate::text(CK_ATTRIBUTE_TYPE type, std::string_view value) {
  return bytes(type, base::bytes_of(value));
}

AttributeTemplate& AttributeTemplate::number(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
  return bytes(type, raw(&value, sizeof value));
}

AttributeTemplate& AttributeTemplate::flag(CK_ATTRIBUTE_TYPE type, bool value) {
  const CK_BBOOL byte = value ? CK_TRUE : CK_FALSE;
  return bytes(type, raw(&byte, sizeof byte));
}

bool AttributeTemplate::has(CK_ATTRIBUTE_TYPE type) const {
  return std::any_of(attributes_.begin(), attributes_.end(),
                     [&](const CK_ATTRIBUTE& each) { return each.type == type; });
}

std::string AttributeTemplate::names() const {
  std::string text;
  for (const CK_ATTRIBUTE& each : attributes_)
    text += (text.empty() ? "" : ", ") + name_of_attribute(each.type);
  return text;
}

void Attributes::put(CK_ATTRIBUTE_TYPE type, Bytes value) {
  if (!value.empty()) values_.insert_or_assign(type, std::move(value));
}

ByteView Attributes::bytes(CK_ATTRIBUTE_TYPE type) const {
  const auto found = values_.find(type);
  return found == values_.end() ? ByteView{} : ByteView(found->second);
}

std::string Attributes::text(CK_ATTRIBUTE_TYPE type) const {
  return base::text_of(bytes(type));
}

std::optional<unsigned long> Attributes::number(CK_ATTRIBUTE_TYPE type) const {
  const ByteView value = bytes(type);
  const auto as = [&]<typename Integer>(Integer integer) -> unsigned long {
    std::memcpy(&integer, value.data(), sizeof integer);
    return integer;
  };
  switch (value.size()) {
    case 1:
      return as(std::uint8_t{});
    case 2:
      return as(std::uint16_t{});
    case 4:
      return as(std::uint32_t{});
    case 8:
      return as(std::uint64_t{});
    default:
      return std::nullopt;
  }
}

std::optional<bool> Attributes::flag(CK_ATTRIBUTE_TYPE type) const {
  const auto value = number(type);
  if (!value) return std::nullopt;
  return *value != 0;
}

Attributes read_attributes(const Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                           std::span<const CK_ATTRIBUTE_TYPE> types) {
  AttributeReader reader(module, session, object);
  const std::vector<CK_ATTRIBUTE_TYPE> left = reader.read(types);
  for (const CK_ATTRIBUTE_TYPE& type : left)
    reader.read({&type, 1});
  return reader.take();
}

}  // namespace pkcs11
