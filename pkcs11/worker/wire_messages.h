#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "pkcs11/token_service.h"
#include "worker/wire.h"

namespace pkcs11 {

// Carries a permission to sign into the worker. A digest that is not as long as its key spec says is refused.
class SignOrderCodec {
 public:
  static void encode(wire::Writer& writer, const SignOrder& order);
  static SignOrder decode(wire::Reader& reader);
};

namespace wire {

// What this process asks of the worker, as the worker gets it.
struct LoadRequest {
  ModuleSettings module;
  Timeouts timeouts;
  std::string secret_variable;  // environment variable to wipe; empty: none
};
struct InspectRequest {
  InspectOrder order;
  std::optional<Login> login;
};
struct SignRequest {
  SignOrder order;
  InspectOrder key;
  PublicKey expected;
  std::optional<Login> login;
  bool last = false;  // take leave of the module after the reply
};
struct GenerateRequest {
  GenerateOrder order;
  Login login;
};
struct RemoveRequest {
  Uri key;
  PublicKey expected;
  Login login;
};
struct SurveyRequest {
  Uri filter;
  std::optional<Login> login;
};
struct DescribeRequest {
  InspectOrder order;
  std::optional<Login> login;
};
struct StoreRequest {
  StoreOrder order;
  Login login;
};
struct RemoveCertificatesRequest {
  Uri token;
  std::vector<base::Bytes> certificates;
  Login login;
};
struct AdministerRequest {
  TokenOrder order;
};
struct ProbeRequest {
  Uri filter;
};
using Request = std::variant<LoadRequest, InspectRequest, SignRequest, GenerateRequest, RemoveRequest, SurveyRequest,
                             DescribeRequest, StoreRequest, RemoveCertificatesRequest, AdministerRequest, ProbeRequest>;

// What the worker answers to every request but load. Removed says that a key is gone.
struct Removed {};
struct RemovedCertificates {
  std::size_t count = 0;
};
using Reply = std::variant<base::Error, Inspection, SignResult, GeneratedKey, Removed, Survey, KeyDetails, StoreResult,
                           RemovedCertificates, TokenState, Probe>;

Buffer encode_load(const ModuleSettings& module, const Timeouts& timeouts, const std::string& secret_variable);
Buffer encode_inspect(const InspectOrder& order, const Login* login);
Buffer encode_sign(const SignOrder& order, const InspectOrder& key, const PublicKey& expected, const Login* login,
                   bool last);
Buffer encode_generate(const GenerateOrder& order, const Login& login);
Buffer encode_remove(const Uri& key, const PublicKey& expected, const Login& login);
Buffer encode_survey(const Uri& filter, const Login* login);
Buffer encode_describe(const InspectOrder& order, const Login* login);
Buffer encode_store(const StoreOrder& order, const Login& login);
Buffer encode_remove_certificates(const Uri& token, const std::vector<base::Bytes>& certificates, const Login& login);
Buffer encode_administer(const TokenOrder& order);
Buffer encode_probe(const Uri& filter);
Buffer encode_reply(const Reply& reply);

// Body without header. Errors: internal (anything but exactly one message that the encoders make).
Request decode_request(base::ByteView body);
Reply decode_reply(base::ByteView body);

}  // namespace wire
}  // namespace pkcs11
