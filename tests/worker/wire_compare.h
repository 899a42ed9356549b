#pragma once

#include <algorithm>
#include <tuple>
#include <vector>

#include "worker/wire_messages.h"

// How tests compare what was sent with what has arrived.
namespace wire_compare {

using namespace pkcs11;

// All fields of a struct. The names are counted: a struct that gets one more does not compile here until its
// description in wire_values.h and the samples have it too.
inline auto fields(const Timeouts& value) {
  const auto& [a, b, c, d, e, f, g, h, i, j] = value;
  return std::tie(a, b, c, d, e, f, g, h, i, j);
}
inline auto fields(const ModuleSettings& value) {
  const auto& [a, b, c] = value;
  return std::tie(a, b, c);
}
inline auto fields(const TokenState& value) {
  const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v] = value;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v);
}
inline auto fields(const KeyView& value) {
  const auto& [a, b, c, d, e] = value;
  return std::tie(a, b, c, d, e);
}
inline auto fields(const InspectOrder& value) {
  const auto& [a, b, c] = value;
  return std::tie(a, b, c);
}
inline auto fields(const SignResult& value) {
  const auto& [a, b] = value;
  return std::tie(a, b);
}
inline auto fields(const ExtraAttribute& value) {
  const auto& [a, b, c, d] = value;
  return std::tie(a, b, c, d);
}
inline auto fields(const AttributeText& value) {
  const auto& [a, b] = value;
  return std::tie(a, b);
}
inline auto fields(const CertificateToStore& value) {
  const auto& [a, b, c] = value;
  return std::tie(a, b, c);
}
inline auto fields(const StoreResult& value) {
  const auto& [a, b] = value;
  return std::tie(a, b);
}
inline auto fields(const MechanismView& value) {
  const auto& [a, b, c, d, e] = value;
  return std::tie(a, b, c, d, e);
}
inline auto fields(const ModuleView& value) {
  const auto& [a, b, c, d, e] = value;
  return std::tie(a, b, c, d, e);
}
inline auto fields(const PhaseTime& value) {
  const auto& [a, b] = value;
  return std::tie(a, b);
}

template <typename T>
bool same_fields(const std::vector<T>& one, const std::vector<T>& other) {
  return std::ranges::equal(one, other, [](const T& a, const T& b) { return fields(a) == fields(b); });
}

inline bool same(const GenerateOrder& one, const GenerateOrder& other) {
  const auto& [token, spec, label, id, always, extra, mechanism] = one;
  return std::tie(token, spec, label, id, always, mechanism) ==
             std::tie(other.token, other.spec, other.label, other.id, other.always_authenticate, other.mechanism) &&
         same_fields(extra, other.extra);
}
inline bool same(const KeyDetails& one, const KeyDetails& other) {
  const auto& [token, key, objects, mechanisms] = one;
  return fields(token) == fields(other.token) && fields(key) == fields(other.key) && mechanisms == other.mechanisms &&
         std::ranges::equal(objects, other.objects, [](const ObjectView& a, const ObjectView& b) {
           const auto& [type, attributes] = a;
           return type == b.type && same_fields(attributes, b.attributes);
         });
}
inline bool same(const StoreOrder& one, const StoreOrder& other) {
  const auto& [token, certificates] = one;
  return token == other.token && same_fields(certificates, other.certificates);
}
inline bool same(const base::Secret& one, const base::Secret& other) {
  return std::ranges::equal(one.reveal(), other.reveal());
}
inline bool same(const TokenOrder& one, const TokenOrder& other) {
  const auto& [action, token, initialised, label, pin, new_pin, attended] = one;
  return std::tie(action, token, initialised, label, attended) ==
             std::tie(other.action, other.token, other.initialised, other.label, other.attended) &&
         same(pin, other.pin) && same(new_pin, other.new_pin);
}
inline bool same(const Probe& one, const Probe& other) {
  const auto& [module, tokens, empty_slots, remarks, times] = one;
  return fields(module) == fields(other.module) && empty_slots == other.empty_slots && remarks == other.remarks &&
         same_fields(times, other.times) &&
         std::ranges::equal(tokens, other.tokens, [](const ProbedToken& a, const ProbedToken& b) {
           const auto& [token, mechanisms] = a;
           return fields(token) == fields(b.token) && same_fields(mechanisms, b.mechanisms);
         });
}
inline bool same(const Login& one, const Login& other) {
  const auto& [pin, type, name, attended] = one;
  return std::ranges::equal(pin.reveal(), other.pin.reveal()) && type == other.user_type && name == other.user_name &&
         attended == other.attended;
}
inline bool same(const Inspection& one, const Inspection& other) {
  const auto& [token, key, issuers, mechanism, remarks] = one;
  return fields(token) == fields(other.token) && fields(*key) == fields(other.key.value()) &&
         issuers == other.issuers && mechanism == other.mechanism && remarks == other.remarks;
}
inline bool same(const GeneratedKey& one, const GeneratedKey& other) {
  const auto& [key, token, a, b, c, d, e, mechanism] = one;
  return fields(key) == fields(other.key) && fields(token) == fields(other.token) && mechanism == other.mechanism &&
         std::tie(a, b, c, d, e) == std::tie(other.sensitive, other.extractable, other.local, other.never_extractable,
                                             other.always_authenticate);
}
inline bool same(const Survey& one, const Survey& other) {
  const auto& [description, tokens, remarks] = one;
  if (description != other.module_description || remarks != other.remarks) return false;
  return std::ranges::equal(tokens, other.tokens, [](const SurveyedToken& a, const SurveyedToken& b) {
    const auto& [token, keys] = a;
    return fields(token) == fields(b.token) &&
           std::ranges::equal(keys, b.keys, [](const KeyView& x, const KeyView& y) { return fields(x) == fields(y); });
  });
}
inline bool same(const base::Error& one, const base::Error& other) {
  return one.kind() == other.kind() && one.phase() == other.phase() && one.message() == other.message() &&
         one.hint() == other.hint() && one.return_value() == other.return_value() && one.module() == other.module();
}

template <typename Request>
Request sent(const wire::Buffer& message) {
  return std::get<Request>(wire::decode_request(message.view().subspan(wire::kHeaderSize)));
}

template <typename T>
T answered(const T& value) {
  const wire::Buffer message = wire::encode_reply(value);
  return std::get<T>(wire::decode_reply(message.view().subspan(wire::kHeaderSize)));
}

}  // namespace wire_compare
