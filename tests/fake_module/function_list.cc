#include "function_list.h"

#include "entries.h"

extern "C" void fake_pkcs11_reset();

namespace fake {

CK_FUNCTION_LIST function_list(CK_VERSION version) {
  CK_FUNCTION_LIST list{};
  list.version = version;
  list.C_GetFunctionList = ::C_GetFunctionList;
#define SUPPORTED(name) list.name = entry::name
  SUPPORTED(C_Initialize);
  SUPPORTED(C_Finalize);
  SUPPORTED(C_GetInfo);
  SUPPORTED(C_GetSlotList);
  SUPPORTED(C_GetSlotInfo);
  SUPPORTED(C_GetTokenInfo);
  SUPPORTED(C_GetMechanismList);
  SUPPORTED(C_GetMechanismInfo);
  SUPPORTED(C_InitToken);
  SUPPORTED(C_InitPIN);
  SUPPORTED(C_SetPIN);
  SUPPORTED(C_OpenSession);
  SUPPORTED(C_CloseSession);
  SUPPORTED(C_CloseAllSessions);
  SUPPORTED(C_GetSessionInfo);
  SUPPORTED(C_Login);
  SUPPORTED(C_Logout);
  SUPPORTED(C_CreateObject);
  SUPPORTED(C_DestroyObject);
  SUPPORTED(C_GetAttributeValue);
  SUPPORTED(C_FindObjectsInit);
  SUPPORTED(C_FindObjects);
  SUPPORTED(C_FindObjectsFinal);
  SUPPORTED(C_SignInit);
  SUPPORTED(C_Sign);
  SUPPORTED(C_SignUpdate);
  SUPPORTED(C_SignFinal);
  SUPPORTED(C_GenerateKeyPair);
  SUPPORTED(C_GenerateRandom);
  SUPPORTED(C_SeedRandom);
  SUPPORTED(C_GetFunctionStatus);
  SUPPORTED(C_CancelFunction);
#undef SUPPORTED
#define UNSUPPORTED(name) list.name = Unsupported<decltype(list.name)>::call<FunctionName(#name)>
  UNSUPPORTED(C_GetOperationState);
  UNSUPPORTED(C_SetOperationState);
  UNSUPPORTED(C_CopyObject);
  UNSUPPORTED(C_GetObjectSize);
  UNSUPPORTED(C_SetAttributeValue);
  UNSUPPORTED(C_EncryptInit);
  UNSUPPORTED(C_Encrypt);
  UNSUPPORTED(C_EncryptUpdate);
  UNSUPPORTED(C_EncryptFinal);
  UNSUPPORTED(C_DecryptInit);
  UNSUPPORTED(C_Decrypt);
  UNSUPPORTED(C_DecryptUpdate);
  UNSUPPORTED(C_DecryptFinal);
  UNSUPPORTED(C_DigestInit);
  UNSUPPORTED(C_Digest);
  UNSUPPORTED(C_DigestUpdate);
  UNSUPPORTED(C_DigestKey);
  UNSUPPORTED(C_DigestFinal);
  UNSUPPORTED(C_SignRecoverInit);
  UNSUPPORTED(C_SignRecover);
  UNSUPPORTED(C_VerifyInit);
  UNSUPPORTED(C_Verify);
  UNSUPPORTED(C_VerifyUpdate);
  UNSUPPORTED(C_VerifyFinal);
  UNSUPPORTED(C_VerifyRecoverInit);
  UNSUPPORTED(C_VerifyRecover);
  UNSUPPORTED(C_DigestEncryptUpdate);
  UNSUPPORTED(C_DecryptDigestUpdate);
  UNSUPPORTED(C_SignEncryptUpdate);
  UNSUPPORTED(C_DecryptVerifyUpdate);
  UNSUPPORTED(C_GenerateKey);
  UNSUPPORTED(C_WrapKey);
  UNSUPPORTED(C_UnwrapKey);
  UNSUPPORTED(C_DeriveKey);
  UNSUPPORTED(C_WaitForSlotEvent);
#undef UNSUPPORTED
  return list;
}

}  // namespace fake

extern "C" {

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  using namespace fake;
  Module::instance().refresh_rules();
  return run("C_GetFunctionList", Subject{}, [&](Turn&) -> CK_RV {
    static CK_FUNCTION_LIST filled;
    if (list == nullptr) return CKR_ARGUMENTS_BAD;
    filled = function_list(Module::instance().rules().quirks.list_version);
    *list = &filled;
    return CKR_OK;
  });
}

// For tests that use the module in their own process, one after the other: as if it had never been initialised.
__attribute__((visibility("default"))) void fake_pkcs11_reset() {
  fake::Module::instance().finalise();
  fake::Module::instance().refresh_rules();
}
}

namespace {

__attribute__((constructor)) void loaded() {
  fake::Module::instance().refresh_rules();
  fake::run_life_cycle("load");
}
__attribute__((destructor)) void unloaded() {
  fake::run_life_cycle("unload");
}

}  // namespace
