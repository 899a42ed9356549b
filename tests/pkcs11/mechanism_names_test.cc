#include "mechanism_names.h"

#include "catch.h"

TEST_CASE("mechanisms have the standard's names, others their number") {
  using pkcs11::name_of_mechanism;
  CHECK(name_of_mechanism(CKM_RSA_PKCS_KEY_PAIR_GEN) == "CKM_RSA_PKCS_KEY_PAIR_GEN");
  CHECK(name_of_mechanism(CKM_RSA_X9_31_KEY_PAIR_GEN) == "CKM_RSA_X9_31_KEY_PAIR_GEN");
  CHECK(name_of_mechanism(CKM_RSA_PKCS_PSS) == "CKM_RSA_PKCS_PSS");
  CHECK(name_of_mechanism(CKM_SHA512_RSA_PKCS_PSS) == "CKM_SHA512_RSA_PKCS_PSS");
  CHECK(name_of_mechanism(CKM_EC_KEY_PAIR_GEN) == "CKM_EC_KEY_PAIR_GEN");
  CHECK(name_of_mechanism(CKM_ECDSA_SHA384) == "CKM_ECDSA_SHA384");
  CHECK(name_of_mechanism(CKM_EDDSA) == "CKM_EDDSA");
  CHECK(name_of_mechanism(CKM_AES_KEY_GEN) == "CKM_AES_KEY_GEN");
  CHECK(name_of_mechanism(0x7FFF) == "0x7FFF");
  CHECK(name_of_mechanism(0x80000123UL) == "0x80000123");
}
