#pragma once

// The PKCS#11 types of p11-kit's header in their classic spelling, the same with p11-kit 0.24 (PKCS#11 v2.40), 0.25
// (v3.0, v3.1) and 0.26 (v3.2): what an older header lacks is declared here. Nothing outside this room includes it.
//
// Functions that v2.40 knows are called through CK_FUNCTION_LIST, whatever the module offers: a list of v3.0 begins
// with one (PKCS#11 v3.0 section 3.6). CK_FUNCTION_LIST_3_0 may be shorter here than the module's own: use it through a
// pointer only, never copy it. Names of return values are not taken from the header, which disagrees with the standard
// about five numbers: see rv_table.cc.

#ifndef CK_DISABLE_TRUE_FALSE
#define CK_DISABLE_TRUE_FALSE
#endif
#include <p11-kit/pkcs11.h>

// Helper macros that the header leaves behind; any of them would rename a variable of ours.
#undef aad_len
#undef aad_ptr
#undef attribute_count
#undef context_data_length
#undef counter_bits
#undef data_params
#undef hash_alg
#undef iv_bits
#undef iv_len
#undef iv_ptr
#undef key_ptr
#undef public_data
#undef public_data_len
#undef s_len
#undef shared_data
#undef shared_data_len
#undef source_data
#undef source_data_len
#undef string_data
#undef string_data_len
#undef tag_bits
#undef templ

#if CRYPTOKI_VERSION_MAJOR < 3

struct CK_INTERFACE {
  char* pInterfaceName;
  void* pFunctionList;
  CK_FLAGS flags;
};
using CK_INTERFACE_PTR = CK_INTERFACE*;
using CK_INTERFACE_PTR_PTR = CK_INTERFACE**;

using CK_C_GetInterfaceList = CK_RV (*)(CK_INTERFACE* interfaces, CK_ULONG* count);
using CK_C_GetInterface = CK_RV (*)(CK_UTF8CHAR* name, CK_VERSION* version, CK_INTERFACE** found, CK_FLAGS flags);
using CK_C_LoginUser = CK_RV (*)(CK_SESSION_HANDLE session, CK_USER_TYPE user_type, CK_UTF8CHAR* pin, CK_ULONG pin_size,
                                 CK_UTF8CHAR* user_name, CK_ULONG user_name_size);
using CK_C_SessionCancel = CK_RV (*)(CK_SESSION_HANDLE session, CK_FLAGS flags);

// The first of the functions that v3.0 added; the message functions that follow are not used.
struct CK_FUNCTION_LIST_3_0 : CK_FUNCTION_LIST {
  CK_C_GetInterfaceList C_GetInterfaceList;
  CK_C_GetInterface C_GetInterface;
  CK_C_LoginUser C_LoginUser;
  CK_C_SessionCancel C_SessionCancel;
};
using CK_FUNCTION_LIST_3_0_PTR = CK_FUNCTION_LIST_3_0*;
static_assert(sizeof(CK_FUNCTION_LIST_3_0) == sizeof(CK_FUNCTION_LIST) + 4 * sizeof(void*));

#endif

#ifndef CKF_INTERFACE_FORK_SAFE
#define CKF_INTERFACE_FORK_SAFE (1UL)
#endif
#ifndef CKF_FIND_OBJECTS
#define CKF_FIND_OBJECTS (1UL << 6)
#endif
#ifndef CKF_ERROR_STATE
#define CKF_ERROR_STATE (1UL << 24)
#endif
#ifndef CKA_UNIQUE_ID
#define CKA_UNIQUE_ID (4UL)
#endif
#ifndef CKO_PROFILE
#define CKO_PROFILE (9UL)
#endif
#ifndef CKK_EC_EDWARDS
#define CKK_EC_EDWARDS (0x40UL)
#endif
#ifndef CKK_EC_MONTGOMERY
#define CKK_EC_MONTGOMERY (0x41UL)
#endif
#ifndef CKK_ML_DSA
#define CKK_ML_DSA (0x4AUL)
#endif
#ifndef CKM_EDDSA
#define CKM_EDDSA (0x1057UL)
#endif
#ifndef CKR_TOKEN_RESOURCE_EXCEEDED
#define CKR_TOKEN_RESOURCE_EXCEEDED (0x201UL)
#endif
#ifndef CKR_OPERATION_CANCEL_FAILED
#define CKR_OPERATION_CANCEL_FAILED (0x202UL)
#endif
#ifndef CKR_KEY_EXHAUSTED
#define CKR_KEY_EXHAUSTED (0x203UL)
#endif
#ifndef CKR_PENDING
#define CKR_PENDING (0x204UL)
#endif
#ifndef CKR_SESSION_ASYNC_NOT_SUPPORTED
#define CKR_SESSION_ASYNC_NOT_SUPPORTED (0x205UL)
#endif
#ifndef CKR_OPERATION_NOT_VALIDATED
#define CKR_OPERATION_NOT_VALIDATED (0x207UL)
#endif
#ifndef CKR_TOKEN_NOT_INITIALIZED
#define CKR_TOKEN_NOT_INITIALIZED (0x208UL)
#endif
#ifndef CKR_PARAMETER_SET_NOT_SUPPORTED
#define CKR_PARAMETER_SET_NOT_SUPPORTED (0x209UL)
#endif
