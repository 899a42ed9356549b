#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "pkcs11/token_service.h"
#include "worker/wire.h"

// How the values that messages are made of are written and read.
namespace pkcs11::wire {

// One description of each struct serves both directions: walk(Out, value) writes it, walk(In, value) reads it.
struct Out {
  Writer& writer;
};
struct In {
  Reader& reader;
};
template <typename Archive, typename T>
using Field = std::conditional_t<std::is_same_v<Archive, Out>, const T, T>&;

inline void walk(Out& out, const bool& value) {
  out.writer.flag(value);
}
inline void walk(In& in, bool& value) {
  value = in.reader.flag();
}
inline void walk(Out& out, const unsigned long& value) {
  out.writer.number(value);
}
inline void walk(In& in, unsigned long& value) {
  value = in.reader.ulong();
}
inline void walk(Out& out, const std::string& value) {
  out.writer.text(value);
}
inline void walk(In& in, std::string& value) {
  value = in.reader.text();
}
inline void walk(Out& out, const base::Bytes& value) {
  out.writer.bytes(value);
}
inline void walk(In& in, base::Bytes& value) {
  value = in.reader.owned_bytes();
}
inline void walk(Out& out, const base::Secret& value) {
  out.writer.bytes(value.reveal());
}
inline void walk(In& in, base::Secret& value) {
  value = base::Secret(in.reader.bytes());
}

inline void walk(Out& out, const std::chrono::milliseconds& value) {
  out.writer.number(static_cast<std::uint64_t>(value.count()));
}
inline void walk(In& in, std::chrono::milliseconds& value) {
  value = std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(in.reader.number()));
}

inline void walk(Out& out, const std::chrono::microseconds& value) {
  out.writer.number(static_cast<std::uint64_t>(value.count()));
}
inline void walk(In& in, std::chrono::microseconds& value) {
  value = std::chrono::microseconds(static_cast<std::chrono::microseconds::rep>(in.reader.number()));
}

// std::size_t is the same type as unsigned long on some machines only.
inline void walk_size(Out& out, const std::size_t& value) {
  out.writer.number(value);
}
inline void walk_size(In& in, std::size_t& value) {
  value = in.reader.ulong();
}

template <typename Enum>
void walk_enum(Out& out, const Enum& value, Enum) {
  out.writer.byte(static_cast<std::uint8_t>(value));
}
template <typename Enum>
void walk_enum(In& in, Enum& value, Enum last) {
  value = static_cast<Enum>(in.reader.byte_up_to(static_cast<std::uint8_t>(last)));
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, ObjectType> type) {
  walk_enum(archive, type, ObjectType::data);
}
template <typename Archive>
void walk(Archive& archive, Field<Archive, KeySpec> spec) {
  walk_enum(archive, spec, KeySpec::ec_521);
}

template <typename T>
void walk(Out& out, const std::optional<T>& value) {
  out.writer.flag(value.has_value());
  if (value) walk(out, *value);
}
template <typename T>
void walk(In& in, std::optional<T>& value) {
  value.reset();
  if (in.reader.flag()) walk(in, value.emplace());
}
template <typename T>
void walk(Out& out, const std::vector<T>& values) {
  out.writer.count(values.size());
  for (const T& value : values)
    walk(out, value);
}
template <typename T>
void walk(In& in, std::vector<T>& values) {
  values.clear();
  for (std::size_t left = in.reader.count(); left > 0; --left)
    walk(in, values.emplace_back());
}

inline void walk(Out& out, const PublicKey& key) {
  out.writer.byte(static_cast<std::uint8_t>(key.index()));
  if (const auto* rsa = std::get_if<RsaPublicKey>(&key)) {
    walk(out, rsa->modulus);
    walk(out, rsa->exponent);
  } else if (const auto* ec = std::get_if<EcPublicKey>(&key)) {
    walk(out, ec->curve);
    walk(out, ec->point);
  } else if (const auto* ed25519 = std::get_if<Ed25519PublicKey>(&key)) {
    walk(out, ed25519->bytes);
  }
}
inline void walk(In& in, PublicKey& key) {
  const std::uint8_t index = in.reader.byte_up_to(std::variant_size_v<PublicKey> - 1);
  base::Bytes first = in.reader.owned_bytes();
  if (index == PublicKey(Ed25519PublicKey{}).index()) {
    key = Ed25519PublicKey{std::move(first)};
  } else if (index == PublicKey(EcPublicKey{}).index()) {
    key = EcPublicKey{std::move(first), in.reader.owned_bytes()};
  } else {
    key = RsaPublicKey{std::move(first), in.reader.owned_bytes()};
  }
}

inline void walk(Out& out, const Quirks& quirks) {
  out.writer.number(quirks.bits());
}
inline void walk(In& in, Quirks& quirks) {
  quirks = Quirks::from_bits(static_cast<unsigned>(in.reader.number()));
}

