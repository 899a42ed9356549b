#include "client.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "catch.h"

using fake::Bytes;

Client::Client() : library_(::dlopen(FakeToken::module_path().c_str(), RTLD_NOW | RTLD_LOCAL)) {
  INFO((library_ == nullptr ? ::dlerror() : "loaded"));
  REQUIRE(library_ != nullptr);
}

void* Client::symbol(const char* name) const {
  return ::dlsym(library_, name);
}

CK_FUNCTION_LIST& Client::list() {
  if (list_ == nullptr) {
    const auto get = reinterpret_cast<CK_C_GetFunctionList>(symbol("C_GetFunctionList"));
    REQUIRE(get != nullptr);
    REQUIRE(get(&list_) == CKR_OK);
  }
  return *list_;
}

CK_RV Client::initialise() {
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  return list().C_Initialize(&arguments);
}

CK_SESSION_HANDLE Client::start(const char* pin) {
  REQUIRE(initialise() == CKR_OK);
  CK_SLOT_ID slots[8];
  CK_ULONG count = 8;
  REQUIRE(list().C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK);
  REQUIRE(count > 0);
  CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
  REQUIRE(list().C_OpenSession(slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session) == CKR_OK);
  if (pin != nullptr) REQUIRE(login(session, CKU_USER, pin) == CKR_OK);
  return session;
}

CK_RV Client::login(CK_SESSION_HANDLE session, CK_USER_TYPE user, std::string pin) {
  return list().C_Login(session, user, reinterpret_cast<unsigned char*>(pin.data()), pin.size());
}

std::vector<CK_OBJECT_HANDLE> Client::find(CK_SESSION_HANDLE session, CK_OBJECT_CLASS object_class,
                                           const std::string& label) {
  std::vector<CK_ATTRIBUTE> wanted = {attribute(CKA_CLASS, &object_class, sizeof object_class)};
  if (!label.empty()) wanted.push_back(attribute(CKA_LABEL, label.data(), label.size()));
  REQUIRE(list().C_FindObjectsInit(session, wanted.data(), wanted.size()) == CKR_OK);
  std::vector<CK_OBJECT_HANDLE> handles;
  CK_ULONG count = 1;
  while (count > 0) {
    CK_OBJECT_HANDLE some[16];
    REQUIRE(list().C_FindObjects(session, some, 16, &count) == CKR_OK);
    handles.insert(handles.end(), some, some + count);
  }
  REQUIRE(list().C_FindObjectsFinal(session) == CKR_OK);
  return handles;
}

Bytes Client::read(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_RV* result) {
  Bytes value(8192);
  CK_ATTRIBUTE wanted = attribute(type, value.data(), value.size());
  const CK_RV answer = list().C_GetAttributeValue(session, object, &wanted, 1);
  if (result != nullptr) *result = answer;
  if (answer != CKR_OK) return {};
  value.resize(wanted.ulValueLen);
  return value;
}

Client::Signed Client::sign(CK_SESSION_HANDLE session, CK_MECHANISM with, const std::string& label, Bytes data) {
  const auto keys = find(session, CKO_PRIVATE_KEY, label);
  REQUIRE(!keys.empty());
  const CK_RV started = list().C_SignInit(session, &with, keys.front());
  if (started != CKR_OK) return {started, {}};
  Bytes signature(8192);
  CK_ULONG length = signature.size();
  const CK_RV result = list().C_Sign(session, data.data(), data.size(), signature.data(), &length);
  if (result != CKR_OK) return {result, {}};
  signature.resize(length);
  return {result, signature};
}

CK_MECHANISM mechanism(CK_MECHANISM_TYPE type) {
  return {type, nullptr, 0};
}

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const void* value, std::size_t length) {
  return {type, const_cast<void*>(value), length};
}

Pss::Pss(int hash, int salt) : parameters{} {
  parameters.hashAlg = hash == 256 ? CKM_SHA256 : hash == 384 ? CKM_SHA384 : CKM_SHA512;
  parameters.mgf = hash == 256 ? CKG_MGF1_SHA256 : hash == 384 ? CKG_MGF1_SHA384 : CKG_MGF1_SHA512;
  parameters.sLen = static_cast<CK_ULONG>(salt == 0 ? hash / 8 : salt);
}

CK_MECHANISM Pss::mechanism(CK_MECHANISM_TYPE type) {
  return {type, &parameters, sizeof parameters};
}

int in_child(const std::function<int()>& work, const std::string& output, const std::string& errors) {
  std::cout.flush();  // or the child's exit() would write what is left once more
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    ::dup2(::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    int status = 99;
    try {
      status = work();
    } catch (...) {
      ::_exit(98);
    }
    ::exit(status);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? -WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

std::string content_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}
