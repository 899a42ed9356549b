#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/key_report.h"

namespace schema {

// How a key was made, or was to be made: kept also when that failed. Holds no secret.
struct CeremonyRecord {
  std::string product_version;
  std::string user;  // name, empty where the system knows none
  std::uint64_t user_id = 0;
  std::string host;
  std::string began, ended;  // RFC 3339

  struct Module {
    std::string path, sha256;  // hexadecimal; empty where the file could not be read
    std::string manufacturer, description, library_version, cryptoki_version;  // empty where it did not tell
  } module;

  struct Token {
    std::string label, manufacturer, model, serial, slot_description, hardware_version, firmware_version;
    std::uint64_t slot_id = 0;
  };
  std::optional<Token> token;

  struct Asked {
    std::string key_spec, label, id;  // the id in hexadecimal
    bool always_authenticate = false;
    std::vector<std::string> extra_attributes;  // as the command line had them
    std::string mechanism;                      // CKM value, empty without
  } asked;

  // What is on the token, read back; nothing when no key was made.
  struct Made {
    KeyReport key;
    std::string mechanism;
    bool sensitive = false, extractable = false, never_extractable = false, local = false;
    bool always_authenticate = false;
    std::string public_key_pem;  // SubjectPublicKeyInfo
    std::vector<KeyObjectReport> objects;
  };
  std::optional<Made> made;

  // The key's signature over random bytes, as base64.
  struct Proof {
    std::string algorithm, mechanism, challenge, signature;
  };
  std::optional<Proof> proof;

  // Why it failed; nothing when the key was made and proved.
  struct Failure {
    std::string message, hint;
  };
  std::optional<Failure> failure;
};

std::string encode(const CeremonyRecord& record);

}  // namespace schema
