#include "pkcs11/uri.h"

#include <random>
#include <vector>

#include "catch.h"
#include "throws_error.h"

using base::Bytes;
using base::ErrorKind;
using pkcs11::format_uri;
using pkcs11::ObjectType;
using pkcs11::parse_uri;
using pkcs11::Uri;

namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The refusal of a URI; its text must hold `part`.
base::Error refusal(std::string_view uri, std::string_view part) {
  INFO("uri: " << base::printable(uri));
  const base::Error error = error_of([&] { parse_uri(uri); });
  INFO("message: " << error.message());
  REQUIRE(error.kind() == ErrorKind::invalid_uri);
  REQUIRE(error.phase() == base::Phase::settings);
  REQUIRE(contains(error.message(), "reading the key's URI failed: "));
  REQUIRE(contains(error.message(), part));
  REQUIRE_FALSE(contains(error.message(), "\n"));
  return error;
}

void require_silent_about(const base::Error& error, std::string_view secret) {
  REQUIRE_FALSE(contains(error.message(), secret));
  REQUIRE_FALSE(contains(error.hint(), secret));
}

}  // namespace

TEST_CASE("a complete URI is read attribute by attribute") {
  const Uri uri = parse_uri(
      "pkcs11:token=prod;manufacturer=SoftHSM%20project;serial=5f3a;model=SoftHSM%20v2;slot-id=17;object=release;"
      "id=%01%ab;type=private?module-path=/usr/lib/m.so&pin-source=file:/run/pin");
  REQUIRE(uri.token == "prod");
  REQUIRE(uri.manufacturer == "SoftHSM project");
  REQUIRE(uri.serial == "5f3a");
  REQUIRE(uri.model == "SoftHSM v2");
  REQUIRE(uri.slot_id == 17UL);
  REQUIRE(uri.object == "release");
  REQUIRE(uri.id == Bytes{0x01, 0xAB});
  REQUIRE(uri.type == ObjectType::private_key);
  REQUIRE(uri.module_path == "/usr/lib/m.so");
  REQUIRE(uri.pin_source == "file:/run/pin");
}

TEST_CASE("a bare scheme is a URI that names everything and no object") {
  REQUIRE(parse_uri("pkcs11:") == Uri{});
  REQUIRE(parse_uri("pkcs11:?") == Uri{});
  REQUIRE_FALSE(parse_uri("pkcs11:").names_object());
  REQUIRE_FALSE(parse_uri("pkcs11:token=a").names_object());
  REQUIRE(parse_uri("pkcs11:object=a").names_object());
  REQUIRE(parse_uri("pkcs11:id=%01").names_object());
}

TEST_CASE("the scheme is recognised in any case and nothing else is a URI") {
  for (const std::string_view text : {"pkcs11:", "PKCS11:object=a", "Pkcs11:", " \npkcs11:object=a"}) {
    REQUIRE(pkcs11::looks_like_uri(text));
    REQUIRE_NOTHROW(parse_uri(text));
  }
  for (const std::string_view text :
       {"", "release", "pkcs11", "pkcs12:", "xpkcs11:", "pkcs11 :", "file:/a", "\xC3pkcs11:"}) {
    REQUIRE_FALSE(pkcs11::looks_like_uri(text));
    refusal(text, "does not begin with \"pkcs11:\"");
  }
}

TEST_CASE("blanks and line ends around a URI carry no meaning") {
  REQUIRE(parse_uri(" \r\npkcs11:object=a?pin-source=/p\n ") == parse_uri("pkcs11:object=a?pin-source=/p"));
}

TEST_CASE("a blank inside a URI is refused with the way to write it") {
  refusal("pkcs11:token=my token;object=a",
          "attribute \"token\" has the character \" \" in it, which must be written %20");
  refusal("pkcs11:object =a", "attribute \"object\" has no '=' after its name");
  refusal("pkcs11:object=a; id=%01", "has no name");
  refusal("pkcs11:object=a\tb", "\\x09");
}

