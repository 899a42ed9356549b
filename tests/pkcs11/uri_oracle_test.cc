#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "base/error.h"
#include "catch.h"
#include "pkcs11/uri.h"

using pkcs11::ObjectType;
using pkcs11::Uri;

// libp11-kit's reader of the same RFC is the oracle. It is the more lenient one, so what ours accepts it must accept,
// and both must understand the same. Ours alone refuses (docs/uri.md says why): a second attribute of the same name,
// empty attributes, blanks inside, characters that the RFC wants escaped, NUL and broken UTF-8 in text, unknown,
// unsupported and overlong path attributes, unknown types, pin-value, module-name, pin-source that is not a file, a
// relative module-path, attributes on the wrong side of the '?', escaped or too large slot ids, more than 4096 bytes.
namespace {

struct FreeUri {
  void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};
using OracleUri = std::unique_ptr<P11KitUri, FreeUri>;

OracleUri read_by_oracle(const std::string& text) {
  OracleUri uri(p11_kit_uri_new());
  return p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_ANY, uri.get()) == P11_KIT_URI_OK ? std::move(uri) : nullptr;
}

template <std::size_t N>
std::optional<std::string> field(const unsigned char (&bytes)[N]) {
  if (bytes[0] == 0) return std::nullopt;
  std::string text(reinterpret_cast<const char*>(bytes), N);
  return text.erase(text.find_last_not_of(' ') + 1);
}

std::optional<std::string> attribute(P11KitUri* uri, CK_ATTRIBUTE_TYPE type) {
  const CK_ATTRIBUTE* found = p11_kit_uri_get_attribute(uri, type);
  if (found == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(found->pValue), found->ulValueLen);
}

std::optional<CK_OBJECT_CLASS> object_class(const std::optional<ObjectType>& type) {
  if (!type) return std::nullopt;
  switch (*type) {
    case ObjectType::public_key:
      return CKO_PUBLIC_KEY;
    case ObjectType::private_key:
      return CKO_PRIVATE_KEY;
    case ObjectType::certificate:
      return CKO_CERTIFICATE;
    case ObjectType::secret_key:
      return CKO_SECRET_KEY;
    case ObjectType::data:
      return CKO_DATA;
  }
  return std::nullopt;
}

