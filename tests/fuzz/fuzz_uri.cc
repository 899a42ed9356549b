#include <string>

#include "expect.h"
#include "pkcs11/uri.h"

namespace {

using fuzz::expect;

void check_accepted(const pkcs11::Uri& uri) {
  expect(!uri.module_path || uri.module_path->starts_with('/'), "a module path is absolute");
  expect(!uri.pin_source || !uri.pin_source->starts_with('|'), "a PIN source is no command");
  for (const auto& text :
       {uri.token, uri.manufacturer, uri.serial, uri.model, uri.object, uri.module_path, uri.pin_source}) {
    expect(!text || (base::is_utf8(*text) && text->find('\0') == std::string::npos), "text is UTF-8 without NUL");
  }
  pkcs11::Uri path_alone = uri;
  path_alone.module_path.reset();
  path_alone.pin_source.reset();
  const std::string formatted = pkcs11::format_uri(uri);
  // Three bytes for one: what fits when it is read may not when every byte of the id is escaped.
  if (formatted.size() <= 4096) expect(pkcs11::parse_uri(formatted) == path_alone, "what is written is read back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    check_accepted(pkcs11::parse_uri(text));
    expect(pkcs11::looks_like_uri(text), "what is read looks like a URI");
  } catch (const base::Error& error) {
    expect(error.kind() == base::ErrorKind::invalid_uri, "a refusal is of kind invalid_uri");
    fuzz::expect_readable(error);
  }
  return 0;
}
