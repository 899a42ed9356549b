#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

// Replies of a Transaction Security Broker: members that we use are checked, others passed over, a null is as good as
// none. Every refusal is Error(service_failed, phase approval) and shows no value.
namespace schema::tsb {

[[noreturn]] void refuse_reply(const std::string& cause);

// One JSON value, strict, of at most `limit` bytes.
nlohmann::json parse_reply(std::string_view text, std::size_t limit);

// One object of a reply. The value must outlive it.
class ReplyObject {
 public:
  ReplyObject(const nlohmann::json& value, std::string path);

  // Null when it is not there or is null.
  const nlohmann::json* find(std::string_view name) const;

  std::optional<std::string> text(std::string_view name) const;
  std::string required_text(std::string_view name) const;  // not empty
  std::optional<base::Bytes> base64(std::string_view name) const;
  base::Bytes required_base64(std::string_view name) const;  // not empty
  std::vector<std::string> texts(std::string_view name) const;
  bool boolean(std::string_view name) const;  // false without it

  std::optional<ReplyObject> object(std::string_view name) const;
  std::vector<ReplyObject> objects(std::string_view name) const;  // empty without it

 private:
  [[noreturn]] void refuse(std::string_view name, const std::string& cause) const;
  const nlohmann::json* array(std::string_view name) const;
  std::string path_of(std::string_view name) const;

  const nlohmann::json* value_;
  std::string path_;
};

}  // namespace schema::tsb