TEST_CASE("an attribute that is there twice is refused") {
  for (const std::string_view name : {"token", "manufacturer", "serial", "model", "object", "id"}) {
    const std::string once = std::string(name) + "=a";
    refusal("pkcs11:" + once + ";" + once, "attribute \"" + std::string(name) + "\" is there twice");
  }
  refusal("pkcs11:slot-id=1;slot-id=1", "\"slot-id\" is there twice");
  refusal("pkcs11:type=cert;type=cert", "\"type\" is there twice");
  refusal("pkcs11:?module-path=/a&module-path=/a", "\"module-path\" is there twice");
  require_silent_about(refusal("pkcs11:?pin-source=/secret&pin-source=/secret", "\"pin-source\" is there twice"),
                       "/secret");
}

TEST_CASE("an empty value is a value") {
  const Uri uri = parse_uri("pkcs11:token=;object=;id=");
  REQUIRE(uri.token == "");
  REQUIRE(uri.object == "");
  REQUIRE(uri.id == Bytes{});
  REQUIRE_FALSE(uri.serial.has_value());
}

TEST_CASE("NUL is refused in text and is a byte like any other in an id") {
  for (const std::string_view uri : {"pkcs11:token=a%00", "pkcs11:object=%00", "pkcs11:serial=1%002",
                                     "pkcs11:?module-path=/a%00b", "pkcs11:?pin-source=/a%00b"}) {
    refusal(uri, "has a NUL (%00) in it");
  }
  REQUIRE(parse_uri("pkcs11:id=%00%01%00").id == Bytes{0, 1, 0});
  refusal(std::string_view("pkcs11:object=a\0b", 17), "\\x00");
}

TEST_CASE("an id takes escaped and plain bytes and any bytes at all") {
  REQUIRE(parse_uri("pkcs11:id=a%42c").id == Bytes{'a', 'B', 'c'});
  REQUIRE(parse_uri("pkcs11:id=%FF%fe").id == Bytes{0xFF, 0xFE});
  REQUIRE(parse_uri("pkcs11:id=0102").id == Bytes{'0', '1', '0', '2'});
}

TEST_CASE("a slot-id is a number that fits") {
  REQUIRE(parse_uri("pkcs11:slot-id=0").slot_id == 0UL);
  REQUIRE(parse_uri("pkcs11:slot-id=007").slot_id == 7UL);
  REQUIRE(parse_uri("pkcs11:slot-id=18446744073709551615").slot_id == 18446744073709551615UL);
  refusal("pkcs11:slot-id=18446744073709551617", "\"slot-id\" is too large a number");
  refusal("pkcs11:slot-id=18446744073709551616", "\"slot-id\" is too large a number");
  for (const std::string_view uri : {"pkcs11:slot-id=", "pkcs11:slot-id=-1", "pkcs11:slot-id=+1", "pkcs11:slot-id=0x1",
                                     "pkcs11:slot-id=1a", "pkcs11:slot-id=%31", "pkcs11:slot-id=1.0"}) {
    refusal(uri, "\"slot-id\" is not a number");
  }
}

TEST_CASE("types are the five of the RFC") {
  REQUIRE(parse_uri("pkcs11:type=public").type == ObjectType::public_key);
  REQUIRE(parse_uri("pkcs11:type=private").type == ObjectType::private_key);
  REQUIRE(parse_uri("pkcs11:type=cert").type == ObjectType::certificate);
  REQUIRE(parse_uri("pkcs11:type=secret-key").type == ObjectType::secret_key);
  REQUIRE(parse_uri("pkcs11:type=data").type == ObjectType::data);
  for (const std::string_view type : {"certificate", "Private", "secretkey", "", "priv%61te", "private-key"}) {
    const base::Error error = refusal("pkcs11:type=" + std::string(type), "attribute \"type\" has the unknown value");
    REQUIRE(contains(error.hint(), "public, private, cert, secret-key, data"));
  }
}

TEST_CASE("an unknown path attribute is refused, because such a URI matches nothing") {
  const base::Error error =
      refusal("pkcs11:object=a;label=b", "attribute \"label\" is unknown, so the URI matches nothing");
  REQUIRE(contains(error.hint(), "object, id"));
  refusal("pkcs11:objecttype=cert", "attribute \"objecttype\" is unknown");
  refusal("pkcs11:vendor-thing=1;object=a", "attribute \"vendor-thing\" is unknown");
}

