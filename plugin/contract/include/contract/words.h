#pragma once

#include <string>
#include <string_view>

#include "signing/run_context.h"
#include "signing/sign_flow.h"

namespace contract {

// The three words that notation says (plugin-extensibility.md, "Plugin contract").
inline constexpr std::string_view kMetadataWord = "get-plugin-metadata";
inline constexpr std::string_view kDescribeKeyWord = "describe-key";
inline constexpr std::string_view kGenerateSignatureWord = "generate-signature";

// Longest request that is read, in bytes: a payload of the largest size in base64, and ample room for the rest.
inline constexpr std::size_t kMaximumRequestSize = 2 * 1024 * 1024;

// Request in, response out, both JSON. get-plugin-metadata touches neither configuration nor module.
std::string answer_metadata(std::string_view request);
std::string answer_describe_key(std::string_view request, signing::RunContext& context);
std::string answer_generate_signature(std::string_view request, signing::RunContext& context);

// The response takes nothing but a signature that we verified ourselves, and the chain it was verified with.
std::string encode_response(const std::string& key_id, const trust::CheckedChain& chain,
                            const trust::VerifiedSignature& signature);

}  // namespace contract
