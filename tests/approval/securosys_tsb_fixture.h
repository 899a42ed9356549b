#pragma once

#include <memory>
#include <string>

#include "approval/securosys_tsb.h"
#include "base/base64.h"
#include "scripted_http.h"
#include "support/certificates.h"
#include "support/test_clock.h"
#include "temporary_folder.h"
#include "throws_error.h"
#include "trust/public_key.h"

// A backend on a scripted connection, with every kind of secret that it can have.
struct TsbFixture {
  TsbFixture() {
    settings.connection.url = "https://tsb.example.com/base/";
    settings.connection.token = "file:token";
    settings.connection.key_management_api_keys = {"file:management"};
    settings.connection.key_operation_api_keys = {"file:operation"};
    settings.connection.approver_api_keys = {"file:approver"};
    settings.key = "release-key";
    folder.write("token", "t0ken-marker-1\n");
    folder.write("management", "k3y-marker-m1\n\nk3y-marker-m2\n");
    folder.write("operation", "k3y-marker-o1\nk3y-marker-o2");
    folder.write("approver", "k3y-marker-a1");
    request.id = std::string(32, 'a');
    request.key_name = "release";
    request.key_spec = pkcs11::KeySpec::ec_256;
    request.key_sha256 = trust::spki_sha256(key().public_key());
    request.claims = {{"user", "claimed"}, {"type", "not for claims"}};
    ticket.request = request;
    ticket.service_id = "3b0e-1";
  }

  const support::TestKey& key() const { return support::TestKey::shared(pkcs11::KeySpec::ec_256); }

  std::unique_ptr<approval::Backend> backend() {
    return approval::make_securosys_tsb(settings, context(), std::make_unique<ScriptedHttp>(script));
  }
  approval::BackendContext context() { return {clock, log, secrets, folder.path() + "/"}; }

  // The reply to the question for the key's attributes.
  std::string attributes(const std::string& policy) const {
    return "{\"json\":{\"label\":\"release-key\",\"algorithm\":\"EC\",\"publicKey\":\"" +
           base::encode_base64(key().spki()) + "\",\"policy\":" + policy + "},\"xml\":\"<a/>\"}";
  }
  static std::string rule(const std::string& approvals) {
    return R"({"ruleUse":{"tokens":[{"timelock":0,"timeout":0,"groups":[{"quorum":1,"approvals":[)" + approvals +
           R"(]}]}]},"keyStatus":{"blocked":false}})";
  }
  static std::string ada() { return R"({"type":"public_key","name":"ada","value":"AQ=="})"; }

  // Neither in texts for people nor in the log.
  void require_nothing_secret(const std::string& text) const {
    for (const char* secret : {"t0ken", "k3y-", "pa55", "m3ssage", "pay1oad", "Bearer", "X-API-KEY"}) {
      INFO(text);
      REQUIRE(text.find(secret) == std::string::npos);
      REQUIRE(content_of(folder / "log").find(secret) == std::string::npos);
    }
  }
  void require_nothing_secret(const base::Error& error) const {
    require_nothing_secret(error.message() + error.hint());
    REQUIRE(error.phase() == base::Phase::approval);
    REQUIRE(base::printable(error.message(), 2000) == error.message());
  }

  TemporaryFolder folder;
  platform::Log log{platform::LogSettings{platform::LogLevel::debug, folder / "log"}};
  support::TestClock clock;
  platform::EnvironmentSecrets secrets;
  std::shared_ptr<HttpScript> script = std::make_shared<HttpScript>();
  schema::TsbSettings settings;
  schema::ApprovalRequest request;
  schema::Ticket ticket;
  base::Bytes payload = [] {
    const base::ByteView text = base::bytes_of("pay1oad-marker");
    return base::Bytes(text.begin(), text.end());
  }();
};

inline std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t begin = text.find(from);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = text.find(to, begin + from.size());
  REQUIRE(end != std::string::npos);
  return text.substr(begin + from.size(), end - begin - from.size());
}

// r is 5 and s is 7: as the service writes it, and as the plugin contract wants it.
inline const base::Bytes kDer{0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x07};

inline base::Bytes fixed_width() {
  base::Bytes fixed(64);
  fixed[31] = 5;
  fixed[63] = 7;
  return fixed;
}

template <typename Answer>
Answer as(const schema::ApprovalAnswer& answer) {
  REQUIRE(std::holds_alternative<Answer>(answer));
  return std::get<Answer>(answer);
}
