#include "trust/request.h"

#include <openssl/x509v3.h>

#include <map>
#include <memory>

#include "chains.h"

using base::Bytes;
using pkcs11::KeySpec;
using support::TestKey;
using trust::NameKind;
using trust::RequestContent;

namespace {

RequestContent content(std::vector<trust::AlternativeName> names = {}, bool pkcs1 = false) {
  RequestContent wanted;
  wanted.subject.common_name = "release";
  wanted.names = std::move(names);
  wanted.pkcs1 = pkcs1;
  return wanted;
}

Bytes sign(const TestKey& key, const trust::RequestToSign& prepared) {
  static const std::map<pkcs11::Hash, std::string> kNames{
      {pkcs11::Hash::sha_256, "SHA256"}, {pkcs11::Hash::sha_384, "SHA384"}, {pkcs11::Hash::sha_512, "SHA512"}};
  if (prepared.pkcs1()) return key.sign_pkcs1(kNames.at(pkcs11::traits(prepared.spec()).hash), prepared.info());
  return key.sign(prepared.spec(), prepared.info());
}

Bytes make(KeySpec spec = KeySpec::ec_256, const RequestContent& wanted = content()) {
  const TestKey& key = TestKey::shared(spec);
  const trust::RequestToSign prepared = trust::prepare_request(key.public_key(), spec, wanted);
  return trust::assemble(prepared, sign(key, prepared));
}

// What OpenSSL makes of it.
struct OpenSslRequest {
  explicit OpenSslRequest(const Bytes& der) {
    const unsigned char* in = der.data();
    request = {d2i_X509_REQ(nullptr, &in, static_cast<long>(der.size())), X509_REQ_free};
    REQUIRE(request != nullptr);
    CHECK(in == der.data() + der.size());
  }
  bool verifies() const { return X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) == 1; }
  std::string names() const {
    STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(request.get());
    auto* all = static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr));
    BIO* text = BIO_new(BIO_s_mem());
    for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
      GENERAL_NAME_print(text, sk_GENERAL_NAME_value(all, i));
      BIO_puts(text, ";");
    }
    char* data = nullptr;
    const long size = BIO_get_mem_data(text, &data);
    std::string result(data, static_cast<std::size_t>(size));
    BIO_free(text);
    GENERAL_NAMES_free(all);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    return result;
  }
  std::shared_ptr<X509_REQ> request;
};

std::string refusal(const trust::AlternativeName& name) {
  const base::Error error = error_of([&] { make(KeySpec::ec_256, content({name})); });
  require_error(error, base::ErrorKind::invalid_settings);
  return error.message();
}

}  // namespace

TEST_CASE("a request of every spec verifies, here and by OpenSSL, and is read back") {
  for (const pkcs11::KeySpecTraits& traits : pkcs11::all_key_specs()) {
    INFO(traits.name);
    const Bytes der = make(traits.spec);
    CHECK(OpenSslRequest(der).verifies());
    const trust::ReadRequest read = trust::read_request(trust::request_to_pem(der), "x.csr");
    CHECK(read.subject == "CN=release");
    CHECK(read.key == TestKey::shared(traits.spec).public_key());
    CHECK(trust::read_request(base::text_of(der), "x.csr").key == read.key);
  }
}

TEST_CASE("a request in PKCS#1 v1.5 has the hash of the key spec, and is for RSA keys alone") {
  CHECK(trust::read_request(trust::request_to_pem(make(KeySpec::rsa_2048, content({}, true))), "x").algorithm ==
        "RSA with SHA-256");
  CHECK(trust::read_request(trust::request_to_pem(make(KeySpec::rsa_3072, content({}, true))), "x").algorithm ==
        "RSA with SHA-384");
  CHECK(trust::read_request(trust::request_to_pem(make(KeySpec::rsa_4096, content({}, true))), "x").algorithm ==
        "RSA with SHA-512");
  CHECK(OpenSslRequest(make(KeySpec::rsa_3072, content({}, true))).verifies());
  REQUIRE_ERROR(make(KeySpec::ec_256, content({}, true)), base::ErrorKind::invalid_settings);
}

