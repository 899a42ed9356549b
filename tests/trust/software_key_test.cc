#include "trust/software_key.h"

#include <sys/wait.h>

#include <cstdlib>
#include <map>

#include "../platform/temporary_folder.h"
#include "catch.h"
#include "throws_error.h"
#include "trust/public_key.h"

using base::Bytes;
using base::ErrorKind;
using trust::SoftwareKey;

// The openssl command makes the keys and judges what comes of them.

namespace {

int status_of(const std::string& command) {
  const int status = std::system((command + " >/dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct Desk {
  TemporaryFolder folder;

  void openssl(const std::string& arguments) const {
    INFO(arguments);
    REQUIRE(status_of("cd " + folder.path() + " && openssl " + arguments) == 0);
  }
  std::string text(const std::string& name) const { return content_of(folder / name); }
  SoftwareKey key(const std::string& name) const { return SoftwareKey::from_pem(text(name), nullptr, name); }
  SoftwareKey key(const std::string& name, const std::string& password) const {
    const base::Secret secret(base::bytes_of(password));
    return SoftwareKey::from_pem(text(name), &secret, name);
  }

  bool verifies(const SoftwareKey& key, const std::string& message, const Bytes& signature) const {
    folder.write("key.der", base::text_of(key.spki_der()));
    folder.write("message", message);
    folder.write("signature", base::text_of(signature));
    const std::string hash = key.kind() == "Ed25519" ? " -rawin" : " -rawin -digest sha256";
    return status_of("cd " + folder.path() + " && openssl pkeyutl -verify -pubin -keyform DER -inkey key.der" + hash +
                     " -in message -sigfile signature") == 0;
  }
};

const std::map<std::string, std::string> kMakers{{"RSA-2048", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048"},
                                                 {"RSA-3072", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072"},
                                                 {"EC-256", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"},
                                                 {"EC-384", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384"},
                                                 {"EC-521", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521"},
                                                 {"Ed25519", "genpkey -algorithm ED25519"}};

const std::string kMessage = "the bytes that are signed";

}  // namespace

TEST_CASE("keys of every kind are read, and openssl verifies what they sign") {
  for (const auto& [kind, maker] : kMakers) {
    INFO(kind);
    const Desk desk;
    desk.openssl(maker + " -out plain.pem");
    desk.openssl("pkcs8 -topk8 -v2 aes-256-cbc -passout pass:secret -in plain.pem -out encrypted.pem");
    desk.openssl("pkey -in plain.pem -pubout -outform DER -out public.der");
    const SoftwareKey plain = desk.key("plain.pem");
    const SoftwareKey encrypted = desk.key("encrypted.pem", "secret");
    for (const SoftwareKey* key : {&plain, &encrypted}) {
      CHECK(key->kind() == kind);
      CHECK(base::text_of(key->spki_der()) == desk.text("public.der"));
      CHECK(key->digest_name() == (kind == "Ed25519" ? "EdDSA" : "SHA-256"));
      const Bytes signature = key->sign(base::bytes_of(kMessage));
      CHECK(desk.verifies(*key, kMessage, signature));
      CHECK_FALSE(desk.verifies(*key, kMessage + ".", signature));
    }
  }
}

TEST_CASE("the older forms are read, under a password and without") {
  const Desk desk;
  desk.openssl(kMakers.at("RSA-2048") + " -out rsa.pem");
  desk.openssl(kMakers.at("EC-256") + " -out ec.pem");
  for (const std::string type : {"rsa", "ec"}) {
    INFO(type);
    desk.openssl(type + " -in " + type + ".pem -out old.pem" + (type == "rsa" ? " -traditional" : ""));
    desk.openssl(type + " -in " + type + ".pem -aes256 -passout pass:secret -out locked.pem" +
                 (type == "rsa" ? " -traditional" : ""));
    CHECK(desk.text("old.pem").find(type == "rsa" ? "BEGIN RSA PRIVATE KEY" : "BEGIN EC PRIVATE KEY") !=
          std::string::npos);
    CHECK(desk.text("locked.pem").find("Proc-Type: 4,ENCRYPTED") != std::string::npos);
    const Bytes expected = desk.key(type + ".pem").spki_der();
    CHECK(desk.key("old.pem").spki_der() == expected);
    CHECK(desk.key("locked.pem", "secret").spki_der() == expected);
    REQUIRE_ERROR(desk.key("locked.pem"), ErrorKind::pin_unavailable);
    REQUIRE_ERROR(desk.key("locked.pem", "other"), ErrorKind::pin_refused);
  }
}

TEST_CASE("an EC key file with its parameters beside it, or with a compressed point, gives the usual public key") {
  const Desk desk;
  desk.openssl("ecparam -name prime256v1 -genkey -out both.pem");
  REQUIRE(desk.text("both.pem").find("BEGIN EC PARAMETERS") != std::string::npos);
  desk.openssl("ec -in both.pem -conv_form compressed -out compressed.pem");
  desk.openssl("pkey -in both.pem -pubout -outform DER -out public.der");
  CHECK(base::text_of(desk.key("both.pem").spki_der()) == desk.text("public.der"));
  CHECK(base::text_of(desk.key("compressed.pem").spki_der()) == desk.text("public.der"));
}

TEST_CASE("a key under a password is known as such, and says which file wants one") {
  const Desk desk;
  desk.openssl(kMakers.at("EC-256") + " -out plain.pem");
  desk.openssl("pkcs8 -topk8 -passout pass:secret -in plain.pem -out encrypted.pem");
  CHECK_FALSE(trust::is_encrypted_pem(desk.text("plain.pem")));
  CHECK(trust::is_encrypted_pem(desk.text("encrypted.pem")));
  CHECK_FALSE(trust::is_encrypted_pem(""));
  const base::Error missing = error_of([&] { desk.key("encrypted.pem"); });
  require_error(missing, ErrorKind::pin_unavailable);
  CHECK(missing.message() == "the key file encrypted.pem cannot be read: it is under a password and none was given");
  const base::Error wrong = error_of([&] { desk.key("encrypted.pem", "Secret"); });
  require_error(wrong, ErrorKind::pin_refused);
  CHECK(wrong.message() == "the key file encrypted.pem cannot be read: wrong password");
  REQUIRE_ERROR(desk.key("encrypted.pem", ""), ErrorKind::pin_refused);
  REQUIRE_ERROR(desk.key("encrypted.pem", std::string(5000, 's')), ErrorKind::pin_refused);
}

TEST_CASE("keys of other kinds are refused by name") {
  struct Case {
    const char *maker, *named;
  };
  for (const Case& test :
       {Case{"genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024", "\"RSA with 1024 bits\""},
        Case{"genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", "\"RSA-PSS\""},
        Case{"genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", "\"EC on another curve\""},
        Case{"genpkey -algorithm ED448", "\"ED448\""}, Case{"genpkey -algorithm X25519", "\"X25519\""}}) {
    INFO(test.maker);
    const Desk desk;
    desk.openssl(std::string(test.maker) + " -out key.pem");
    const base::Error error = error_of([&] { desk.key("key.pem"); });
    require_error(error, ErrorKind::invalid_settings);
    CHECK(error.message().find(test.named) != std::string::npos);
    CHECK(error.message().find("key.pem") != std::string::npos);
  }
}

TEST_CASE("a file that is not one private key is refused, with what to do") {
  const Desk desk;
  desk.openssl(kMakers.at("EC-256") + " -out key.pem");
  desk.openssl("pkey -in key.pem -pubout -out public.pem");
  const std::string good = desk.text("key.pem");
  std::string damaged = good;
  damaged.replace(damaged.find('\n') + 1, 4, "AAAA");
  const auto refusal = [](const std::string& text) {
    const base::Error error = error_of([&] { SoftwareKey::from_pem(text, nullptr, "key.pem"); });
    require_error(error, ErrorKind::invalid_settings);
    CHECK(error.phase() == base::Phase::approval);
    CHECK_FALSE(error.hint().empty());
    return error.message();
  };
  CHECK(refusal("") == "the key file key.pem cannot be used: it holds no private key in PEM");
  CHECK(refusal(desk.text("public.pem")) == refusal(""));
  CHECK(refusal(good + good) == "the key file key.pem cannot be used: it holds several private keys");
  CHECK(refusal(damaged) ==
        "the key file key.pem cannot be used: the private key in it is damaged or of an unknown kind");
  CHECK(refusal(good.substr(0, good.size() / 2)) == refusal(damaged));
  CHECK(refusal(std::string(70'000, '\n') + good) == "the key file key.pem cannot be used: it is larger than 64 KiB");
  CHECK(refusal("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
            .find("\"OPENSSH PRIVATE KEY\"") != std::string::npos);
}
