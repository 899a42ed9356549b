#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cryptoki.h"
#include "fake_token.h"

// A PKCS#11 client as small as tests of the fake module need it: every function returns what the module returned.
class Client {
 public:
  // Loads the module without calling it. It stays mapped; FakeToken resets it between tests.
  Client();

  CK_FUNCTION_LIST& list();  // C_GetFunctionList, called once
  void* symbol(const char* name) const;

  CK_RV initialise();
  // Initialised, with a read-write session on the first slot; logged in if a PIN is given.
  CK_SESSION_HANDLE start(const char* pin = nullptr);
  CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, std::string pin);

  std::vector<CK_OBJECT_HANDLE> find(CK_SESSION_HANDLE session, CK_OBJECT_CLASS object_class,
                                     const std::string& label = {});
  // Value of one attribute; `result` gets the return value of the last call.
  fake::Bytes read(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_RV* result = nullptr);

  // C_SignInit and C_Sign with a large buffer, with the first private key of that label.
  struct Signed {
    CK_RV result;
    fake::Bytes signature;
  };
  Signed sign(CK_SESSION_HANDLE session, CK_MECHANISM mechanism, const std::string& label, fake::Bytes data);

 private:
  void* library_;
  CK_FUNCTION_LIST* list_ = nullptr;
};

CK_MECHANISM mechanism(CK_MECHANISM_TYPE type);
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const void* value, std::size_t length);

// PSS parameters with their mechanism: hash 256, 384 or 512, salt as long as the hash unless given.
struct Pss {
  CK_RSA_PKCS_PSS_PARAMS parameters;
  Pss(int hash, int salt = 0);
  CK_MECHANISM mechanism(CK_MECHANISM_TYPE type = CKM_RSA_PKCS_PSS);
};

// Runs `work` in a forked child; the wait status of the child, which ends with exit(work()). Standard output and error
// go to files if named.
int in_child(const std::function<int()>& work, const std::string& output = "/dev/null",
             const std::string& errors = "/dev/null");
// The child's exit status, or minus the signal it died of.
int status_of(int wait_status);
std::string content_of(const std::string& file);

fake::Bytes digest(int hash, const fake::Bytes& data);
// OpenSSL's word on a signature by the key in a PEM file: PSS (hash and salt as given), PKCS#1 v1.5, or ECDSA as r and
// s.
bool verifies_pss(const std::string& key_file, int hash, const fake::Bytes& digest, const fake::Bytes& signature);
bool verifies_pkcs1(const std::string& key_file, int hash, const fake::Bytes& digest, const fake::Bytes& signature);
bool verifies_ecdsa(const std::string& key_file, const fake::Bytes& digest, const fake::Bytes& signature);
bool verifies_ecdsa_der(const std::string& key_file, const fake::Bytes& digest, const fake::Bytes& signature);
