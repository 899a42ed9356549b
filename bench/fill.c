/* Puts COUNT EC P-256 key pairs on a token, labels filler-0, filler-1, ... Usage: fill MODULE TOKEN-LABEL PIN COUNT */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CK_RV make_pair(CK_FUNCTION_LIST* p11, CK_SESSION_HANDLE session, unsigned long number) {
  CK_BYTE p256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
  CK_BBOOL yes = CK_TRUE;
  char label[32];
  const int size = snprintf(label, sizeof label, "filler-%lu", number);
  CK_ATTRIBUTE public_half[] = {{CKA_TOKEN, &yes, 1}, {CKA_EC_PARAMS, p256, sizeof p256}, {CKA_LABEL, label, size},
                                {CKA_ID, &number, sizeof number}};
  CK_ATTRIBUTE private_half[] = {{CKA_TOKEN, &yes, 1}, {CKA_PRIVATE, &yes, 1}, {CKA_SIGN, &yes, 1},
                                 {CKA_LABEL, label, size}, {CKA_ID, &number, sizeof number}};
  CK_MECHANISM mechanism = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
  CK_OBJECT_HANDLE public_key, private_key;
  return p11->C_GenerateKeyPair(session, &mechanism, public_half, 4, private_half, 5, &public_key, &private_key);
}

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return 3;
  CK_FUNCTION_LIST* p11;
  CK_SLOT_ID slots[64];
  CK_ULONG count = 64;
  CK_SESSION_HANDLE session = 0;
  if (((CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList"))(&p11) != CKR_OK) return 3;
  if (p11->C_Initialize(NULL) != CKR_OK || p11->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK) return 4;
  for (CK_ULONG i = 0; i < count && session == 0; ++i) {
    CK_TOKEN_INFO info;
    if (p11->C_GetTokenInfo(slots[i], &info) == CKR_OK && strncmp((char*)info.label, argv[2], strlen(argv[2])) == 0)
      p11->C_OpenSession(slots[i], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session);
  }
  if (session == 0 || p11->C_Login(session, CKU_USER, (CK_UTF8CHAR*)argv[3], strlen(argv[3])) != CKR_OK) return 5;
  for (unsigned long i = 0; i < strtoul(argv[4], NULL, 10); ++i) {
    if (make_pair(p11, session, i) != CKR_OK) return 6;
  }
  return p11->C_Finalize(NULL) == CKR_OK ? 0 : 7;
}