TEST_CASE("path attributes of the RFC that are not supported match nothing either") {
  for (const std::string_view name :
       {"library-version", "library-manufacturer", "library-description", "slot-description", "slot-manufacturer"}) {
    refusal("pkcs11:object=a;" + std::string(name) + "=1",
            "attribute \"" + std::string(name) + "\" is not supported, so the URI matches nothing");
  }
}

TEST_CASE("names of attributes are written in lower case") {
  const base::Error error = refusal("pkcs11:Object=a", "attribute \"Object\" is unknown");
  REQUIRE(contains(error.hint(), "lower case"));
  refusal("pkcs11:object=a?Module-Path=/a", "attribute \"Module-Path\" is unknown");
}

TEST_CASE("a PIN in a URI is refused with the remedy and never repeated") {
  for (const std::string_view uri :
       {"pkcs11:object=a?pin-value=s3cret", "pkcs11:object=a;pin-value=s3cret", "pkcs11:object=a;pin-value=s3cret?",
        "pkcs11:object=a?pin-source=/p&pin-value=s3cret", "pkcs11:object=a?pin-value=s3cret&pin-source=/p",
        "pkcs11:object=a?pin-value=s3cret&s3cret2", "pkcs11:object=a;pin-value=s3c;ret=s3cret"}) {
    const base::Error error = refusal(uri, "attribute \"pin-value\" is not accepted");
    REQUIRE(contains(error.hint(), "pin-source=file:"));
    require_silent_about(error, "s3c");
  }
}

TEST_CASE("a PIN that is badly written is not repeated either") {
  for (const std::string_view uri :
       {"pkcs11:object=a?pin-value:s3cret", "pkcs11:object=a?pin-value", "pkcs11:object=a?pin-source=s3cret^",
        "pkcs11:object=a?pin-source=s3cret%0", "pkcs11:object=a?pin-source=|s3cret", "pkcs11:object=a?pin=s3cret",
        "pkcs11:object=a;pin=s3cret", "pkcs11:object=a?pin-source=https://s3cret", "pkcs11:?=s3cret",
        "pkcs11:=s3cret"}) {
    require_silent_about(refusal(uri, "attribute"), "s3cret");
  }
}

TEST_CASE("attributes on the wrong side of the '?' are refused by name") {
  refusal("pkcs11:object=a;pin-source=/p", "attribute \"pin-source\" stands before the '?'");
  refusal("pkcs11:object=a;module-path=/m.so", "attribute \"module-path\" stands before the '?'");
  refusal("pkcs11:object=a;module-name=m", "attribute \"module-name\" stands before the '?'");
  refusal("pkcs11:object=a?token=b", "attribute \"token\" stands behind the '?'");
  refusal("pkcs11:object=a?id=%01", "attribute \"id\" stands behind the '?'");
  refusal("pkcs11:?slot-id=1", "attribute \"slot-id\" stands behind the '?'");
}

TEST_CASE("an escape needs two hexadecimal digits") {
  for (const std::string_view uri : {"pkcs11:object=%", "pkcs11:object=%4", "pkcs11:object=%4g", "pkcs11:object=%%41",
                                     "pkcs11:id=%x1", "pkcs11:object=100%;id=%01", "pkcs11:object=a?x=%zz"}) {
    refusal(uri, "has a % that two hexadecimal digits do not follow");
  }
  REQUIRE(parse_uri("pkcs11:object=%4a%4A%2f%25").object == "JJ/%");
}

TEST_CASE("characters that the RFC wants escaped are refused with the way to write them") {
  refusal("pkcs11:object=a/b", "must be written %2F");
  refusal("pkcs11:object=a#b", "must be written %23");
  refusal("pkcs11:object=a|b", "must be written %7C");
  refusal("pkcs11:object=a\"b", "must be written %22");
  refusal("pkcs11:object=a?module-path=/a\\b", "must be written %5C");
  REQUIRE(parse_uri("pkcs11:object=-._~:[]@!$'()*+,=&").object == "-._~:[]@!$'()*+,=&");
  REQUIRE(parse_uri("pkcs11:?module-path=/a?b|c").module_path == "/a?b|c");
}

