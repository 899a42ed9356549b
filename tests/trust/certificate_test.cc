#include "trust/certificate.h"

#include <algorithm>

#include "chains.h"

using base::Bytes;
using support::TestKey;

namespace {

Bytes bytes(const std::string& hex) {
  Bytes result;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    result.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return result;
}

Bytes element(std::uint8_t tag, const Bytes& content) {
  Bytes result{tag, static_cast<std::uint8_t>(content.size())};
  result.insert(result.end(), content.begin(), content.end());
  return result;
}
Bytes element(std::uint8_t tag, const std::string& text) {
  return element(tag, Bytes(text.begin(), text.end()));
}

std::string refusal(const Bytes& der) {
  const base::Error error = error_of([&] { trust::Certificate::parse(der, "certificate 1 of x"); });
  require_error(error, base::ErrorKind::invalid_chain);
  const std::string prefix = "certificate 1 of x cannot be read: ";
  INFO(error.message());
  REQUIRE(error.message().starts_with(prefix));
  return error.message().substr(prefix.size());
}

// Empty when the certificate can be read.
std::string verdict(const Bytes& der) {
  try {
    trust::Certificate::parse(der, "it");
    return {};
  } catch (const base::Error& error) {
    return error.message();
  }
}

Bytes with_extension(const std::string& oid, const Bytes& value, bool critical = false) {
  support::CertificateTemplate form = support::leaf_template();
  form.extensions.push_back({oid, critical, value});
  return support::self_sign(form, p256_key());
}

const Bytes& plain() {
  static const Bytes certificate = support::self_sign(support::leaf_template(), p256_key());
  return certificate;
}

Bytes patched(const std::string& from, const std::string& to) {
  return support::patch(plain(), p256_key(), bytes(from), bytes(to));
}

}  // namespace

TEST_CASE("a certificate's fields are read") {
  const trust::Certificate certificate = trust::Certificate::parse(plain(), "certificate 2 of chain.pem");
  CHECK(certificate.version() == 3);
  CHECK(base::to_hex(certificate.serial()) == "112233");
  CHECK(certificate.subject() == "CN=leaf");
  CHECK(certificate.name() == "certificate 2 of chain.pem (\"CN=leaf\")");
  CHECK(certificate.not_before() == 1'577'836'800);
  CHECK(certificate.not_after() == 4'070'908'800);
  CHECK(certificate.signature_algorithm().hash == trust::SignatureHash::sha_256);
  CHECK(certificate.key().description == "EC-256");
  CHECK(base::to_hex(certificate.der()) == base::to_hex(plain()));
}

TEST_CASE("control characters in a subject are made visible") {
  const trust::Certificate certificate =
      trust::Certificate::parse(support::self_sign(support::leaf_template("a\x1b[31m\nb"), p256_key()), "it");
  CHECK(certificate.subject().find('\n') == std::string::npos);
  CHECK(certificate.subject().find('\x1b') == std::string::npos);
}

TEST_CASE("bytes after the certificate, or a certificate cut short, are refused") {
  Bytes longer = plain();
  longer.push_back(0);
  CHECK(refusal(longer) == "1 bytes follow the certificate");
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4}, plain().size() - 1}) {
    CHECK_FALSE(verdict(Bytes(plain().begin(), plain().begin() + static_cast<std::ptrdiff_t>(size))).empty());
  }
}

TEST_CASE("a serial number that is negative or padded is refused, zero and long ones are not") {
  CHECK(refusal(patched("0203112233", "0203912233")) == "the serial number is negative");
  CHECK(refusal(patched("0203112233", "0203002233")) == "the serial number is not minimally encoded");
  support::CertificateTemplate form = support::leaf_template();
  form.serial = {0};
  CHECK(verdict(support::self_sign(form, p256_key())).empty());
  form.serial = Bytes(100, 0x55);
  CHECK(verdict(support::self_sign(form, p256_key())).empty());
}

TEST_CASE("signature algorithms that differ inside and outside are refused") {
  const Bytes sha256 = bytes("2a8648ce3d040302");
  Bytes certificate = plain();
  const auto outer = std::ranges::find_end(certificate, sha256);
  outer[7] = 3;
  CHECK(contains(refusal(certificate), "inside and outside of the signed part differ"));
}

