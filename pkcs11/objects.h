#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cryptoki.h"
#include "pkcs11/key_service.h"

namespace pkcs11 {

// One object of a token, as far as it can be read.
struct Object {
  CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
  CK_OBJECT_CLASS type = CKO_DATA;
  std::string label;
  base::Bytes id;
  std::optional<PublicKey> key;  // of a certificate: its subject's key
  std::string key_problem;       // why a key of a known kind could not be read
  base::Bytes certificate;       // DER, of a certificate
};

// What belongs to one key on one token. More than one public object means copies of the same public key.
struct KeyGroup {
  std::optional<PublicKey> key;        // as a key object shows it
  std::optional<PublicKey> certified;  // as the certificates show it, where no key object does
  std::vector<Object> public_objects, private_objects, certificates;

  const PublicKey* identity() const;  // null: not known
  const Object& front() const;        // names the key: public object, else private object, else certificate
};

// Joins objects that belong together: those of one CKA_ID; an object without id goes to the id whose objects carry its
// label, else with others of its label. Different public keys are different groups even under one id.
std::vector<KeyGroup> group_objects(std::vector<Object> objects);

// The group as callers see it; the URI is the token's with the object attributes added.
KeyView view_of(const KeyGroup& group, Uri token);

}  // namespace pkcs11