TEST_CASE("a character beyond ASCII must be escaped and is then accepted") {
  refusal("pkcs11:object=cl\xC3\xA9", "has a character beyond ASCII in it");
  REQUIRE(parse_uri("pkcs11:object=cl%C3%A9").object == "cl\xC3\xA9");
}

TEST_CASE("text that is not UTF-8 is refused") {
  for (const std::string_view uri : {"pkcs11:object=%ff", "pkcs11:token=%C3", "pkcs11:model=%C0%80",
                                     "pkcs11:?module-path=/%ED%A0%80", "pkcs11:?pin-source=/%80"}) {
    refusal(uri, "is not UTF-8");
  }
}

TEST_CASE("text is not normalised") {
  REQUIRE(parse_uri("pkcs11:object=%C3%A9").object != parse_uri("pkcs11:object=e%CC%81").object);
}

TEST_CASE("text longer than the token's field is refused, because it matches nothing") {
  REQUIRE(parse_uri("pkcs11:token=" + std::string(32, 'a')).token == std::string(32, 'a'));
  refusal("pkcs11:token=" + std::string(33, 'a'), "\"token\" is longer than the 32 bytes");
  refusal("pkcs11:manufacturer=" + std::string(33, 'a'), "\"manufacturer\" is longer than the 32 bytes");
  refusal("pkcs11:serial=" + std::string(17, 'a'), "\"serial\" is longer than the 16 bytes");
  refusal("pkcs11:model=" + std::string(17, 'a'), "\"model\" is longer than the 16 bytes");
  REQUIRE(parse_uri("pkcs11:object=" + std::string(1000, 'a')).object->size() == 1000);
}

TEST_CASE("blanks that a token pads its fields with carry no meaning") {
  REQUIRE(parse_uri("pkcs11:token=a%20%20").token == "a");
  REQUIRE(parse_uri("pkcs11:token=%20a").token == " a");
  REQUIRE(parse_uri("pkcs11:object=a%20").object == "a ");
}

TEST_CASE("a URI longer than 4096 bytes is refused") {
  const std::string start = "pkcs11:object=";
  REQUIRE_NOTHROW(parse_uri(start + std::string(4096 - start.size(), 'a')));
  refusal(start + std::string(4097 - start.size(), 'a'), "longer than 4096 bytes");
}

TEST_CASE("an attribute without name, value or content is refused") {
  refusal("pkcs11:object", "attribute \"object\" has no value");
  refusal("pkcs11:=a", "has no name");
  refusal("pkcs11:object=a;", "an attribute is missing before the '?'");
  refusal("pkcs11:;object=a", "an attribute is missing before the '?'");
  refusal("pkcs11:object=a;;id=%01", "an attribute is missing before the '?'");
  refusal("pkcs11:object=a?module-path=/m&", "an attribute is missing behind the '?'");
  refusal("pkcs11:object=a?&", "an attribute is missing behind the '?'");
}

TEST_CASE("attributes behind the '?' that are separated like those before it are refused with the remedy") {
  const base::Error error =
      refusal("pkcs11:object=a?module-path=/m.so;x=1", "attribute \"module-path\" has a ';' in it");
  REQUIRE(contains(error.hint(), "separated by '&'"));
}

TEST_CASE("unknown attributes behind the '?' are ignored") {
  REQUIRE(parse_uri("pkcs11:object=a?vendor-thing=1&x=2&x=3") == parse_uri("pkcs11:object=a"));
}

TEST_CASE("an attribute behind the '?' that looks like a PIN or a module is not ignored") {
  for (const std::string_view name : {"pinfile", "pin", "module", "module-file"}) {
    const base::Error error =
        refusal("pkcs11:object=a?" + std::string(name) + "=/x", std::string(name) + "\" is unknown");
    REQUIRE(contains(error.hint(), "module-path and pin-source"));
  }
}

TEST_CASE("a module is named by an absolute path") {
  REQUIRE(parse_uri("pkcs11:?module-path=/a%20b.so").module_path == "/a b.so");
  for (const std::string_view path : {"lib.so", "./lib.so", "", "~/lib.so", "file:/lib.so"}) {
    refusal("pkcs11:?module-path=" + std::string(path), "\"module-path\" is not an absolute path");
  }
  const base::Error error = refusal("pkcs11:?module-name=softhsm2", "attribute \"module-name\" is not supported");
  REQUIRE(contains(error.hint(), "module-path"));
}