TEST_CASE("key identifiers and authority access must not be critical") {
  CHECK(contains(refusal(with_extension("2.5.29.14", bytes("0401aa"), true)),
                 "subject key identifier is marked critical"));
  CHECK(
      contains(refusal(with_extension("2.5.29.35", bytes("30038001aa"), true)), "authority key identifier is marked"));
  CHECK(contains(refusal(with_extension("1.3.6.1.5.5.7.1.1", bytes("3000"), true)), "access extension is marked"));
  CHECK(verdict(with_extension("2.5.29.14", bytes("0401aa"))).empty());
  CHECK(verdict(with_extension("2.5.29.35", bytes("30038001aa"))).empty());
}

TEST_CASE("an extension that occurs twice is refused by its number") {
  support::CertificateTemplate form = support::leaf_template();
  form.extensions = {{"1.2.3.4", false, {0x05, 0x00}}, {"1.2.3.4", false, {0x05, 0x00}}};
  CHECK(refusal(support::self_sign(form, p256_key())) == "the extension 1.2.3.4 occurs twice");
}

TEST_CASE("unknown extensions pass, critical ones too") {
  CHECK(verdict(with_extension("1.2.3.4", bytes("0500"), true)).empty());
  CHECK(verdict(with_extension("2.5.29.99", bytes("ff"), true)).empty());
}

TEST_CASE("EC keys must be on a named curve of the Notary Project or P-224, uncompressed") {
  const auto with_key = [](const TestKey& key) { return support::self_sign(support::leaf_template(), key); };
  CHECK(contains(refusal(with_key(TestKey::ec("secp256k1"))),
                 "on the curve secp256k1, which the Notary Project does not know"));
  CHECK(contains(refusal(with_key(TestKey::ec("brainpoolP256r1"))), "on the curve 1.3.36.3.3.2.8.1.1.7"));
  CHECK(contains(refusal(with_key(p256_key().with_explicit_parameters())), "has explicit curve parameters"));
  CHECK(contains(refusal(with_key(p256_key().with_compressed_point())), "the EC point is compressed"));
  CHECK(verdict(with_key(TestKey::ec("P-224"))).empty());
  CHECK(verdict(with_key(TestKey::ed25519())).empty());
}

