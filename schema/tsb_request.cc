#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "schema/tsb.h"

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

std::string json_text(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string base64_member(std::string_view name, base::ByteView bytes) {
  return ",\"" + std::string(name) + "\":\"" + base::encode_base64(bytes) + '"';
}

std::size_t character_size(std::uint8_t first) {
  if (first < 0x80) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

constexpr std::size_t kLongestCharacter = 9;  // "\u001f" between quotes, and a comma
constexpr std::string_view kPasswordMember = ",\"keyPassword\":[";

// Room for a password, so that its characters never stand in memory that is given back unwiped.
std::size_t password_room(const base::Secret* password) {
  return password == nullptr ? 0 : kPasswordMember.size() + 1 + kLongestCharacter * password->size();
}

void append_character(std::string& json, std::string_view character) {
  const char c = character.front();
  json += '"';
  if (static_cast<unsigned char>(c) < 0x20) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
    json += escape;
  } else {
    if (c == '"' || c == '\\') json += '\\';
    json += character;
  }
  json += '"';
}

// The service takes a password as an array of one-character texts.
void append_password(std::string& json, std::string_view member, const base::Secret* password) {
  if (password == nullptr) return;
  const base::ByteView bytes = password->reveal();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!base::is_utf8(text)) {
    throw base::Error(base::ErrorKind::invalid_settings, base::Phase::approval,
                      "the password of the key at the service cannot be used: it is not UTF-8");
  }
  json += member;
  for (std::size_t at = 0; at < text.size();) {
    if (at > 0) json += ',';
    const std::size_t size = character_size(bytes[at]);
    append_character(json, text.substr(at, size));
    at += size;
  }
  json += ']';
}

}  // namespace

std::string encode_tsb_sign_request(const TsbSignRequest& request) {
  if (request.payload.size() > kMaximumTsbPayload) {
    throw base::Error(base::ErrorKind::internal, base::Phase::approval, "the bytes to be signed are too long");
  }
  std::string rest;
  if (!request.metadata.empty()) rest += base64_member("metaData", base::bytes_of(request.metadata));
  if (!request.metadata_signature.empty()) rest += base64_member("metaDataSignature", request.metadata_signature);
  rest += ",\"signatureAlgorithm\":" + json_text(request.algorithm) + '}';

  const std::string head = "{\"payload\":\"" + base::encode_base64(request.payload) +
                           "\",\"payloadType\":\"UNSPECIFIED\",\"signKeyName\":" + json_text(request.key);
  std::string json;
  json.reserve(head.size() + password_room(request.key_password) + rest.size());
  json += head;
  append_password(json, kPasswordMember, request.key_password);
  json += rest;
  return json;
}

std::string wrap_tsb_sign_request(std::string_view inner, const std::optional<TsbRequestSignature>& signature) {
  std::string rest = "}";
  if (signature) {
    rest = ",\"requestSignature\":{\"signature\":\"" + base::encode_base64(signature->signature) + "\"," +
           json_text(signature->member) + ':' + json_text(signature->algorithm) +
           base64_member("publicKey", signature->public_key) + "}}";
  }
  constexpr std::string_view kBegin = "{\"signRequest\":";
  std::string json;
  json.reserve(kBegin.size() + inner.size() + rest.size());
  json += kBegin;
  json += inner;
  json += rest;
  return json;
}

std::string encode_tsb_key_question(std::string_view label, const base::Secret* password) {
  const std::string head = "{\"label\":" + json_text(label);
  std::string json;
  json.reserve(head.size() + password_room(password) + 1);
  json += head;
  append_password(json, ",\"password\":[", password);
  json += '}';
  return json;
}

std::string tsb_time(base::WallTime time) {
  using namespace std::chrono;
  const auto whole = floor<milliseconds>(time);
  const auto day = floor<days>(whole);
  const year_month_day date(day);
  const hh_mm_ss clock(whole - day);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

std::string encode_tsb_metadata(const std::vector<std::pair<std::string, std::string>>& members) {
  Json json = Json::object();
  for (const auto& [name, value] : members)
    json[name] = value;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace schema
