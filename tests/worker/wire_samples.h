#pragma once

#include <vector>

#include "worker/wire_messages.h"

// One of each message with no field at its default, so that a field that gets lost is noticed.
namespace samples {

inline base::Bytes bytes(std::uint8_t first, std::size_t size) {
  base::Bytes filled(size);
  for (std::size_t i = 0; i < size; ++i)
    filled[i] = static_cast<std::uint8_t>(first + i);
  return filled;
}

inline pkcs11::Uri uri() {
  return {"token",     "maker",    "0042", "model", 7UL, "release", bytes(1, 3), pkcs11::ObjectType::certificate,
          "/lib/m.so", "file:/pin"};
}

inline pkcs11::PublicKey rsa_key() {
  return pkcs11::RsaPublicKey{bytes(0x80, 256), bytes(1, 3)};
}
inline pkcs11::PublicKey ec_key() {
  return pkcs11::EcPublicKey{bytes(6, 10), bytes(4, 65)};
}
inline pkcs11::PublicKey ed25519_key() {
  return pkcs11::Ed25519PublicKey{bytes(7, 32)};
}

inline pkcs11::ModuleSettings module_settings() {
  pkcs11::ModuleSettings settings{"/usr/lib/module.so", "configdir='/etc'", {}};
  settings.quirks.set(pkcs11::Quirk::no_finalize);
  settings.quirks.set(pkcs11::Quirk::serial_ignored);
  return settings;
}

inline pkcs11::Timeouts timeouts() {
  using std::chrono::milliseconds;
  return {milliseconds(1), milliseconds(2), milliseconds(3), milliseconds(4), milliseconds(5),
          milliseconds(6), milliseconds(7), milliseconds(8), milliseconds(9), milliseconds(10)};
}

inline pkcs11::Login login() {
  return {base::Secret(base::bytes_of("739146")), 0x8000'0001UL, "officer", true};
}

inline pkcs11::TokenState token() {
  return {"label", "maker", "model", "serial", 11,   4,    64,   true, true,   true,  true,
          true,    true,    true,    true,     true, true, true, true, "slot", "1.2", "3.4"};
}

inline pkcs11::KeyView key_view() {
  return {uri(), ec_key(), true, true, {bytes(0x30, 500), bytes(0x31, 20)}};
}

inline pkcs11::InspectOrder inspect_order() {
  return {uri(), rsa_key(), true};
}

inline pkcs11::Inspection inspection() {
  return {token(), key_view(), {bytes(0x30, 40)}, "CKM_ECDSA", {"slot 3: empty", "a second copy"}};
}

inline pkcs11::SignResult sign_result() {
  return {bytes(9, 64), "CKM_ECDSA"};
}

inline pkcs11::GenerateOrder generate_order() {
  return {uri(),        pkcs11::KeySpec::rsa_4096,
          "new key",    bytes(5, 2),
          true,         {{false, 0x106, "CKA_WRAP", bytes(1, 1)}, {}},
          0x8000'0001UL};
}

inline pkcs11::GeneratedKey generated_key() {
  return {key_view(), token(), true, false, true, true, true, "CKM_EC_KEY_PAIR_GEN"};
}

inline pkcs11::Survey survey() {
  return {"maker, library 2.6", {{token(), {key_view(), {}}}, {token(), {}}}, {"slot 9: CKR_DEVICE_ERROR"}};
}

inline pkcs11::KeyDetails key_details() {
  return {token(),
          key_view(),
          {{"private key", {{"CKA_SENSITIVE", "true"}, {"CKA_ID", "01"}}}, {"public key", {}}},
          {"CKM_ECDSA", "CKM_ECDSA_SHA256"}};
}

inline pkcs11::StoreOrder store_order() {
  return {uri(), {{bytes(0x30, 500), "leaf", bytes(1, 2)}, {bytes(0x30, 20), "issuer", {}}}};
}

inline pkcs11::TokenOrder token_order() {
  return {pkcs11::TokenAction::change_so_pin,     uri(), true, "label", base::Secret(base::bytes_of("739146")),
          base::Secret(base::bytes_of("846739")), true};
}

inline pkcs11::Probe probe() {
  using std::chrono::microseconds;
  return {{"maker", "library", "2.6", "2.40", "3.0"},
          {{token(), {{0x1041, "CKM_ECDSA", 256, 521, 0x0080'0000UL}, {0x8000'0001UL, "0x80000001", 0, 0, 1}}}, {}},
          3,
          {"slot 9: CKR_DEVICE_ERROR"},
          {{"load", microseconds(1234)}, {"slots", microseconds(5)}}};
}

inline base::Error error() {
  return base::Error(base::ErrorKind::outcome_unknown, base::Phase::sign, "cannot sign: no answer", "look\nthere")
      .with_return_value(0x8000'0123UL)
      .with_module("/usr/lib/module.so");
}

inline std::vector<pkcs11::wire::Reply> replies() {
  std::vector<pkcs11::wire::Reply> all;
  all.emplace_back(error());
  all.emplace_back(inspection());
  all.emplace_back(sign_result());
  all.emplace_back(generated_key());
  all.emplace_back(pkcs11::wire::Removed{});
  all.emplace_back(survey());
  all.emplace_back(key_details());
  all.emplace_back(pkcs11::StoreResult{1, 2});
  all.emplace_back(pkcs11::wire::RemovedCertificates{3});
  all.emplace_back(token());
  all.emplace_back(probe());
  return all;
}

// A permission to sign, made the way the worker gets one; without a spec for Ed25519.
inline pkcs11::SignOrder decode_order(pkcs11::SignPurpose purpose, std::optional<pkcs11::KeySpec> spec,
                                      std::size_t digest_size) {
  pkcs11::wire::Writer writer;
  writer.byte(static_cast<std::uint8_t>(purpose));
  writer.flag(spec.has_value());
  if (spec) writer.byte(static_cast<std::uint8_t>(*spec));
  writer.bytes(bytes(0x41, 100));
  writer.bytes(bytes(0x11, digest_size));
  const pkcs11::wire::Buffer message = writer.finish();
  pkcs11::wire::Reader reader(message.view().subspan(pkcs11::wire::kHeaderSize));
  return pkcs11::SignOrderCodec::decode(reader);
}
inline pkcs11::SignOrder sign_order(pkcs11::KeySpec spec = pkcs11::KeySpec::ec_256) {
  return decode_order(pkcs11::SignPurpose::challenge, spec, pkcs11::traits(spec).digest_size);
}

}  // namespace samples
