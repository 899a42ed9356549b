#include "trust/lint.h"

#include <algorithm>

#include "base/error.h"
#include "der.h"
#include "trust/public_key.h"

namespace trust {
namespace {

constexpr std::int64_t kDay = 86'400;

struct Source {
  const base::Bytes* der;
  std::string place;
};

bool same_subject(const Certificate& issuer, const Certificate& subject) {
  return der::same(issuer.subject_der(), subject.issuer_der());
}

Violation violation_of(const base::Error& error) {
  return {error.message(), error.hint()};
}

std::string days(std::int64_t count) {
  return count == 1 ? "1 day" : std::to_string(count) + " days";
}

class Linter {
 public:
  Linter(const ChainSources& sources, base::WallTime now)
      : sources_(sources),
        now_(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count()),
        file_name_(base::printable(sources.file_name)) {}

  Lint run(base::WallTime now) {
    try {
      const CheckedChain chain = check_chain(sources_, now);
      lint_.accepted = true;
      for (const base::Bytes& der : chain.certificates())
        add({&der, place_of(der)});
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::invalid_chain) throw;
      refused_ = violation_of(error);
      collect();
    }
    judge();
    if (refused_ && !is_pool_alone()) report(lint_.violations, *refused_);
    return std::move(lint_);
  }

 private:
  std::string place_of(const base::Bytes& der) const {
    const auto found = std::ranges::find(sources_.file, der);
    if (found == sources_.file.end()) return "the certificate on the token";
    return "certificate " + std::to_string(found - sources_.file.begin() + 1) + " of " + file_name_;
  }

  bool add(const Source& source) {
    try {
      lint_.certificates.push_back({Certificate::parse(*source.der, source.place), false, {}, {}});
      return true;
    } catch (const base::Error& error) {
      report(lint_.violations, violation_of(error));
      return false;
    }
  }

  // No chain: all of the file, the leaves on the token, and the issuers there as far as the names lead to them.
  void collect() {
    bool first = true;
    for (const base::Bytes& der : sources_.file) {
      const bool readable = add({&der, place_of_next(der)});
      if (first) first_is_leaf_ = readable && !lint_.certificates.front().certificate.is_ca();
      first = false;
    }
    for (const base::Bytes& der : sources_.token_leaves)
      add({&der, "the certificate on the token"});
    if (sources_.file.empty()) first_is_leaf_ = sources_.token_leaves.size() == 1 && !lint_.certificates.empty();
    for (std::size_t i = 0; i < lint_.certificates.size(); ++i)
      add_issuers_on_token(i);
  }

  // The same certificate twice has two places.
  std::string place_of_next(const base::Bytes& der) const {
    const auto index = static_cast<std::size_t>(&der - sources_.file.data());
    return "certificate " + std::to_string(index + 1) + " of " + file_name_;
  }

  void add_issuers_on_token(std::size_t index) {
    for (const base::Bytes& der : sources_.token_issuers) {
      const bool known = std::ranges::any_of(
          lint_.certificates, [&](const LintedCertificate& one) { return der::same(one.certificate.der(), der); });
      if (known) continue;
      try {
        Certificate issuer = Certificate::parse(der, "the certificate on the token");
        if (!same_subject(issuer, lint_.certificates[index].certificate)) continue;
        lint_.certificates.push_back({std::move(issuer), true, {}, {}});
      } catch (const base::Error&) {
        continue;  // not needed as far as anybody can tell
      }
    }
  }

  bool in_order() const { return lint_.accepted || first_is_leaf_; }

  bool is_pool_alone() const {
    return !sources_.key && sources_.token_leaves.empty() && lint_.violations.empty() &&
           lint_.certificates.size() == sources_.file.size() &&
           std::ranges::all_of(lint_.certificates,
                               [](const LintedCertificate& one) { return one.certificate.is_ca(); });
  }

  void judge() {
    for (std::size_t i = 0; i < lint_.certificates.size(); ++i) {
      LintedCertificate& linted = lint_.certificates[i];
      linted.as_ca = in_order() ? i > 0 : linted.certificate.is_ca();
      linted.violations = linted.as_ca ? ca_violations(linted.certificate, in_order() ? i - 1 : 0, now_)
                                       : leaf_violations(linted.certificate, now_);
      for (const Violation& violation : linted.violations)
        said_.push_back(violation.message);
      warn(linted);
      if (i > 0) judge_link(lint_.certificates[i - 1].certificate, linted.certificate);
    }
  }

  void judge_link(const Certificate& subject, const Certificate& issuer) {
    if (!in_order() || !same_subject(issuer, subject) || subject.self_issued()) return;
    if (!lint_.accepted) {
      if (const auto violation = find_issuing_violation(subject, issuer)) report(lint_.violations, *violation);
    }
    if (issuer.not_after() >= subject.not_after()) return;
    lint_.warnings.push_back({issuer.name() + " ends on " + format_time(issuer.not_after()) + ", before " +
                                  subject.name() + " does, on " + format_time(subject.not_after()),
                              "nothing that the later one signs after that day is accepted: have the issuer renewed"});
  }

  void warn(LintedCertificate& linted) const {
    const Certificate& certificate = linted.certificate;
    const auto say = [&](const std::string& what, std::string hint) {
      linted.warnings.push_back({certificate.name() + " " + what, std::move(hint)});
    };
    const std::int64_t left = (certificate.not_after() - now_) / kDay;
    if (now_ <= certificate.not_after() && left < kExpiresSoonDays) {
      say("expires in " + (left == 0 ? "less than a day" : days(left)) + ", on " + format_time(certificate.not_after()),
          "renew it; the key can stay");
    }
    const std::int64_t whole = (certificate.not_after() - certificate.not_before()) / kDay;
    if (!linted.as_ca && whole > kLongLeafDays) {
      say("is valid for " + days(whole) + ": whoever gets hold of the key can sign as long",
          "have it issued for a shorter time; signatures with a trusted timestamp (notation sign --timestamp-url) "
          "outlive their certificate");
    }
    if (certificate.signature_algorithm().hash == SignatureHash::sha_1 && linted.violations.empty() &&
        lint_.certificates.size() == 1) {
      say("is signed with SHA-1", "make it again, signed with SHA-256 or stronger");
    }
    if (linted.as_ca) warn_of_small_key(certificate, say);
  }

  template <typename Say>
  static void warn_of_small_key(const Certificate& ca, const Say& say) {
    const CertificateKey& key = ca.key();
    bool small = key.kind == KeyKind::p224;
    if (key.kind == KeyKind::rsa && key.public_key) {
      small = std::get<pkcs11::RsaPublicKey>(*key.public_key).modulus.size() < 256;
    }
    if (small) say("has a small key: " + key.description, "use a CA with an RSA key of at least 2048 bits, or P-256");
  }

  void report(std::vector<Violation>& list, Violation violation) {
    if (std::ranges::find(said_, violation.message) != said_.end()) return;
    said_.push_back(violation.message);
    list.push_back(std::move(violation));
  }

  const ChainSources& sources_;
  std::int64_t now_;
  std::string file_name_;
  bool first_is_leaf_ = false;
  std::optional<Violation> refused_;
  std::vector<std::string> said_;
  Lint lint_;
};

}  // namespace

Lint lint(const ChainSources& sources, base::WallTime now) {
  start_openssl();
  return Linter(sources, now).run(now);
}

}  // namespace trust
