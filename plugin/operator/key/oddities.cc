#include "key/oddities.h"

#include <algorithm>
#include <optional>

#include "base/bytes.h"

namespace operators {
namespace {

const schema::KeyObjectReport* find_object(const schema::KeyDescriptionReport& key, std::string_view type) {
  const auto found = std::find_if(key.objects.begin(), key.objects.end(),
                                  [&](const schema::KeyObjectReport& object) { return object.type == type; });
  return found == key.objects.end() ? nullptr : &*found;
}

std::optional<std::string> value_of(const schema::KeyObjectReport& object, std::string_view name) {
  for (const auto& [attribute, value] : object.attributes) {
    if (attribute == name) return value;
  }
  return std::nullopt;
}

struct Oddity {
  const char* attribute;
  const char* value;  // the odd one
  const char* remark;
};

constexpr Oddity kOfPrivateHalf[] = {
    {"CKA_SENSITIVE", "false", "the private half is not sensitive: its value can be read in plain text"},
    {"CKA_EXTRACTABLE", "true", "the private half is extractable: it can leave the token"},
    {"CKA_LOCAL", "false", "the key was not made on this token but brought there: copies may exist"},
    {"CKA_PRIVATE", "false", "the private half can be used without a login"},
    {"CKA_SIGN", "false", "the token does not let the private half sign (CKA_SIGN is false)"},
};

constexpr std::string_view kOtherUses[] = {"CKA_SIGN_RECOVER", "CKA_DECRYPT", "CKA_UNWRAP", "CKA_DERIVE"};

void add_other_uses(const schema::KeyObjectReport& half, std::vector<std::string>& remarks) {
  std::string uses;
  for (const std::string_view use : kOtherUses) {
    if (value_of(half, use) == "true") uses += (uses.empty() ? "" : ", ") + std::string(use);
  }
  if (!uses.empty()) remarks.push_back("the key can do more than sign: " + uses);
}

// Said only of a half that is as it should be by now.
void add_past(const schema::KeyObjectReport& half, std::vector<std::string>& remarks) {
  if (value_of(half, "CKA_SENSITIVE") == "true" && value_of(half, "CKA_ALWAYS_SENSITIVE") == "false") {
    remarks.emplace_back("the private half was not sensitive at some time: its value may be known");
  }
  if (value_of(half, "CKA_EXTRACTABLE") == "false" && value_of(half, "CKA_NEVER_EXTRACTABLE") == "false") {
    remarks.emplace_back("the private half was extractable at some time: copies may exist");
  }
}

void add_halves(const schema::KeyDescriptionReport& key, std::vector<std::string>& remarks) {
  const schema::KeyObjectReport* private_half = find_object(key, "private key");
  const schema::KeyObjectReport* public_half = find_object(key, "public key");
  if (private_half == nullptr) {
    remarks.emplace_back("the private half is not visible; --login shows what the token hides");
  } else {
    for (const Oddity& oddity : kOfPrivateHalf) {
      if (value_of(*private_half, oddity.attribute) == oddity.value) remarks.emplace_back(oddity.remark);
    }
    add_past(*private_half, remarks);
    add_other_uses(*private_half, remarks);
  }
  if (public_half == nullptr) {
    remarks.emplace_back("there is no public half: the key is known by its certificate or private half alone");
  }
  if (private_half == nullptr || public_half == nullptr) return;
  for (const char* name : {"CKA_LABEL", "CKA_ID"}) {
    if (value_of(*private_half, name) != value_of(*public_half, name)) {
      remarks.push_back(std::string(name) + " differs between the halves, so that a search by it finds only one");
    }
  }
}

void add_certificates(const schema::KeyDescriptionReport& key, std::vector<std::string>& remarks) {
  for (const schema::KeyCertificateReport& certificate : key.certificates) {
    if (!certificate.fault.empty()) continue;
    if (!certificate.of_this_key) {
      remarks.push_back("the certificate " + base::quoted(certificate.subject) +
                        " has the key's label or id, but holds another public key");
    } else if (certificate.expired) {
      remarks.push_back("the certificate " + base::quoted(certificate.subject) + " has expired");
    }
  }
}

}  // namespace

std::vector<std::string> oddities_of(const schema::KeyDescriptionReport& key) {
  std::vector<std::string> remarks;
  if (!key.key.key_spec.empty() && !key.key.usable) {
    remarks.push_back("notation takes no key of the kind " + key.key.key_spec);
  }
  add_halves(key, remarks);
  if (key.key.usable && key.mechanisms.empty()) {
    remarks.emplace_back("the token has no mechanism with which this key signs for notation");
  }
  add_certificates(key, remarks);
  return remarks;
}

}  // namespace operators
