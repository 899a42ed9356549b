#include "doctor/trusted_identity.h"

#include "catch.h"

using operators::identity_accepts;

TEST_CASE("an identity accepts the subjects that have all of its attributes, in whatever order") {
  const char* subject = "CN=release,O=Example,ST=ZH,C=CH";
  CHECK(identity_accepts("x509.subject: C=CH, ST=ZH, O=Example", subject));
  CHECK(identity_accepts("x509.subject:O=Example,C=CH,S=ZH,CN=release", subject));
  CHECK_FALSE(identity_accepts("x509.subject: C=CH, ST=ZH, O=Example, OU=Releases", subject));
  CHECK_FALSE(identity_accepts("x509.subject: C=CH, ST=ZH, O=example", subject));
}

TEST_CASE("escapes of a name count as what they stand for") {
  CHECK(identity_accepts(R"(x509.subject: C=US, ST=CA, O=Example\, Inc.)", R"(C=US,ST=CA,O=Example\2C Inc.)"));
  CHECK_FALSE(identity_accepts("x509.subject: C=US, ST=CA, CN=a, O=b", R"(C=US,ST=CA,CN=a\,O=b)"));
  CHECK(identity_accepts(R"(x509.subject: C=US,ST=CA,O=\ a\ )", R"(C=US,ST=CA,O=\20a\20)"));
}

TEST_CASE("everybody is accepted by a star, also who has no name for notation") {
  CHECK(identity_accepts("*", ""));
  CHECK_FALSE(identity_accepts("x509.subject: C=CH, ST=ZH, O=Example", ""));
}

TEST_CASE("an identity that cannot be read accepts nobody") {
  for (const char* identity :
       {"x509.subject:", "x509.subject: C", "x509.subject: C=CH+ST=ZH,O=a", "C=CH,ST=ZH,O=a",
        "x509.subject: C=CH,C=CH,ST=ZH,O=a", "x509.subject: C=CH,ST=ZH,O=a,", "\\", "x509.subject: =a\\"})
    CHECK_FALSE(identity_accepts(identity, "C=CH,ST=ZH,O=a"));
}
