#include "trust/arrange.h"

#include "chains.h"

using base::Bytes;
using support::TestKey;

namespace {

trust::LooseCertificates loose(std::vector<Bytes> file, std::optional<std::vector<Bytes>> token = std::nullopt) {
  return {std::move(file), "from-ca.pem", std::move(token)};
}

std::vector<Bytes> arrange(const trust::LooseCertificates& certificates) {
  return trust::arrange_chain(certificates, p256_key().public_key(), kWallNow);
}

std::string refusal(const trust::LooseCertificates& certificates) {
  const base::Error error = error_of([&] { arrange(certificates); });
  require_error(error, base::ErrorKind::invalid_chain);
  return error.message();
}

}  // namespace

TEST_CASE("loose certificates are put into order, whatever lies beside them") {
  const support::Chain chain = support::make_chain(p256_key());
  const support::Chain foreign = support::make_chain(other_p256_key());
  const std::vector<Bytes> wanted = chain.certificates();
  CHECK(arrange(loose({wanted[2], wanted[0], wanted[1]})) == wanted);
  CHECK(arrange(loose({foreign.leaf, wanted[1], wanted[1], wanted[2], foreign.root.certificate, wanted[0]})) == wanted);
  CHECK(arrange(loose({wanted[0]}, std::vector<Bytes>{wanted[2], wanted[1]})) == wanted);
}

TEST_CASE("a chain whose issuer is nowhere is incomplete, and the text says where it was looked for") {
  const std::vector<Bytes> wanted = support::make_chain(p256_key()).certificates();
  CHECK(contains(refusal(loose({wanted[0], wanted[2]})), "is not in from-ca.pem"));
  CHECK(contains(refusal(loose({wanted[0], wanted[2]}, std::vector<Bytes>{})),
                 "is neither in from-ca.pem nor on the token"));
}

TEST_CASE("a file without a certificate for the key says what it holds") {
  const std::vector<Bytes> foreign = support::make_chain(other_p256_key()).certificates();
  const base::Error error = error_of([&] { arrange(loose(foreign)); });
  require_error(error, base::ErrorKind::invalid_chain);
  CHECK(contains(error.message(), "no certificate in from-ca.pem is for the key, which is EC-256 with fingerprint "));
  CHECK(contains(error.hint(), "certificate 1 of from-ca.pem"));
}

TEST_CASE("of several certificates for the key the valid one is taken, and two valid ones are refused") {
  const support::Chain chain = support::make_chain(p256_key());
  support::CertificateTemplate form = support::leaf_template("old");
  form.not_after = kNow - 1;
  const Bytes old = support::issue(form, p256_key(), chain.intermediate);
  const std::vector<Bytes> wanted = chain.certificates();
  CHECK(arrange(loose({old, wanted[0], wanted[1], wanted[2]})) == wanted);
  const Bytes second = support::issue(support::leaf_template("second"), p256_key(), chain.intermediate);
  CHECK(refusal(loose({second, wanted[0], wanted[1], wanted[2]})) ==
        "from-ca.pem holds 2 certificates for the key, 2 of them valid now");
}

TEST_CASE("a chain that breaks a rule of the profile is not handed out") {
  const support::Chain chain = support::make_chain(p256_key());
  support::CertificateTemplate form = support::leaf_template("server");
  form.extended_key_usage = "serverAuth";
  const Bytes server = support::issue(form, p256_key(), chain.intermediate);
  CHECK(contains(refusal(loose({server, chain.intermediate.certificate, chain.root.certificate})), "serverAuth"));
}
