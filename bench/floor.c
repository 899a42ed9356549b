/* The least that a PKCS#11 signature costs: load, initialise, find the token, log in, find the key, sign one digest,
 * leave. No checks, no verification. Usage: floor MODULE TOKEN-LABEL PIN KEY-LABEL DIGEST-HEX */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(call)                                        \
  do {                                                     \
    CK_RV rv_ = (call);                                    \
    if (rv_ != CKR_OK) {                                   \
      fprintf(stderr, "%s: 0x%lx\n", #call, rv_);          \
      exit(1);                                             \
    }                                                      \
  } while (0)

static CK_SLOT_ID slot_of(CK_FUNCTION_LIST* p11, const char* label) {
  CK_SLOT_ID slots[64];
  CK_ULONG count = 64;
  CHECK(p11->C_GetSlotList(CK_TRUE, slots, &count));
  for (CK_ULONG i = 0; i < count; ++i) {
    CK_TOKEN_INFO info;
    if (p11->C_GetTokenInfo(slots[i], &info) == CKR_OK && strncmp((char*)info.label, label, strlen(label)) == 0)
      return slots[i];
  }
  fprintf(stderr, "token %s is not there\n", label);
  exit(1);
}

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  unsigned char digest[64];
  const size_t digest_size = strlen(argv[5]) / 2;
  for (size_t i = 0; i < digest_size; ++i) sscanf(argv[5] + 2 * i, "%2hhx", &digest[i]);

  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return 3;
  CK_C_GetFunctionList get_list = (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList");
  CK_FUNCTION_LIST* p11;
  CHECK(get_list(&p11));
  CHECK(p11->C_Initialize(NULL));
  const CK_SLOT_ID slot = slot_of(p11, argv[2]);
  CK_SESSION_HANDLE session;
  CHECK(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session));
  CHECK(p11->C_Login(session, CKU_USER, (CK_UTF8CHAR*)argv[3], strlen(argv[3])));

  CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &private_key, sizeof private_key}, {CKA_LABEL, argv[4], strlen(argv[4])}};
  CK_OBJECT_HANDLE key;
  CK_ULONG found = 0;
  CHECK(p11->C_FindObjectsInit(session, wanted, 2));
  CHECK(p11->C_FindObjects(session, &key, 1, &found));
  CHECK(p11->C_FindObjectsFinal(session));
  if (found != 1) return 4;

  CK_KEY_TYPE type;
  CK_ATTRIBUTE kind = {CKA_KEY_TYPE, &type, sizeof type};
  CHECK(p11->C_GetAttributeValue(session, key, &kind, 1));
  CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA384, CKG_MGF1_SHA384, 48};
  CK_MECHANISM rsa = {CKM_RSA_PKCS_PSS, &pss, sizeof pss};
  CK_MECHANISM ec = {CKM_ECDSA, NULL, 0};
  CHECK(p11->C_SignInit(session, type == CKK_RSA ? &rsa : &ec, key));
  unsigned char signature[1024];
  CK_ULONG size = sizeof signature;
  CHECK(p11->C_Sign(session, digest, digest_size, signature, &size));
  CHECK(p11->C_CloseSession(session));
  CHECK(p11->C_Finalize(NULL));
  return fwrite(signature, 1, size, stdout) == size ? 0 : 5;
}
