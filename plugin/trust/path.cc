#include "path.h"

#include <algorithm>

#include "der.h"

namespace trust {
namespace {

// Bounds the search through a pool that was made to have very many paths.
constexpr int kMaxSteps = 2000;

class PathSearch {
 public:
  PathSearch(const PathSources& sources, std::int64_t now, SignatureChecks& checks)
      : sources_(sources), now_(now), checks_(checks) {
    for (const CertificateSet* set : {&sources.file, &sources.token}) {
      for (const Certificate& certificate : set->readable())
        add(certificate);
    }
  }

  std::vector<const Certificate*> run(const Certificate& leaf) {
    path_ = {&leaf};
    if (complete_from_here()) return path_;
    if (violation_) refuse(violation_->message, violation_->hint);
    refuse_incomplete();
  }

 private:
  void add(const Certificate& certificate) {
    const bool known =
        std::ranges::any_of(pool_, [&](const Certificate* one) { return same_bytes(*one, certificate); });
    if (!known) pool_.push_back(&certificate);
  }

  // A certificate signed in a way that nobody here can verify counts as linked, so that the profile can say so.
  bool linked(const Certificate& subject, const Certificate& issuer) {
    if (!der::same(subject.issuer_der(), issuer.subject_der())) return false;
    return subject.signature_algorithm().scheme == SignatureScheme::unsupported || checks_.signed_by(subject, issuer);
  }

  bool in_path(const Certificate& certificate) const {
    return std::ranges::any_of(path_, [&](const Certificate* one) { return same_bytes(*one, certificate); });
  }

  bool complete_from_here() {
    if (++steps_ > kMaxSteps) return false;
    const Certificate& last = *path_.back();
    if (linked(last, last)) {
      std::optional<Violation> violation = find_violation(path_, now_, checks_);
      if (!violation) return true;
      if (!violation_) violation_ = std::move(violation);
      return false;
    }
    if (path_.size() > furthest_.size()) furthest_ = path_;
    for (const Certificate* issuer : pool_) {
      if (in_path(*issuer) || !linked(last, *issuer)) continue;
      path_.push_back(issuer);
      if (complete_from_here()) return true;
      path_.pop_back();
    }
    return false;
  }

  std::string where() const {
    if (sources_.file_name.empty()) return "not on the token, and no chain file is set";
    if (!sources_.token_asked) return "not in " + base::printable(sources_.file_name);
    return "neither in " + base::printable(sources_.file_name) + " nor on the token";
  }

  [[noreturn]] void refuse_incomplete() const {
    const Certificate& last = *furthest_.back();
    std::string hint =
        "put the CA certificates up to and including the self-signed root into the chain file (chain_file)";
    if (!sources_.token_asked) hint = "give the CA certificates up to and including the self-signed root as well";
    for (const Certificate* one : pool_) {
      if (der::same(last.issuer_der(), one->subject_der())) {
        hint += '\n';
        hint += one->name() + " has the issuer's name, but its key did not sign";
      }
    }
    for (const CertificateSet* set : {&sources_.file, &sources_.token}) {
      for (const std::string& line : set->unreadable())
        hint.append("\n").append(line);
    }
    refuse("the certificate chain is incomplete: the issuer \"" + last.issuer() + "\" of " + last.name() + " is " +
               where(),
           hint);
  }

  const PathSources& sources_;
  std::int64_t now_;
  SignatureChecks& checks_;
  std::vector<const Certificate*> pool_;
  std::vector<const Certificate*> path_;
  std::vector<const Certificate*> furthest_;
  std::optional<Violation> violation_;
  int steps_ = 0;
};

}  // namespace

std::vector<const Certificate*> find_path(const Certificate& leaf, const PathSources& sources, std::int64_t now,
                                          SignatureChecks& checks) {
  return PathSearch(sources, now, checks).run(leaf);
}

}  // namespace trust
