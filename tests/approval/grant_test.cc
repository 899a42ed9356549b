#include "approval/grant.h"

#include "approval/policies.h"
#include "approval_fixture.h"
#include "catch.h"
#include "throws_error.h"
#include "trust/public_key.h"

using namespace fixture;

TEST_CASE("a grant for a key without a policy covers whatever that key signs, at any time") {
  const approval::Question question = make_question();
  const approval::Grant grant = approval::Policies().none_needed(question.key);
  const std::string key = trust::spki_sha256(question.key);
  CHECK(grant.key() == key);
  CHECK(grant.request().empty());
  CHECK(grant.covers(key, question.subject, kNoon));
  CHECK(grant.covers(key, std::nullopt, kNoon + 24h * 365));
  CHECK_FALSE(grant.covers(std::string(64, '0'), question.subject, kNoon));
  CHECK_FALSE(grant.covers("", question.subject, kNoon));
}
