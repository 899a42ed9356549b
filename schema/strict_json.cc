#include "strict_json.h"

#include <algorithm>
#include <vector>

#include "base/bytes.h"

namespace schema {
namespace {

using Json = nlohmann::json;

std::string place_in(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, std::min(position, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " +
         std::to_string(std::max<std::size_t>(1, before.size() - line_start));
}

// The library's own document builder keeps the last of two members of one name; this one stops at the second.
class Builder : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, StrictJson& result) : text_(text), result_(result) {}

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    Json& object = *open_.back();
    if (object.contains(name)) {
      return refuse("member \"" + base::printable(name) + "\" stands twice in one object");
    }
    member_ = &object[name];
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    return refuse("not valid JSON at " + place_in(text_, position));
  }

 private:
  bool refuse(std::string fault) {
    result_.fault = std::move(fault);
    return false;
  }

  Json* place(Json&& value) {
    Json* target = &result_.value;
    if (!open_.empty() && open_.back()->is_array()) {
      target = &open_.back()->emplace_back();
    } else if (!open_.empty()) {
      target = member_;
    }
    *target = std::move(value);
    return target;
  }

  bool put(Json&& value) {
    place(std::move(value));
    return true;
  }

  bool open(Json&& container) {
    if (open_.size() == kMaximumJsonDepth) {
      return refuse("nested deeper than " + std::to_string(kMaximumJsonDepth) + " levels");
    }
    open_.push_back(place(std::move(container)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  StrictJson& result_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;
};

}  // namespace

StrictJson parse_strict(std::string_view text) {
  StrictJson result;
  // The library skips a byte order mark, and takes a NUL for the end of the text whatever follows.
  if (text.starts_with("\xef\xbb\xbf")) {
    result.fault = "begins with a byte order mark";
  } else if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    result.fault = "not valid JSON at " + place_in(text, nul + 1);
  } else {
    Builder builder(text, result);
    Json::sax_parse(text.begin(), text.end(), &builder);
  }
  return result;
}

std::string_view kind_of(const nlohmann::json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "an array";
    case Json::value_t::string:
      return "text";
    case Json::value_t::boolean:
      return "true or false";
    default:
      return "a number";
  }
}

}  // namespace schema