std::optional<std::string> text_or_none(const char* text) {
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

void require_agreement(const Uri& ours, P11KitUri* oracle) {
  REQUIRE(p11_kit_uri_any_unrecognized(oracle) == 0);
  const CK_TOKEN_INFO* token = p11_kit_uri_get_token_info(oracle);
  REQUIRE(ours.token == field(token->label));
  REQUIRE(ours.manufacturer == field(token->manufacturerID));
  REQUIRE(ours.serial == field(token->serialNumber));
  REQUIRE(ours.model == field(token->model));
  REQUIRE(ours.object == attribute(oracle, CKA_LABEL));
  const auto id = attribute(oracle, CKA_ID);
  REQUIRE(ours.id.has_value() == id.has_value());
  if (id) REQUIRE(base::text_of(*ours.id) == *id);
  const auto type = attribute(oracle, CKA_CLASS);
  REQUIRE(ours.type.has_value() == type.has_value());
  if (type) {
    CK_OBJECT_CLASS value = 0;
    REQUIRE(type->size() == sizeof value);
    std::memcpy(&value, type->data(), sizeof value);
    REQUIRE(object_class(ours.type) == value);
  }
  REQUIRE(ours.slot_id.value_or(~0UL) == p11_kit_uri_get_slot_id(oracle));
  REQUIRE(ours.module_path == text_or_none(p11_kit_uri_get_module_path(oracle)));
  REQUIRE(ours.pin_source == text_or_none(p11_kit_uri_get_pin_source(oracle)));
  REQUIRE(p11_kit_uri_get_pin_value(oracle) == nullptr);
  REQUIRE(p11_kit_uri_get_module_name(oracle) == nullptr);
}

std::optional<Uri> read_by_us(const std::string& text) {
  try {
    return pkcs11::parse_uri(text);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

// True when we accept the text; then the oracle has been asked as well.
bool accepted_and_agreed(const std::string& text) {
  const auto ours = read_by_us(text);
  if (!ours) return false;
  // p11-kit keeps slot ids in a signed number.
  constexpr auto kOracleLimit = static_cast<unsigned long>(std::numeric_limits<long>::max());
  if (ours->slot_id && *ours->slot_id > kOracleLimit) return true;
  INFO("uri: " << text);
  const OracleUri oracle = read_by_oracle(text);
  REQUIRE(oracle != nullptr);
  require_agreement(*ours, oracle.get());
  return true;
}

const std::vector<std::string> kNames = {"token",
                                         "manufacturer",
                                         "serial",
                                         "model",
                                         "slot-id",
                                         "object",
                                         "id",
                                         "type",
                                         "module-path",
                                         "pin-source",
                                         "x-vendor",
                                         "library-version",
                                         "slot-description",
                                         "module-name",
                                         "pin-value",
                                         "Token",
                                         "objecttype",
                                         "pinfile",
                                         ""};
const std::vector<std::string> kValues = {"",
                                          "a",
                                          "my%20token",
                                          "%20a%20",
                                          "0",
                                          "17",
                                          "99999999999",
                                          "public",
                                          "private",
                                          "cert",
                                          "data",
                                          "%00",
                                          "%C3%A9",
                                          "%c3",
                                          "%ff%00",
                                          "%2f%3B%3f",
                                          "/m.so",
                                          "file:/p",
                                          "file:p",
                                          "|x",
                                          "a=b",
                                          "a&b",
                                          "a b",
                                          "a/b",
                                          "%",
                                          "%4",
                                          "%zz",
                                          "secret-key",
                                          "~:[]@!$'()*+,=",
                                          "file://h/p",
                                          "file:///p",
                                          "18446744073709551617",
                                          "aaaaaaaaaaaaaaaaa",
                                          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

}  // namespace

TEST_CASE("every attribute with every value is understood as libp11-kit understands it") {
  int accepted = 0;
  for (const std::string& name : kNames) {
    for (const std::string& value : kValues) {
      const std::string attribute_text = name + "=" + value;
      for (const std::string& text :
           {"pkcs11:" + attribute_text, "pkcs11:?" + attribute_text,
            "PKCS11:object=k;" + attribute_text + "?module-path=/m", " pkcs11:" + attribute_text + "\n",
            "pkcs11:" + attribute_text + ";" + attribute_text, "pkcs11:" + attribute_text + "?"}) {
        accepted += accepted_and_agreed(text) ? 1 : 0;
      }
    }
  }
  REQUIRE(accepted > 500);
}

TEST_CASE("URIs put together at random are understood as libp11-kit understands them") {
  std::mt19937 random(11);  // NOLINT(cert-msc51-cpp): a failure must come back
  const auto one_of = [&](const std::vector<std::string>& pieces) -> const std::string& {
    return pieces[std::uniform_int_distribution<std::size_t>(0, pieces.size() - 1)(random)];
  };
  const std::vector<std::string> likely = {"token", "serial", "model", "object", "id", "manufacturer"};
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "pkcs11:";
    for (unsigned i = 0, n = random() % 4; i < n; ++i) {
      if (i > 0) text += ';';
      text += (random() % 8 == 0 ? one_of(kNames) : one_of(likely)) + "=" + one_of(kValues);
    }
    if (random() % 2 == 0) text += "?module-path=" + one_of(kValues);
    if (random() % 4 == 0) text += "&pin-source=" + one_of(kValues);
    accepted += accepted_and_agreed(text) ? 1 : 0;
  }
  REQUIRE(accepted > 2000);
}

TEST_CASE("URIs with a byte changed at random are understood as libp11-kit understands them") {
  std::mt19937 random(12);  // NOLINT(cert-msc51-cpp): a failure must come back
  const std::string seed =
      "pkcs11:token=my%20token;serial=5f3a;slot-id=3;object=release;id=%01%ab;type=private?module-path=/"
      "m.so&pin-source=/p";
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seed;
    text[random() % text.size()] = static_cast<char>(1 + random() % 126);
    if (random() % 2 == 0) text.erase(random() % text.size(), 1 + random() % 3);
    accepted += accepted_and_agreed(text) ? 1 : 0;
  }
  REQUIRE(accepted > 2000);
}

TEST_CASE("what we write is understood by libp11-kit") {
  for (const std::string& value : kValues) {
    const auto ours = read_by_us("pkcs11:token=prod;id=" + value);
    if (!ours) continue;
    const std::string formatted = pkcs11::format_uri(*ours);
    INFO(formatted);
    REQUIRE(accepted_and_agreed(formatted));
  }
}
