#include "rules.h"

#include "catch.h"

using namespace fake;

namespace {

std::string refusal_of(std::string_view text) {
  try {
    parse_rules(text);
  } catch (const RuleError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("no rules make one default token") {
  const Rules rules = parse_rules("# nothing\n\n");
  REQUIRE(rules.slots.size() == 1);
  REQUIRE(rules.slots[0].label == "fake");
  REQUIRE(rules.slots[0].objects.empty());
}

TEST_CASE("objects belong to the slot above them") {
  const Rules rules =
      parse_rules("token label=a\nkey P-256 label=k id=01\ntoken label=b\nempty-slot\nfiller 3 kind=data");
  REQUIRE(rules.slots.size() == 3);
  REQUIRE(rules.slots[0].objects.size() == 1);
  REQUIRE(rules.slots[1].objects.empty());
  REQUIRE_FALSE(rules.slots[2].token_present);
  REQUIRE(std::get<FillerRule>(rules.slots[2].objects[0]).count == 3);
}

TEST_CASE("a key's halves take its label and id unless they have their own") {
  const Rules rules = parse_rules("key RSA-2048 label=a id=0102 private-label=\"\" public-id=ff public=hidden");
  const auto& key = std::get<KeyRule>(rules.slots[0].objects[0]);
  REQUIRE(key.public_half.label == "a");
  REQUIRE(key.private_half.label.empty());
  REQUIRE(key.public_half.id == Bytes{0xff});
  REQUIRE(key.private_half.id == Bytes{1, 2});
  REQUIRE(key.public_half.needs_login);
  REQUIRE(key.private_half.needs_login);
}

TEST_CASE("an action has selectors and an argument") {
  const Rules rules = parse_rules("fail C_Sign after nth=2 process=3 mechanism=CKM_ECDSA slot=0x10 CKR_DEVICE_ERROR");
  const Action& action = rules.actions.at(0);
  REQUIRE(action.after);
  REQUIRE((action.first == 2 && action.last == 2));
  REQUIRE((action.first_process == 3 && action.last_process == 3));
  REQUIRE(action.mechanism == CKM_ECDSA);
  REQUIRE(action.slot == 16UL);
  REQUIRE(action.value == CKR_DEVICE_ERROR);
  REQUIRE(rules.counts_processes());
}

TEST_CASE("return values may be numbers") {
  REQUIRE(parse_rules("fail C_Sign 0x80000007").actions.at(0).value == 0x80000007UL);
}

TEST_CASE("only a bare size is a size to print") {
  const Rules rules = parse_rules("print stdout C_Sign 10K\nprint stderr load 10\nprint stderr load \"a b\"");
  REQUIRE(rules.actions.at(0).number == 10240);
  REQUIRE(rules.actions.at(1).text == "10");
  REQUIRE(rules.actions.at(2).text == "a b");
  REQUIRE(rules.actions.at(2).descriptor == 2);
}

TEST_CASE("mechanism lists know groups") {
  REQUIRE(parse_rules("mechanisms none").mechanisms->empty());
  REQUIRE(parse_rules("mechanisms raw,CKM_ECDSA_SHA256").mechanisms->size() == 4);
  REQUIRE(parse_rules("mechanisms hashed,generate").mechanisms->size() == 11);
}

TEST_CASE("a mistake is refused by line and word") {
  REQUIRE(refusal_of("token\nkey RSA-512") == "rules line 2: unknown key spec RSA-512");
  REQUIRE(refusal_of("token lable=x") == "rules line 1: unknown word lable=");
  REQUIRE(refusal_of("fail C_Sing CKR_OK") == "rules line 1: unknown function C_Sing");
  REQUIRE(refusal_of("fail C_Sign CKR_NONSENSE") == "rules line 1: neither a known name nor a number: CKR_NONSENSE");
  REQUIRE(refusal_of("fail C_Sign nth=1 overall=1 CKR_OK").find("not both") != std::string::npos);
  REQUIRE(refusal_of("quirk signature blue").find("blue is none of") != std::string::npos);
  REQUIRE(refusal_of("certificate label=x").find("pem=FILE") != std::string::npos);
  for (const char* text :
       {"quirk unknown", "nonsense", "fail C_Sign", "sleep C_Sign", "print C_Sign x", "lose keys C_Sign",
        "attribute CKA_ID", "key P-256 id=0", "key P-256 public=maybe", "token pin-flags=red", "quirk list-version 2",
        "key P-256 always-authenticate=often", "filler 3 kind=key"}) {
    INFO(text);
    REQUIRE_FALSE(refusal_of(text).empty());
  }
}