TEST_CASE("a PIN source is a path or a file URI, kept as it is written") {
  for (const std::string_view source :
       {"/run/pin", "pin", "./pin", "file:/run/pin", "file:pin", "file:///run/pin", "a/b:c", "/a:b"}) {
    REQUIRE(parse_uri("pkcs11:?pin-source=" + std::string(source)).pin_source == source);
  }
}

TEST_CASE("a PIN source that is a command, another scheme or nothing is refused") {
  for (const std::string_view source : {"|cat%20/pin", "%7Ccat", "|"}) {
    refusal("pkcs11:?pin-source=" + std::string(source), "asks for a command");
  }
  for (const std::string_view source :
       {"env:PIN", "https://host/pin", "exec:cat", "credential:pin", "FILE:/pin", "c:%5Cpin"}) {
    refusal("pkcs11:?pin-source=" + std::string(source), "has a scheme other than file:");
  }
  refusal("pkcs11:?pin-source=file://host/pin", "names a host");
  refusal("pkcs11:?pin-source=file://", "names a host");
  refusal("pkcs11:?pin-source=", "\"pin-source\" is empty");
  refusal("pkcs11:?pin-source=file:", "\"pin-source\" is empty");
}

TEST_CASE("a written URI has a fixed order, every byte of the id escaped, and no query") {
  Uri uri;
  uri.type = ObjectType::private_key;
  uri.id = Bytes{'a', 0x00, 0xFF};
  uri.object = "release key/1 & \xC3\xA9;";
  uri.slot_id = 5;
  uri.model = "m";
  uri.serial = "s";
  uri.manufacturer = "x";
  uri.token = "prod";
  uri.module_path = "/m.so";
  uri.pin_source = "/pin";
  REQUIRE(format_uri(uri) ==
          "pkcs11:token=prod;manufacturer=x;serial=s;model=m;slot-id=5;object=release%20key%2F1%20%26%20%C3%A9%3B;"
          "id=%61%00%FF;type=private");
  REQUIRE(format_uri(Uri{}) == "pkcs11:");
}

TEST_CASE("a written URI holds nothing that a shell acts on within quotes") {
  Uri uri;
  for (int c = 1; c < 128; ++c)
    uri.object = uri.object.value_or("") + static_cast<char>(c);
  const std::string formatted = format_uri(uri);
  REQUIRE(formatted.find_first_of("'\"`$!\\&*()[]<>| \n") == std::string::npos);
  REQUIRE(parse_uri(formatted) == uri);
}

TEST_CASE("text that a URI cannot hold is left out when it is written") {
  Uri uri;
  uri.token = "cut \xC3";
  uri.object = std::string("a\0b", 3);
  uri.id = Bytes{1};
  REQUIRE(format_uri(uri) == "pkcs11:id=%01");
}

TEST_CASE("what is written is read back unchanged, whatever the attributes hold") {
  std::mt19937 random(7512);  // NOLINT(cert-msc51-cpp): a failure must come back
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  const std::vector<std::string> pieces = {"a", "Z", "9", " ",    ";",    "?",        "%",
                                           "=", "&", "/", "\x01", "\x7f", "\xC3\xA9", "#"};
  const auto text = [&](std::size_t limit) -> std::optional<std::string> {
    if (below(3) == 0) return std::nullopt;
    std::string made;
    for (std::size_t i = below(limit / 2); i > 0; --i)
      made += pieces[below(pieces.size())];
    if (!made.empty() && made.back() == ' ') made += 'x';
    return made;
  };
  for (int round = 0; round < 2000; ++round) {
    Uri uri;
    uri.token = text(32);
    uri.manufacturer = text(32);
    uri.serial = text(16);
    uri.model = text(16);
    uri.object = text(80);
    if (below(2) == 0) uri.slot_id = static_cast<unsigned long>(random()) << below(33);
    if (below(2) == 0) uri.id = Bytes(below(30), static_cast<std::uint8_t>(below(256)));
    if (below(2) == 0) uri.type = static_cast<ObjectType>(below(5));
    const std::string formatted = format_uri(uri);
    INFO(formatted);
    REQUIRE(parse_uri(formatted) == uri);
  }
}
