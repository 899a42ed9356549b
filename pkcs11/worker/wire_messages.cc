#include "worker/wire_messages.h"

#include <type_traits>
#include <utility>

#include "worker/wire_values.h"

namespace pkcs11 {
namespace wire {
namespace {

void walk(Out&, const Removed&) {}

void walk(Out& out, const RemovedCertificates& removed) {
  walk_size(out, removed.count);
}
void walk(In& in, RemovedCertificates& removed) {
  walk_size(in, removed.count);
}

template <typename T>
T read(In& in) {
  T value;
  walk(in, value);
  return value;
}

// A request or reply starts with its place in the variant.
template <typename Variant, typename Alternative, std::size_t Index = 0>
constexpr std::uint8_t tag_of() {
  if constexpr (std::is_same_v<std::variant_alternative_t<Index, Variant>, Alternative>) {
    return Index;
  } else {
    return tag_of<Variant, Alternative, Index + 1>();
  }
}

template <typename RequestType, typename... Fields>
Buffer encode_request(const Fields&... fields) {
  Writer writer;
  writer.byte(tag_of<Request, RequestType>());
  Out out{writer};
  walk_all(out, fields...);
  return writer.finish();
}

Request read_request(In& in) {
  switch (in.reader.byte_up_to(std::variant_size_v<Request> - 1)) {
    case tag_of<Request, LoadRequest>(): {
      LoadRequest request;
      walk_all(in, request.module, request.timeouts, request.secret_variable);
      return request;
    }
    case tag_of<Request, InspectRequest>(): {
      InspectRequest request;
      walk_all(in, request.order, request.login);
      return request;
    }
    case tag_of<Request, SignRequest>(): {
      SignRequest request{SignOrderCodec::decode(in.reader), {}, {}, {}};
      walk_all(in, request.key, request.expected, request.login, request.last);
      return request;
    }
    case tag_of<Request, GenerateRequest>(): {
      GenerateRequest request;
      walk_all(in, request.order, request.login);
      return request;
    }
    case tag_of<Request, RemoveRequest>(): {
      RemoveRequest request;
      walk_all(in, request.key, request.expected, request.login);
      return request;
    }
    case tag_of<Request, SurveyRequest>(): {
      SurveyRequest request;
      walk_all(in, request.filter, request.login);
      return request;
    }
    case tag_of<Request, DescribeRequest>(): {
      DescribeRequest request;
      walk_all(in, request.order, request.login);
      return request;
    }
    case tag_of<Request, StoreRequest>(): {
      StoreRequest request;
      walk_all(in, request.order, request.login);
      return request;
    }
    case tag_of<Request, RemoveCertificatesRequest>(): {
      RemoveCertificatesRequest request;
      walk_all(in, request.token, request.certificates, request.login);
      return request;
    }
    case tag_of<Request, AdministerRequest>(): {
      AdministerRequest request;
      walk(in, request.order);
      return request;
    }
    default: {
      ProbeRequest request;
      walk(in, request.filter);
      return request;
    }
  }
}

Reply read_reply(In& in) {
  switch (in.reader.byte_up_to(std::variant_size_v<Reply> - 1)) {
    case tag_of<Reply, base::Error>():
      return read_error(in);
    case tag_of<Reply, Inspection>():
      return read<Inspection>(in);
    case tag_of<Reply, SignResult>():
      return read<SignResult>(in);
    case tag_of<Reply, GeneratedKey>():
      return read<GeneratedKey>(in);
    case tag_of<Reply, Removed>():
      return Removed{};
    case tag_of<Reply, Survey>():
      return read<Survey>(in);
    case tag_of<Reply, KeyDetails>():
      return read<KeyDetails>(in);
    case tag_of<Reply, StoreResult>():
      return read<StoreResult>(in);
    case tag_of<Reply, RemovedCertificates>():
      return read<RemovedCertificates>(in);
    case tag_of<Reply, TokenState>():
      return read<TokenState>(in);
    default:
      return read<Probe>(in);
  }
}

}  // namespace

Buffer encode_load(const ModuleSettings& module, const Timeouts& timeouts, const std::string& secret_variable) {
  return encode_request<LoadRequest>(module, timeouts, secret_variable);
}

Buffer encode_inspect(const InspectOrder& order, const Login* login) {
  return encode_request<InspectRequest>(order, login);
}

Buffer encode_sign(const SignOrder& order, const InspectOrder& key, const PublicKey& expected, const Login* login,
                   bool last) {
  Writer writer;
  writer.byte(tag_of<Request, SignRequest>());
  SignOrderCodec::encode(writer, order);
  Out out{writer};
  walk_all(out, key, expected, login, last);
  return writer.finish();
}

Buffer encode_generate(const GenerateOrder& order, const Login& login) {
  return encode_request<GenerateRequest>(order, login);
}

Buffer encode_remove(const Uri& key, const PublicKey& expected, const Login& login) {
  return encode_request<RemoveRequest>(key, expected, login);
}

Buffer encode_survey(const Uri& filter, const Login* login) {
  return encode_request<SurveyRequest>(filter, login);
}

Buffer encode_describe(const InspectOrder& order, const Login* login) {
  return encode_request<DescribeRequest>(order, login);
}

Buffer encode_store(const StoreOrder& order, const Login& login) {
  return encode_request<StoreRequest>(order, login);
}

Buffer encode_remove_certificates(const Uri& token, const std::vector<base::Bytes>& certificates, const Login& login) {
  return encode_request<RemoveCertificatesRequest>(token, certificates, login);
}

Buffer encode_administer(const TokenOrder& order) {
  return encode_request<AdministerRequest>(order);
}

Buffer encode_probe(const Uri& filter) {
  return encode_request<ProbeRequest>(filter);
}

Buffer encode_reply(const Reply& reply) {
  Writer writer;
  writer.byte(static_cast<std::uint8_t>(reply.index()));
  Out out{writer};
  std::visit([&out](const auto& value) { walk(out, value); }, reply);
  return writer.finish();
}

Request decode_request(base::ByteView body) {
  Reader reader(body);
  In in{reader};
  Request request = read_request(in);
  reader.finish();
  return request;
}

Reply decode_reply(base::ByteView body) {
  Reader reader(body);
  In in{reader};
  Reply reply = read_reply(in);
  reader.finish();
  return reply;
}

}  // namespace wire

namespace {

[[noreturn]] void refuse_order(std::string_view cause) {
  throw base::Error(base::ErrorKind::internal, base::Phase::none, "a message cannot be read: " + std::string(cause));
}

}  // namespace

void SignOrderCodec::encode(wire::Writer& writer, const SignOrder& order) {
  writer.byte(static_cast<std::uint8_t>(order.purpose()));
  wire::Out out{writer};
  wire::walk(out, order.spec());
  writer.bytes(order.message());
  writer.bytes(order.digest());
}

SignOrder SignOrderCodec::decode(wire::Reader& reader) {
  constexpr auto kLastPurpose = static_cast<std::uint8_t>(SignPurpose::pkcs1_request);
  const auto purpose = static_cast<SignPurpose>(reader.byte_up_to(kLastPurpose));
  std::optional<KeySpec> spec;
  wire::In in{reader};
  wire::walk(in, spec);
  base::Bytes message = reader.owned_bytes();
  base::Bytes digest = reader.owned_bytes();
  if (!spec && purpose != SignPurpose::decision) refuse_order("Ed25519 for another purpose than a decision");
  if (digest.size() != (spec ? digest_size(hash_of(scheme_of(purpose), *spec)) : 0)) {
    refuse_order("digest of a wrong size");
  }
  if (!spec) return SignOrder(std::move(message));
  return {purpose, *spec, std::move(message), std::move(digest)};
}

}  // namespace pkcs11
