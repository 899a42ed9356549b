#include <array>

#include "entries.h"
#include "function_list.h"

// C_GetInterface and the function list of PKCS#11 3.0 (section 5.4.5 there). Everything is declared here under names of
// our own, and exported under the standard ones by assembler labels, so that headers with and without 3.0 both do.
namespace {

using Function = void (*)();

// The list of version 3.0: that of version 2.40 with 24 functions more.
struct FunctionList3 {
  CK_FUNCTION_LIST base;
  CK_RV (*get_interface_list)(void*, CK_ULONG*);
  CK_RV (*get_interface)(unsigned char*, CK_VERSION*, void**, CK_FLAGS);
  CK_RV (*login_user)(CK_SESSION_HANDLE, CK_USER_TYPE, unsigned char*, CK_ULONG, unsigned char*, CK_ULONG);
  CK_RV (*session_cancel)(CK_SESSION_HANDLE, CK_FLAGS);
  std::array<Function, 20> message_functions;
};

struct Interface {
  const char* name;
  const void* list;
  CK_FLAGS flags;
};

}  // namespace

extern "C" {

__attribute__((visibility("default"))) CK_RV fake_get_interface_list(void* interfaces,
                                                                     CK_ULONG* count) __asm__("C_GetInterfaceList");
__attribute__((visibility("default"))) CK_RV fake_get_interface(unsigned char* name, CK_VERSION* version,
                                                                void** interface,
                                                                CK_FLAGS flags) __asm__("C_GetInterface");
}

namespace fake {
namespace {

// The arguments of a message function do not matter to one that never reads them.
template <FunctionName kName>
Function message_function() {
  return reinterpret_cast<Function>(
      +[]() -> CK_RV { return run(kName.text, Subject{}, [](Turn&) -> CK_RV { return CKR_FUNCTION_NOT_SUPPORTED; }); });
}

FunctionList3 function_list_3(CK_VERSION version) {
  FunctionList3 list{};
  list.base = function_list(version);
  list.get_interface_list = fake_get_interface_list;
  list.get_interface = fake_get_interface;
  list.login_user = entry::C_LoginUser;
  list.session_cancel = entry::C_SessionCancel;
  list.message_functions = {message_function<"C_MessageEncryptInit">(),  message_function<"C_EncryptMessage">(),
                            message_function<"C_EncryptMessageBegin">(), message_function<"C_EncryptMessageNext">(),
                            message_function<"C_MessageEncryptFinal">(), message_function<"C_MessageDecryptInit">(),
                            message_function<"C_DecryptMessage">(),      message_function<"C_DecryptMessageBegin">(),
                            message_function<"C_DecryptMessageNext">(),  message_function<"C_MessageDecryptFinal">(),
                            message_function<"C_MessageSignInit">(),     message_function<"C_SignMessage">(),
                            message_function<"C_SignMessageBegin">(),    message_function<"C_SignMessageNext">(),
                            message_function<"C_MessageSignFinal">(),    message_function<"C_MessageVerifyInit">(),
                            message_function<"C_VerifyMessage">(),       message_function<"C_VerifyMessageBegin">(),
                            message_function<"C_VerifyMessageNext">(),   message_function<"C_MessageVerifyFinal">()};
  return list;
}

CK_VERSION announced_version(InterfaceAnswer answer) {
  if (answer == InterfaceAnswer::version_2_40) return {2, 40};
  return {3, static_cast<unsigned char>(answer == InterfaceAnswer::version_3_1 ? 1 : 0)};
}

Interface* answer_interface(InterfaceAnswer answer) {
  static FunctionList3 list;
  static Interface interface;
  list = function_list_3(announced_version(answer));
  interface = {answer == InterfaceAnswer::wrong_name ? "Vendor PKCS 11" : "PKCS 11", &list, 0};
  if (answer == InterfaceAnswer::null_list) interface.list = nullptr;
  return answer == InterfaceAnswer::null_interface ? nullptr : &interface;
}

bool asks_for(const unsigned char* name, const CK_VERSION* version, const Interface& interface) {
  if (name != nullptr && std::string_view(reinterpret_cast<const char*>(name)) != interface.name) return false;
  if (version == nullptr || interface.list == nullptr) return true;
  const CK_VERSION& offered = static_cast<const FunctionList3*>(interface.list)->base.version;
  return version->major == offered.major && version->minor == offered.minor;
}

}  // namespace
}  // namespace fake

extern "C" {

CK_RV fake_get_interface(unsigned char* name, CK_VERSION* version, void** interface, CK_FLAGS flags) {
  using namespace fake;
  Module::instance().refresh_rules();
  return run("C_GetInterface", Subject{}, [&](Turn&) -> CK_RV {
    const InterfaceAnswer answer = Module::instance().rules().quirks.interface;
    if (answer == InterfaceAnswer::unsupported) return CKR_FUNCTION_NOT_SUPPORTED;
    if (interface == nullptr) return CKR_ARGUMENTS_BAD;
    Interface* const found = answer_interface(answer);
    const bool wrong = answer == InterfaceAnswer::wrong_name;
    if (found != nullptr && !wrong && (!asks_for(name, version, *found) || flags != 0)) return CKR_ARGUMENTS_BAD;
    *interface = found;
    return CKR_OK;
  });
}

CK_RV fake_get_interface_list(void* interfaces, CK_ULONG* count) {
  using namespace fake;
  Module::instance().refresh_rules();
  return run("C_GetInterfaceList", Subject{}, [&](Turn&) -> CK_RV {
    const InterfaceAnswer answer = Module::instance().rules().quirks.interface;
    if (answer == InterfaceAnswer::unsupported) return CKR_FUNCTION_NOT_SUPPORTED;
    if (count == nullptr) return CKR_ARGUMENTS_BAD;
    const CK_ULONG room = *count;
    *count = 1;
    if (interfaces == nullptr) return CKR_OK;
    if (room < 1) return CKR_BUFFER_TOO_SMALL;
    const Interface* const found = answer_interface(answer);
    *static_cast<Interface*>(interfaces) = found == nullptr ? Interface{} : *found;
    return CKR_OK;
  });
}
}
