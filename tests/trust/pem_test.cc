#include "chains.h"

using base::Bytes;

namespace {

std::vector<Bytes> read(const std::string& text) {
  return trust::read_pem_certificates(text, "chain.pem");
}

std::string refusal(const std::string& text) {
  const base::Error error = error_of([&] { read(text); });
  require_error(error, base::ErrorKind::invalid_chain);
  CHECK_FALSE(error.hint().empty());
  return error.message();
}

const std::string& one() {
  static const std::string text = support::pem(support::self_sign(support::leaf_template(), p256_key()));
  return text;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("certificates come out of a PEM file in its order") {
  const support::Chain chain = support::make_chain(p256_key());
  CHECK(read(support::pem(chain.certificates())) == chain.certificates());
}

TEST_CASE("text around blocks, blanks at line ends, CRLF and a byte order mark are no obstacle") {
  const std::vector<Bytes> expected = read(one());
  CHECK(read("subject=CN = leaf\n\n" + one() + "\nissuer: somebody\n") == expected);
  CHECK(read("\xef\xbb\xbf" + one()) == expected);
  std::string windows;
  for (const char c : one())
    windows += c == '\n' ? std::string(" \r\n") : std::string(1, c);
  CHECK(read(windows) == expected);
  CHECK(read(one().substr(0, one().size() - 1)) == expected);
}

TEST_CASE("a file without a certificate is refused") {
  CHECK(refusal("") == "the chain file chain.pem cannot be used: it holds no certificate");
  CHECK(contains(refusal("hello\n"), "holds no certificate"));
}

TEST_CASE("a private key in the chain file is refused wherever it stands") {
  CHECK(contains(refusal(one() + p256_key().private_pem()), "contains a private key"));
  CHECK(contains(refusal(p256_key().private_pem() + one()), "contains a private key"));
  CHECK(contains(refusal(one() + "-----BEGIN RSA PRIVATE KEY-----\n"), "contains a private key"));
}

TEST_CASE("a DER file is told from a PEM file") {
  const Bytes der = read(one()).front();
  CHECK(contains(refusal(base::text_of(der)), "it is DER, not PEM"));
}

TEST_CASE("blocks of another kind are refused by name") {
  CHECK(contains(refusal("-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n"), "line 1 begins \"PKCS7\""));
  CHECK(contains(refusal(one() + with(one(), "BEGIN CERT", "BEGIN TRUSTED CERT")), "\"TRUSTED CERTIFICATE\""));
}

TEST_CASE("a missing newline between two certificates is named with its line") {
  const std::string joined = one().substr(0, one().size() - 1) + one();
  CHECK(contains(refusal(joined), "has text after the end of a certificate"));
}

TEST_CASE("a block without end, or with another end, is refused") {
  CHECK(contains(refusal(one().substr(0, one().size() / 2)), "the block that begins in line 1 does not end"));
  CHECK(contains(refusal(with(one(), "-----END CERTIFICATE-----", "-----END X-----")), "ends a block of another kind"));
  CHECK(contains(refusal(with(one(), "-----END CERTIFICATE-----", "-----FINI-----")), "is not the end of the block"));
  CHECK(contains(refusal("-----END CERTIFICATE-----\n"), "line 1 is not the beginning of a block"));
}

TEST_CASE("anything but base64 inside a block is refused") {
  CHECK(contains(refusal(with(one(), "MII", "MI*")), "is not base64"));
  CHECK(contains(refusal(with(one(), "\nMII", "\nProc-Type: 4,ENCRYPTED\n\nMII")), "is not base64"));
  CHECK(contains(refusal(with(one(), "\n-----END", "AAAA=\n-----END")), "is not base64"));
  CHECK(contains(refusal("-----BEGIN CERTIFICATE-----\nAAAB==\n-----END CERTIFICATE-----\n"), "is not base64"));
  CHECK(contains(refusal("-----BEGIN CERTIFICATE-----\nAB==\n-----END CERTIFICATE-----\n"), "is not base64"));
  CHECK(contains(refusal("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), "is not base64"));
}

TEST_CASE("bytes after the certificate in a block are refused") {
  Bytes der = read(one()).front();
  der.push_back(0);
  CHECK(contains(refusal(support::pem(der)), "certificate 1 of chain.pem cannot be read: 1 bytes follow"));
}

TEST_CASE("size and number of certificates are bounded") {
  CHECK(contains(refusal(std::string(trust::kMaxChainFileSize + 1, 'x')), "larger than 1 MiB"));
  std::string many;
  for (std::size_t i = 0; i < trust::kMaxChainFileCertificates; ++i)
    many += one();
  CHECK(read(many).size() == trust::kMaxChainFileCertificates);
  CHECK(contains(refusal(many + one()), "more than 32 certificates"));
}
