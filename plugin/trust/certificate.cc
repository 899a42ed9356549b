#include "trust/certificate.h"

#include <set>

#include "algorithm.h"
#include "base/error.h"
#include "der_time.h"
#include "distinguished_name.h"
#include "extensions.h"
#include "oids.h"

namespace trust {

// Follows the order of RFC 5280 section 4.1, and Go's parser in what it demands and what it lets pass.
class CertificateReader {
 public:
  CertificateReader(Certificate& certificate) : certificate_(certificate) {}

  void read() {
    der::Reader input(certificate_.der_, certificate_.place_);
    der::Reader outer = input.read(der::kSequence, "the certificate");
    if (!input.empty()) input.fail(std::to_string(input.rest().size()) + " bytes follow the certificate");

    const der::Element tbs = outer.read_element(der::kSequence, "the part that is signed");
    certificate_.tbs_ = range(tbs.whole);
    const base::ByteView algorithm = outer.read_element(der::kSequence, "the signature algorithm").content;
    read_signed_part(outer.over(tbs.content), algorithm);
    certificate_.signature_algorithm_ = read_signature_algorithm(outer.over(algorithm));

    const der::BitString signature = outer.read_bit_string("the signature");
    if (signature.unused != 0) outer.fail("the signature is not a whole number of bytes");
    certificate_.signature_ = range(signature.bytes);
  }

 private:
  Certificate::Range range(base::ByteView part) const {
    return {static_cast<std::size_t>(part.data() - certificate_.der_.data()), part.size()};
  }

  void read_signed_part(der::Reader tbs, base::ByteView outer_algorithm) {
    if (std::optional<der::Reader> version = tbs.read_optional(der::context_constructed(0), "the version")) {
      const std::int64_t number = version->read_small_integer("the version");
      if (number < 0 || number > 2 || !version->empty()) tbs.fail("the version is malformed");
      certificate_.version_ = static_cast<int>(number) + 1;
    }
    const base::ByteView serial = tbs.read_integer("the serial number");
    if ((serial[0] & 0x80) != 0) tbs.fail("the serial number is negative");
    certificate_.serial_ = range(serial);

    const base::ByteView inner_algorithm = tbs.read_element(der::kSequence, "the signature algorithm").content;
    if (!der::same(inner_algorithm, outer_algorithm)) {
      tbs.fail("the signature algorithm inside and outside of the signed part differ");
    }
    certificate_.issuer_text_ = read_name_into(certificate_.issuer_, tbs, "the issuer");
    der::Reader validity = tbs.read(der::kSequence, "the validity");
    certificate_.not_before_ = read_time(validity, "the date not before");
    certificate_.not_after_ = read_time(validity, "the date not after");
    certificate_.subject_text_ = read_name_into(certificate_.subject_, tbs, "the subject");
    certificate_.key_ = read_key(tbs.read(der::kSequence, "the public key"));
    read_tail(tbs);
  }

  std::string read_name_into(Certificate::Range& place, der::Reader& tbs, std::string_view what) {
    const der::Element name = tbs.read_element(der::kSequence, what);
    place = range(name.whole);
    return read_name(tbs.over(name.content), what);
  }

  void read_tail(der::Reader tbs) {
    if (certificate_.version_ == 1) return;
    tbs.read_optional(der::context(1), "the issuer's unique identifier");
    tbs.read_optional(der::context(2), "the subject's unique identifier");
    if (certificate_.version_ == 2) return;
    std::optional<der::Reader> wrapper = tbs.read_optional(der::context_constructed(3), "the list of extensions");
    if (!wrapper) return;
    der::Reader extensions = wrapper->read(der::kSequence, "the list of extensions");
    std::set<std::string> seen;
    while (!extensions.empty()) {
      der::Reader extension = extensions.read(der::kSequence, "an extension");
      const base::ByteView identifier = extension.read_oid("an extension");
      const bool critical = extension.next_is(der::kBoolean) && extension.read_boolean("an extension");
      if (!seen.insert(base::text_of(identifier)).second) {
        extensions.fail("the extension " + der::dotted(identifier) + " occurs twice");
      }
      read_extension(identifier, critical, extension.read(der::kOctetString, "an extension"));
    }
  }

  void read_extension(base::ByteView identifier, bool critical, der::Reader value) {
    const auto is = [&](std::uint8_t arc) {
      return identifier.size() == 3 && identifier[0] == oid::kCeFirst && identifier[1] == oid::kCeSecond &&
             identifier[2] == arc;
    };
    if (is(oid::kCeKeyUsage)) {
      read_key_usage(critical, value);
    } else if (is(oid::kCeBasicConstraints)) {
      read_basic_constraints(value);
    } else if (is(oid::kCeExtendedKeyUsage)) {
      read_extended_key_usage(value);
    } else {
      check_extension(identifier, critical, value);
    }
  }

  void read_key_usage(bool critical, der::Reader value) {
    const der::BitString bits = value.read_bit_string("the key usage extension");
    unsigned usage = 0;
    for (unsigned bit = 0; bit < 9; ++bit)
      usage |= bits.bit(bit) ? 1u << bit : 0u;
    certificate_.key_usage_ = usage;
    certificate_.key_usage_critical_ = critical;
  }

  void read_basic_constraints(der::Reader value) {
    constexpr std::string_view kWhat = "the basic constraints extension";
    der::Reader fields = value.read(der::kSequence, kWhat);
    BasicConstraints constraints;
    if (fields.next_is(der::kBoolean)) constraints.ca = fields.read_boolean(kWhat);
    if (fields.next_is(der::kInteger)) {
      const std::int64_t length = fields.read_small_integer(kWhat);
      if (length < 0) value.fail("the path length in the basic constraints is negative");
      constraints.path_length = static_cast<std::uint64_t>(length);
    }
    certificate_.basic_constraints_ = constraints;
  }

  void read_extended_key_usage(der::Reader value) {
    constexpr std::string_view kWhat = "the extended key usage extension";
    der::Reader usages = value.read(der::kSequence, kWhat);
    while (!usages.empty())
      certificate_.extended_key_usages_.push_back(der::dotted(usages.read_oid(kWhat)));
  }

  Certificate& certificate_;
};

Certificate Certificate::parse(base::ByteView der, std::string place) {
  Certificate certificate;
  certificate.der_.assign(der.begin(), der.end());
  certificate.place_ = std::move(place);
  CertificateReader(certificate).read();
  return certificate;
}

bool Certificate::self_issued() const {
  return der::same(issuer_der(), subject_der());
}

std::string Certificate::name() const {
  return place_ + " (\"" + subject_text_ + "\")";
}

}  // namespace trust
