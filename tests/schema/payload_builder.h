#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

// Bytes to sign, put together piece by piece so that a test can make any one piece wrong.
namespace payload_builder {

std::string base64url(std::string_view text);

// What notation 1.3.2 handed out for an image, a P-384 key, `--expiry 24h` and `-m build=42`.
extern const std::string_view kCapturedJws;
base::Bytes captured_cose();

inline constexpr std::string_view kDigest = "sha256:43a6f438a3e5452a4543f28fc27967968f26a36b885db7ce97ecfbbad3daaef9";
std::string body();  // well-formed targetArtifact, JSON

// Members as JSON text; an absent one is left out of the header.
struct JwsParts {
  std::optional<std::string> alg = R"("ES384")";
  std::optional<std::string> crit = R"(["io.cncf.notary.signingScheme"])";
  std::optional<std::string> cty = R"("application/vnd.cncf.notary.payload.v1+json")";
  std::optional<std::string> expiry;
  std::optional<std::string> scheme = R"("notary.x509")";
  std::optional<std::string> signing_time = R"("2026-11-21T02:02:02Z")";
  std::optional<std::string> authentic_signing_time;
  std::string more;  // ,"name":value...
  std::string body = payload_builder::body();

  std::string header() const;
  std::string build() const { return base64url(header()) + '.' + base64url(body); }
};

// CBOR of RFC 8949, shortest heads.
std::string cbor_head(unsigned major, std::uint64_t argument);
std::string cbor_text(std::string_view text);
std::string cbor_bytes(std::string_view bytes);
std::string cbor_number(std::int64_t number);
std::string cbor_array(const std::vector<std::string>& items);
std::string cbor_time(std::uint64_t seconds);  // tag 1

using CborPair = std::pair<std::string, std::string>;

struct CoseParts {
  std::vector<CborPair> members;  // key and value, encoded
  std::string external;
  std::string body = payload_builder::body();
  std::string after;  // behind the whole

  CoseParts();
  void set(const std::string& key, const std::string& value);  // replaces or appends
  void drop(const std::string& key);
  std::string header() const;
  std::string build() const { return build_with(header()); }
  std::string build_with(const std::string& header) const;
};

inline const std::string kAlg = cbor_number(1), kCrit = cbor_number(2), kContentType = cbor_number(3);
inline const std::string kScheme = cbor_text("io.cncf.notary.signingScheme");
inline const std::string kSigningTime = cbor_text("io.cncf.notary.signingTime");
inline const std::string kAuthenticSigningTime = cbor_text("io.cncf.notary.authenticSigningTime");
inline const std::string kExpiry = cbor_text("io.cncf.notary.expiry");

}  // namespace payload_builder
