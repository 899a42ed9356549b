#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "catch.h"
#include "support/certificates.h"
#include "throws_error.h"
#include "trust/chain.h"

// Certificates of tests/support are valid from 2020 to 2099.
inline constexpr std::int64_t kNow = 1'767'225'600;  // 2026-01-01T00:00:00Z
inline const base::WallTime kWallNow{std::chrono::seconds(kNow)};

inline trust::ChainSources file_sources(std::vector<base::Bytes> file,
                                        std::optional<pkcs11::PublicKey> key = std::nullopt) {
  return {.file = std::move(file),
          .file_name = "chain.pem",
          .token_leaves = {},
          .token_issuers = {},
          .key = std::move(key)};
}

inline base::Error chain_error(const trust::ChainSources& sources, base::WallTime now = kWallNow) {
  base::Error error = error_of([&] { trust::check_chain(sources, now); });
  require_error(error, base::ErrorKind::invalid_chain);
  REQUIRE(error.phase() == base::Phase::chain);
  return error;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline const support::TestKey& p256_key() {
  return support::TestKey::shared(pkcs11::KeySpec::ec_256);
}
inline const support::TestKey& other_p256_key() {
  return support::TestKey::other(pkcs11::KeySpec::ec_256);
}
