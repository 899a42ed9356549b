#include "pkcs11/key_plan.h"

#include <cstring>

#include "attribute_names.h"
#include "catch.h"
#include "throws_error.h"

// What a generation would ask, and extra attributes as text.

using namespace pkcs11;
using base::Bytes;
using base::ErrorKind;

namespace {

GenerateOrder order_for(KeySpec spec) {
  GenerateOrder order;
  order.spec = spec;
  order.label = "release";
  order.id = {0xAB};
  return order;
}

std::string text(const std::vector<AttributeText>& attributes) {
  std::string all;
  for (const AttributeText& each : attributes)
    all += (all.empty() ? "" : " ") + each.name + "=" + each.value;
  return all;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Bytes bytes_of_number(CK_ULONG number) {
  Bytes bytes(sizeof number);
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

}  // namespace

TEST_CASE("the plan for an RSA key has both templates and every mechanism") {
  GenerateOrder order = order_for(KeySpec::rsa_3072);
  order.mechanism = 0x80000142;
  const KeyPlan plan = plan_of(order);
  REQUIRE(plan.mechanisms ==
          std::vector<std::string>{"CKM_RSA_PKCS_KEY_PAIR_GEN", "CKM_RSA_X9_31_KEY_PAIR_GEN", "0x80000142"});
  REQUIRE(text(plan.public_half) ==
          "CKA_TOKEN=true CKA_VERIFY=true CKA_ID=ab CKA_LABEL=release CKA_MODULUS_BITS=3072 "
          "CKA_PUBLIC_EXPONENT=010001");
  REQUIRE(text(plan.private_half) ==
          "CKA_TOKEN=true CKA_PRIVATE=true CKA_SENSITIVE=true CKA_EXTRACTABLE=false CKA_SIGN=true CKA_ID=ab "
          "CKA_LABEL=release");
}

TEST_CASE("a mechanism that is tried anyway is not tried twice") {
  GenerateOrder order = order_for(KeySpec::rsa_2048);
  order.mechanism = CKM_RSA_X9_31_KEY_PAIR_GEN;
  REQUIRE(plan_of(order).mechanisms.size() == 2);
}

TEST_CASE("the plan for an EC key has the curve, and what was asked beyond") {
  GenerateOrder order = order_for(KeySpec::ec_256);
  order.always_authenticate = true;
  order.extra = {parse_extra_attribute("private:CKA_UNWRAP=false"),
                 parse_extra_attribute("public:0x80000001=hex:0A0b")};
  const KeyPlan plan = plan_of(order);
  REQUIRE(plan.mechanisms == std::vector<std::string>{"CKM_EC_KEY_PAIR_GEN"});
  REQUIRE(text(plan.public_half) ==
          "CKA_TOKEN=true CKA_VERIFY=true CKA_ID=ab CKA_LABEL=release "
          "CKA_EC_PARAMS=06082a8648ce3d030107 0x80000001=0a0b");
  REQUIRE(contains(text(plan.private_half), "CKA_ALWAYS_AUTHENTICATE=true CKA_UNWRAP=false"));
}

TEST_CASE("an extra attribute that is always set, is given twice or has no value is refused by name") {
  struct Wrong {
    std::vector<std::string> extra;
    std::string cause;
  };
  const auto wrong = GENERATE(values<Wrong>({
      {{"private:CKA_SENSITIVE=false"}, "CKA_SENSITIVE of the private key: it is always set"},
      {{"private:CKA_KEY_TYPE=ulong:3"}, "CKA_KEY_TYPE of the private key: it is always set"},
      {{"public:CKA_LABEL=text:other"}, "CKA_LABEL of the public key: it is always set"},
      {{"public:CKA_EC_PARAMS=hex:00"}, "CKA_EC_PARAMS of the public key: it is always set"},
      {{"private:CKA_ALWAYS_AUTHENTICATE=false"}, "CKA_ALWAYS_AUTHENTICATE of the private key: it is always set"},
      {{"private:CKA_UNWRAP=false", "private:0x107=true"}, "CKA_UNWRAP of the private key: it is given twice"},
  }));
  GenerateOrder order = order_for(KeySpec::ec_256);
  order.always_authenticate = true;
  for (const std::string& each : wrong.extra)
    order.extra.push_back(parse_extra_attribute(each));
  const base::Error error = error_of([&] { plan_of(order); });
  require_error(error, ErrorKind::invalid_request);
  INFO(error.message());
  REQUIRE(contains(error.message(), wrong.cause));
  order.extra = {ExtraAttribute{true, CKA_UNWRAP, "CKA_UNWRAP", {}}};
  REQUIRE_ERROR(plan_of(order), ErrorKind::invalid_request);
}

TEST_CASE("the same attribute may be set on both halves") {
  GenerateOrder order = order_for(KeySpec::ec_256);
  order.extra = {parse_extra_attribute("private:CKA_DERIVE=false"), parse_extra_attribute("public:CKA_DERIVE=false"),
                 parse_extra_attribute("public:CKA_PRIVATE=true")};
  REQUIRE(contains(text(plan_of(order).public_half), "CKA_DERIVE=false CKA_PRIVATE=true"));
}

TEST_CASE("extra attributes are read from text") {
  struct Right {
    std::string text;
    bool on_private;
    unsigned long type;
    std::string name;
    Bytes value;
  };
  const auto right = GENERATE(values<Right>({
      {"private:CKA_UNWRAP=false", true, 0x107, "CKA_UNWRAP", {0}},
      {"public:CKA_WRAP=true", false, 0x106, "CKA_WRAP", {1}},
      {"public:0x80000001=hex:0a0B", false, 0x80000001, "0x80000001", {0x0A, 0x0B}},
      {"public:0x106=true", false, 0x106, "CKA_WRAP", {1}},
      {"private:CKA_START_DATE=text:20260101", true, 0x110, "CKA_START_DATE", {'2', '0', '2', '6', '0', '1', '0', '1'}},
      {"private:0x80000002=ulong:5", true, 0x80000002, "0x80000002", bytes_of_number(5)},
      {"private:0x80000002=ulong:0xff", true, 0x80000002, "0x80000002", bytes_of_number(255)},
      {"private:0x80000002=true", true, 0x80000002, "0x80000002", {1}},
      {"private:CKA_UNWRAP=hex:02", true, 0x107, "CKA_UNWRAP", {2}},
      {"private:CKA_ALLOWED_MECHANISMS=ulong:0x1041", true, 0x40000600, "CKA_ALLOWED_MECHANISMS",
       bytes_of_number(0x1041)},
      {"private:0x80000003=text:a=b:c", true, 0x80000003, "0x80000003", {'a', '=', 'b', ':', 'c'}},
  }));
  INFO(right.text);
  const ExtraAttribute extra = parse_extra_attribute(right.text);
  REQUIRE(extra.on_private == right.on_private);
  REQUIRE(extra.type == right.type);
  REQUIRE(extra.name == right.name);
  REQUIRE(extra.value == right.value);
}

TEST_CASE("what is wrong with an extra attribute is named") {
  struct Wrong {
    std::string text, cause, hint;
  };
  const auto wrong = GENERATE(values<Wrong>({
      {"", "not of the form HALF:NAME=VALUE", "for example"},
      {"CKA_UNWRAP=false", "not of the form", "for example"},
      {"private:CKA_UNWRAP", "not of the form", ""},
      {"both:CKA_UNWRAP=false", "the half is public or private, not \"both\"", ""},
      {"private:CKA_UNWARP=false", "no attribute is called \"CKA_UNWARP\"", "did you mean CKA_UNWRAP?"},
      {"private:=false", "no attribute is called \"\"", "by its number"},
      {"private:0x=false", "the number \"0x\" is not", ""},
      {"private:0x123456789=false", "the number \"0x123456789\" is not", ""},
      {"private:0x1g=false", "the number \"0x1g\" is not", ""},
      {"private:CKA_UNWRAP=no", "the value \"no\" is not true, false, hex:..., text:... or ulong:...", ""},
      {"private:CKA_UNWRAP=", "the value \"\" is not", ""},
      {"private:CKA_UNWRAP=ulong:0", "CKA_UNWRAP is not a number", "hex:"},
      {"private:CKA_UNWRAP=text:no", "CKA_UNWRAP is not a text", ""},
      {"private:CKA_START_DATE=true", "CKA_START_DATE is not true or false", ""},
      {"private:0x80000001=hex:", "the value is empty", "leave the attribute out"},
      {"private:0x80000001=hex:0", "odd number", ""},
      {"private:0x80000001=hex:0x", "is not hexadecimal", ""},
      {"private:0x80000001=hex:-1", "is not hexadecimal", ""},
      {"private:0x80000001=text:", "the value is empty", ""},
      {"private:0x80000001=ulong:", "is not a number", ""},
      {"private:0x80000001=ulong:-1", "is not a number", ""},
      {"private:0x80000001=ulong:99999999999999999999", "is not a number", ""},
      {"private:0x80000001=hex:" + std::string(8194, '0'), "more than 4096 bytes", ""},
  }));
  INFO(wrong.text.substr(0, 80));
  const base::Error error = error_of([&] { parse_extra_attribute(wrong.text); });
  require_error(error, ErrorKind::invalid_request);
  INFO(error.message() << " / " << error.hint());
  REQUIRE(contains(error.message(), wrong.cause));
  REQUIRE(contains(error.hint(), wrong.hint));
}

TEST_CASE("attribute values have a text of their kind, or are hexadecimal") {
  REQUIRE(text_of_attribute(CKA_SENSITIVE, Bytes{1}) == "true");
  REQUIRE(text_of_attribute(CKA_SENSITIVE, Bytes{0}) == "false");
  REQUIRE(text_of_attribute(CKA_SENSITIVE, Bytes{0, 1}) == "0001");
  REQUIRE(text_of_attribute(CKA_CLASS, bytes_of_number(CKO_PRIVATE_KEY)) == "CKO_PRIVATE_KEY");
  REQUIRE(text_of_attribute(CKA_KEY_TYPE, bytes_of_number(CKK_EC)) == "CKK_EC");
  REQUIRE(text_of_attribute(CKA_KEY_TYPE, bytes_of_number(0x80000005)) == "0x80000005");
  REQUIRE(text_of_attribute(CKA_CERTIFICATE_TYPE, bytes_of_number(0)) == "CKC_X_509");
  REQUIRE(text_of_attribute(CKA_MODULUS_BITS, bytes_of_number(2048)) == "2048");
  REQUIRE(text_of_attribute(CKA_MODULUS_BITS, Bytes{8, 0, 0}) == "080000");
  REQUIRE(text_of_attribute(CKA_KEY_GEN_MECHANISM, bytes_of_number(0x1040)) == "CKM_EC_KEY_PAIR_GEN");
  REQUIRE(text_of_attribute(CKA_KEY_GEN_MECHANISM, bytes_of_number(~0UL)) == "unknown");
  Bytes two = bytes_of_number(0x1041);
  const Bytes second = bytes_of_number(0x1044);
  two.insert(two.end(), second.begin(), second.end());
  REQUIRE(text_of_attribute(CKA_ALLOWED_MECHANISMS, two) == "CKM_ECDSA,CKM_ECDSA_SHA256");
  two.pop_back();
  REQUIRE(text_of_attribute(CKA_ALLOWED_MECHANISMS, two).starts_with("4110"));
  REQUIRE(text_of_attribute(CKA_LABEL, base::bytes_of("r\xC3\xA9lease")) == "r\xC3\xA9lease");
  REQUIRE(text_of_attribute(CKA_LABEL, Bytes{0xFF}) == "ff");
  REQUIRE(text_of_attribute(CKA_START_DATE, base::bytes_of("20260101")) == "20260101");
  REQUIRE(text_of_attribute(CKA_START_DATE, base::bytes_of("2026-1-1")) == "323032362d312d31");
  REQUIRE(text_of_attribute(0x80000001, Bytes{1, 2}) == "0102");
}