template <typename Archive, typename... Fields>
void walk_all(Archive& archive, Fields&... fields) {
  (walk(archive, fields), ...);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, Uri> uri) {
  walk_all(archive, uri.token, uri.manufacturer, uri.serial, uri.model, uri.slot_id, uri.object, uri.id, uri.type,
           uri.module_path, uri.pin_source);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, ModuleSettings> module) {
  walk_all(archive, module.path, module.init_args, module.quirks);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, Timeouts> timeouts) {
  walk_all(archive, timeouts.load, timeouts.initialise, timeouts.slots, timeouts.open, timeouts.login, timeouts.find,
           timeouts.sign, timeouts.generate, timeouts.with_person, timeouts.busy_wait);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, Login> login) {
  walk_all(archive, login.pin, login.user_type, login.user_name, login.attended);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, TokenState> token) {
  walk_all(archive, token.label, token.manufacturer, token.model, token.serial, token.slot_id, token.pin_min,
           token.pin_max);
  walk_all(archive, token.initialised, token.login_required, token.user_pin_set, token.write_protected,
           token.own_pin_pad, token.pin_count_low, token.pin_final_try, token.pin_locked, token.pin_to_be_changed);
  walk_all(archive, token.so_pin_count_low, token.so_pin_final_try, token.so_pin_locked, token.slot_description,
           token.hardware_version, token.firmware_version);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, KeyView> key) {
  walk_all(archive, key.uri, key.public_key, key.has_private, key.has_public, key.certificates);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, InspectOrder> order) {
  walk_all(archive, order.uri, order.expected, order.chain_from_token);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, Inspection> inspection) {
  walk_all(archive, inspection.token, inspection.key, inspection.issuers, inspection.mechanism, inspection.remarks);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, SignResult> result) {
  walk_all(archive, result.signature, result.mechanism);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, ExtraAttribute> attribute) {
  walk_all(archive, attribute.on_private, attribute.type, attribute.name, attribute.value);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, GenerateOrder> order) {
  walk_all(archive, order.token, order.spec, order.label, order.id, order.always_authenticate, order.extra,
           order.mechanism);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, GeneratedKey> generated) {
  walk_all(archive, generated.key, generated.token, generated.sensitive, generated.extractable, generated.local,
           generated.never_extractable, generated.always_authenticate, generated.mechanism);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, SurveyedToken> surveyed) {
  walk_all(archive, surveyed.token, surveyed.keys);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, Survey> survey) {
  walk_all(archive, survey.module_description, survey.tokens, survey.remarks);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, AttributeText> attribute) {
  walk_all(archive, attribute.name, attribute.value);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, ObjectView> object) {
  walk_all(archive, object.type, object.attributes);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, KeyDetails> details) {
  walk_all(archive, details.token, details.key, details.objects, details.mechanisms);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, CertificateToStore> certificate) {
  walk_all(archive, certificate.der, certificate.label, certificate.id);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, StoreOrder> order) {
  walk_all(archive, order.token, order.certificates);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, StoreResult> result) {
  walk_size(archive, result.added);
  walk_size(archive, result.already_there);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, TokenOrder> order) {
  walk_enum(archive, order.action, TokenAction::change_so_pin);
  walk_all(archive, order.token, order.initialised, order.label, order.pin, order.new_pin, order.attended);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, MechanismView> mechanism) {
  walk_all(archive, mechanism.type, mechanism.name, mechanism.min, mechanism.max, mechanism.flags);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, ModuleView> module) {
  walk_all(archive, module.manufacturer, module.description, module.library_version, module.cryptoki_version,
           module.interface_version);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, PhaseTime> time) {
  walk_all(archive, time.phase, time.duration);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, ProbedToken> probed) {
  walk_all(archive, probed.token, probed.mechanisms);
}

template <typename Archive>
void walk(Archive& archive, Field<Archive, Probe> probe) {
  walk_all(archive, probe.module, probe.tokens);
  walk_size(archive, probe.empty_slots);
  walk_all(archive, probe.remarks, probe.times);
}

inline void walk(Out& out, const base::Error& error) {
  walk_enum(out, error.kind(), base::ErrorKind::internal);
  walk_enum(out, error.phase(), base::Phase::verify);
  walk_all(out, error.message(), error.hint(), error.module());
  walk(out, error.return_value());
}

inline base::Error read_error(In& in) {
  auto kind = base::ErrorKind::internal;
  auto phase = base::Phase::none;
  walk_enum(in, kind, base::ErrorKind::internal);
  walk_enum(in, phase, base::Phase::verify);
  std::string message, hint, module;
  std::optional<base::ReturnValue> value;
  walk_all(in, message, hint, module, value);
  base::Error error(kind, phase, std::move(message), std::move(hint));
  if (value) error = std::move(error).with_return_value(*value);
  if (!module.empty()) error = std::move(error).with_module(std::move(module));
  return error;
}

inline void walk(Out& out, const Login* const& login) {
  out.writer.flag(login != nullptr);
  if (login != nullptr) walk(out, *login);
}

}  // namespace pkcs11::wire
