#include "general_names.h"

#include <algorithm>
#include <string_view>

namespace trust {
namespace {

constexpr unsigned kEmail = 1, kDns = 2, kUri = 6, kIp = 7;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

// IA5String, the text of every name here.
std::string_view read_text(const der::Reader& reader, base::ByteView content, std::string_view what) {
  if (std::ranges::any_of(content, [](std::uint8_t byte) { return byte > 0x7f; })) {
    reader.fail(std::string(what) + " is not ASCII text");
  }
  return {reinterpret_cast<const char*>(content.data()), content.size()};
}

// Labels of visible characters with dots between; none may be empty. The empty name is allowed.
bool is_domain(std::string_view name) {
  if (name.empty()) return true;
  char previous = '.';
  for (const char c : name) {
    if (c < 33 || c > 126 || (c == '.' && previous == '.')) return false;
    previous = c;
  }
  return previous != '.';
}

// A constraint may begin with a dot to leave out the domain itself.
bool is_domain_constraint(std::string_view name) {
  return is_domain(name.size() > 1 && name[0] == '.' ? name.substr(1) : name);
}

bool has_valid_escapes(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && !(i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]))) return false;
  }
  return true;
}

bool is_authority(std::string_view authority) {
  const std::size_t colon = authority.find(':');
  const std::string_view host = authority.substr(0, colon);
  const bool host_fits =
      std::ranges::all_of(host, [](char c) { return is_letter(c) || is_digit(c) || is_one_of(c, "-._~!$&'()*+,;="); });
  if (!host_fits || !is_domain(authority)) return false;
  return colon == std::string_view::npos || std::ranges::all_of(authority.substr(colon + 1), is_digit);
}

bool is_mailbox(std::string_view mailbox) {
  const std::size_t at = mailbox.find('@');
  const std::string_view local = mailbox.substr(0, at);
  const bool atoms = !local.empty() && std::ranges::all_of(local, [](char c) {
    return is_letter(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-/=?^_`{|}~.");
  });
  return at != std::string_view::npos && atoms && is_domain(local) && is_domain(mailbox.substr(at + 1));
}

bool is_address_mask(base::ByteView mask) {
  bool ended = false;
  for (const std::uint8_t byte : mask) {
    if (ended && byte != 0) return false;
    if (byte == 0xff) continue;
    const auto zeros = static_cast<std::uint8_t>(~byte);
    if ((zeros & (zeros + 1)) != 0) return false;
    ended = true;
  }
  return true;
}

bool is_address(std::string_view text) {
  return !text.empty() && (text.find(':') != std::string_view::npos ||
                           std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; }));
}

void check_constraint(const der::Reader& reader, const der::Element& base) {
  switch (base.tag) {
    case der::context(kDns):
      if (!is_domain_constraint(read_text(reader, base.content, "a DNS name constraint"))) {
        reader.fail("a DNS name constraint is malformed");
      }
      break;
    case der::context(kEmail): {
      const std::string_view email = read_text(reader, base.content, "an e-mail name constraint");
      const bool whole = email.find('@') != std::string_view::npos;
      if (!(whole ? is_mailbox(email) : is_domain_constraint(email))) {
        reader.fail("an e-mail name constraint is malformed");
      }
      break;
    }
    case der::context(kUri): {
      const std::string_view domain = read_text(reader, base.content, "a URI name constraint");
      if (is_address(domain) || !is_domain_constraint(domain)) reader.fail("a URI name constraint is malformed");
      break;
    }
    case der::context(kIp): {
      const std::size_t size = base.content.size();
      if ((size != 8 && size != 32) || !is_address_mask(base.content.subspan(size / 2))) {
        reader.fail("an IP address constraint is malformed");
      }
      break;
    }
    default:
      break;
  }
}

void check_subtrees(der::Reader subtrees) {
  while (!subtrees.empty()) {
    der::Reader subtree = subtrees.read(der::kSequence, "the name constraints extension");
    check_constraint(subtree, subtree.read_any("the name constraints extension"));
  }
}

}  // namespace

bool is_absolute_uri(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(uri[0])) return false;
  const bool scheme_fits = std::ranges::all_of(
      uri.substr(0, colon), [](char c) { return is_letter(c) || is_digit(c) || is_one_of(c, "+-."); });
  const std::string_view rest = uri.substr(colon + 1);
  const bool rest_fits = std::ranges::all_of(
      rest, [](char c) { return is_letter(c) || is_digit(c) || is_one_of(c, "-._~!$&'()*+,;=:@/?#%"); });
  if (!scheme_fits || !rest_fits || !has_valid_escapes(rest)) return false;
  if (!rest.starts_with("//")) return true;
  return is_authority(rest.substr(2, rest.find_first_of("/?#", 2) - 2));
}

void check_subject_alt_name(der::Reader value) {
  constexpr std::string_view kWhat = "the subject alternative name extension";
  der::Reader names = value.read(der::kSequence, kWhat);
  while (!names.empty()) {
    const der::Element name = names.read_any(kWhat);
    switch (name.tag ^ 0x80u) {
      case kEmail:
        read_text(names, name.content, "an e-mail address in the subject alternative name");
        break;
      case kDns:
        read_text(names, name.content, "a DNS name in the subject alternative name");
        break;
      case kUri:
        if (!is_absolute_uri(read_text(names, name.content, "a URI in the subject alternative name"))) {
          names.fail("a URI in the subject alternative name is malformed");
        }
        break;
      case kIp:
        if (name.content.size() != 4 && name.content.size() != 16) {
          names.fail("an IP address in the subject alternative name is malformed");
        }
        break;
      default:
        break;
    }
  }
}

void check_name_constraints(der::Reader value) {
  constexpr std::string_view kWhat = "the name constraints extension";
  der::Reader constraints = value.read(der::kSequence, kWhat);
  const auto permitted = constraints.read_optional(der::context_constructed(0), kWhat);
  const auto excluded = constraints.read_optional(der::context_constructed(1), kWhat);
  if (!value.empty() || !constraints.empty()) value.fail("the name constraints extension is malformed");
  const bool any = (permitted && !permitted->empty()) || (excluded && !excluded->empty());
  if (!any) value.fail("the name constraints extension is empty");
  if (permitted) check_subtrees(*permitted);
  if (excluded) check_subtrees(*excluded);
}

}  // namespace trust