TEST_CASE("RSA keys must have NULL parameters and a small odd exponent") {
  const support::Authority ca{p256_key(), support::self_sign(support::ca_template("ca"), p256_key())};
  const TestKey& rsa = TestKey::shared(pkcs11::KeySpec::rsa_2048);
  const Bytes leaf = support::issue(support::leaf_template(), rsa, ca);
  CHECK(verdict(leaf).empty());
  const std::string algorithm = "06092a864886f70d010101";
  CHECK(contains(refusal(support::patch(leaf, p256_key(), bytes(algorithm + "0500"), bytes(algorithm + "0400"))),
                 "lacks its NULL parameters"));
  CHECK(contains(refusal(support::patch(leaf, p256_key(), bytes("0203010001"), bytes("0203010002"))),
                 "the RSA exponent is not an odd number"));
  const Bytes large = support::issue(support::leaf_template(), TestKey::rsa(2048, 4'294'967'297), ca);
  CHECK(contains(refusal(large), "the RSA exponent is not an odd number from 3 to 2147483647"));
}

TEST_CASE("names hold only text that fits its string type") {
  const std::string name = "0c046c656166";  // UTF8String "leaf"
  CHECK(verdict(patched(name, "13046c656166")).empty());
  CHECK(verdict(patched(name, "14046ce561ff")).empty());
  CHECK(verdict(patched(name, "1e04006c00e9")).empty());
  CHECK(contains(refusal(patched(name, "13046c406166")), "has text that does not fit its string type (CN)"));
  CHECK_FALSE(verdict(patched(name, "13046c5f6166")).empty());  // an underscore in a PrintableString
  CHECK_FALSE(verdict(patched(name, "0c046cff6166")).empty());
  CHECK_FALSE(verdict(patched(name, "0c046ceda080")).empty());  // a surrogate in UTF-8
  CHECK_FALSE(verdict(patched(name, "1a046c656166")).empty());  // VisibleString
  CHECK_FALSE(verdict(patched(name, "1c046c656166")).empty());  // UniversalString
  CHECK_FALSE(verdict(patched(name, "1e04d800dc00")).empty());  // surrogates in a BMPString
  CHECK_FALSE(verdict(patched(name, "12046c656166")).empty());  // letters in a NumericString
  CHECK_FALSE(verdict(patched(name, "16046c6561ff")).empty());
}

TEST_CASE("subject alternative names are read as strictly as notation reads them") {
  const auto judge = [](std::uint8_t tag, const std::string& text) {
    return verdict(with_extension("2.5.29.17", element(0x30, element(tag, text))));
  };
  for (const char* uri :
       {"https://a.example:8443/x?y#z", "urn:uuid:0", "mailto:a@b", "spiffe://td/x", "http:///x", "ldap://h/a%20b"}) {
    INFO(uri);
    CHECK(judge(0x86, uri).empty());
  }
  for (const char* uri : {"://x", "http://a..b/", "http://a./", "http://[::1", "http://a b/", "http://a/%zz",
                          "http://a:b/", "h\x01:x", "http://\xc3\xa9/"}) {
    INFO(uri);
    CHECK_FALSE(judge(0x86, uri).empty());
  }
  CHECK(judge(0x82, "anything at all").empty());
  CHECK_FALSE(judge(0x82, "\xff").empty());
  CHECK_FALSE(judge(0x81, "\xff").empty());
  CHECK(judge(0x87, "abcd").empty());
  CHECK_FALSE(judge(0x87, "abc").empty());
  CHECK(judge(0x88, "other").empty());
  CHECK_FALSE(verdict(with_extension("2.5.29.17", bytes("0500"))).empty());
}

TEST_CASE("name constraints are read as strictly as notation reads them") {
  const auto judge = [](std::uint8_t tag, const Bytes& base) {
    return verdict(with_extension("2.5.29.30", element(0x30, element(0xa0, element(0x30, element(tag, base))))));
  };
  const auto text = [](const std::string& from) { return Bytes(from.begin(), from.end()); };
  CHECK(judge(0x82, text("example.com")).empty());
  CHECK(judge(0x82, text(".example.com")).empty());
  CHECK(judge(0x81, text("a.b@example.com")).empty());
  CHECK(judge(0x86, text(".example.com")).empty());
  CHECK(judge(0x87, bytes("0a000000ff000000")).empty());
  CHECK(judge(0x84, text("directory name")).empty());
  CHECK_FALSE(judge(0x82, text("a..b")).empty());
  CHECK_FALSE(judge(0x82, text("a.")).empty());
  CHECK_FALSE(judge(0x81, text("a..b@example.com")).empty());
  CHECK_FALSE(judge(0x81, text("@example.com")).empty());
  CHECK_FALSE(judge(0x86, text("10.0.0.1")).empty());
  CHECK_FALSE(judge(0x86, text("::1")).empty());
  CHECK_FALSE(judge(0x87, bytes("0a000000ff00ff00")).empty());
  CHECK_FALSE(judge(0x87, bytes("0a0000")).empty());
  CHECK_FALSE(verdict(with_extension("2.5.29.30", bytes("3000"))).empty());
  CHECK_FALSE(verdict(with_extension("2.5.29.30", bytes("3002a000"))).empty());
}

TEST_CASE("policies, distribution points and constraints must be well formed") {
  CHECK(verdict(with_extension("2.5.29.32", bytes("3008300606042a030405"))).empty());
  CHECK(contains(verdict(with_extension("2.5.29.32", bytes("300e300506032a0304300506032a0304"))),
                 "names a policy twice"));
  CHECK_FALSE(verdict(with_extension("2.5.29.32", bytes("300430020600"))).empty());
  CHECK(verdict(with_extension("2.5.29.31", bytes("300a3008a006a00486026120"))).empty());
  CHECK_FALSE(verdict(with_extension("2.5.29.31", bytes("30043002a001"))).empty());
  CHECK(verdict(with_extension("2.5.29.36", bytes("3003800100"))).empty());
  CHECK_FALSE(verdict(with_extension("2.5.29.36", bytes("300480020001"))).empty());
  CHECK_FALSE(verdict(with_extension("2.5.29.54", bytes("0500"))).empty());
  CHECK_FALSE(verdict(with_extension("2.5.29.33", bytes("30023000"))).empty());
}

TEST_CASE("basic constraints with a negative path length or a crooked BOOLEAN are refused") {
  CHECK(contains(refusal(with_extension("2.5.29.19", bytes("30060101ff0201ff"))),
                 "path length in the basic constraints is negative"));
  CHECK_FALSE(verdict(with_extension("2.5.29.19", bytes("3003010101"))).empty());
}