TEST_CASE("a request names what it was asked to") {
  const OpenSslRequest request(make(KeySpec::ec_256, content({{NameKind::dns, "build.example.com"},
                                                              {NameKind::email, "release@example.com"},
                                                              {NameKind::uri, "https://example.com/release"},
                                                              {NameKind::ip, "192.0.2.1"},
                                                              {NameKind::ip, "2001:db8::1"}})));
  CHECK(request.names() ==
        "DNS:build.example.com;email:release@example.com;URI:https://example.com/release;IP Address:192.0.2.1;"
        "IP Address:2001:DB8:0:0:0:0:0:1;");
}

TEST_CASE("a name that is none is refused before anything is signed") {
  CHECK(refusal({NameKind::dns, "no host"}) ==
        "the request cannot be made: \"no host\" is not a host name in ASCII, such as build.example.com");
  CHECK(contains(refusal({NameKind::dns, "münchen.example.com"}), "host name in ASCII"));
  CHECK(contains(refusal({NameKind::dns, ""}), "host name"));
  CHECK(contains(refusal({NameKind::dns, "a..example.com"}), "host name"));
  CHECK(contains(refusal({NameKind::email, "release"}), "a mailbox"));
  CHECK(contains(refusal({NameKind::email, "a@b@example.com"}), "a mailbox"));
  CHECK(contains(refusal({NameKind::uri, "/release"}), "an absolute URI"));
  CHECK(contains(refusal({NameKind::ip, "192.0.2"}), "an IPv4 or IPv6 address"));
  CHECK(contains(refusal({NameKind::ip, "192.0.2.256"}), "an IPv4 or IPv6 address"));
}

TEST_CASE("a request for another kind of key than the spec is refused") {
  REQUIRE_ERROR(trust::prepare_request(p256_key().public_key(), KeySpec::ec_384, content()),
                base::ErrorKind::invalid_settings);
}

TEST_CASE("a request with a signature by another key, or of the other scheme, is not handed out") {
  const auto prepared = trust::prepare_request(p256_key().public_key(), KeySpec::ec_256, content());
  REQUIRE_ERROR(trust::assemble(prepared, sign(other_p256_key(), prepared)), base::ErrorKind::signature_invalid);
  const TestKey& rsa = TestKey::shared(KeySpec::rsa_2048);
  const auto pss = trust::prepare_request(rsa.public_key(), KeySpec::rsa_2048, content());
  const auto pkcs1 = trust::prepare_request(rsa.public_key(), KeySpec::rsa_2048, content({}, true));
  REQUIRE_ERROR(trust::assemble(pss, rsa.sign_pkcs1("SHA256", pss.info())), base::ErrorKind::signature_invalid);
  REQUIRE_ERROR(trust::assemble(pkcs1, rsa.sign(KeySpec::rsa_2048, pkcs1.info())), base::ErrorKind::signature_invalid);
}

TEST_CASE("a file that is no whole request is refused by its name") {
  const auto message = [](std::string_view text) {
    const base::Error error = error_of([&] { trust::read_request(text, "x.csr"); });
    require_error(error, base::ErrorKind::invalid_chain);
    return error.message();
  };
  CHECK(message("") == "the request x.csr cannot be used: it holds no whole CERTIFICATE REQUEST");
  const std::string pem = trust::request_to_pem(make());
  CHECK(contains(message(std::string_view(pem).substr(0, 200)), "no whole CERTIFICATE REQUEST"));
  Bytes der = make();
  der.back() ^= 1;
  CHECK(contains(message(base::text_of(der)), "damaged: its signature does not verify"));
  der.push_back(0);
  CHECK(contains(message(base::text_of(der)), "1 bytes follow the request"));
  CHECK(contains(message(std::string(trust::kMaxRequestSize + 1, 'x')), "larger than 64 KiB"));
}

TEST_CASE("certificates are read as PEM and as DER") {
  const std::vector<Bytes> both = support::make_chain(p256_key()).certificates();
  std::string pem, der;
  for (const Bytes& one : both) {
    pem += trust::to_pem(one);
    der += base::text_of(one);
  }
  CHECK(trust::read_certificates(pem, "x") == both);
  CHECK(trust::read_certificates(der, "x") == both);
  REQUIRE_ERROR(trust::read_certificates(der.substr(0, der.size() - 1), "x"), base::ErrorKind::invalid_chain);
}
