#include <algorithm>

#include "base/base64.h"
#include "certificate_set.h"
#include "der.h"
#include "trust/chain.h"
#include "trust/pem.h"

namespace trust {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::string_view kLabel = "CERTIFICATE";
constexpr const char* kPemHint =
    "it must be a PEM file: blocks of base64 between BEGIN CERTIFICATE and END CERTIFICATE, the leaf first";

std::string_view trim(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  while (!line.empty() && kBlank.find(line.back()) != std::string_view::npos)
    line.remove_suffix(1);
  return line;
}

class PemReader {
 public:
  PemReader(std::string_view text, const std::string& file_name) : text_(text), name_(base::printable(file_name)) {}

  std::vector<base::Bytes> read() {
    check_whole();
    while (!text_.empty()) {
      const std::string_view line = next_line();
      if (line.starts_with(kDashes)) read_block(line);
    }
    if (certificates_.empty()) {
      refuse("the chain file " + name_ + " cannot be used: it holds no certificate", kPemHint);
    }
    return std::move(certificates_);
  }

 private:
  void check_whole() {
    if (text_.size() > kMaxChainFileSize) {
      refuse("the chain file " + name_ + " cannot be used: it is larger than 1 MiB", kPemHint);
    }
    if (text_.find("PRIVATE KEY-----") != std::string_view::npos) {
      refuse(
          "the chain file " + name_ + " cannot be used: it contains a private key",
          "keep the certificates alone in it; the private key stays on the token, and one that lay in this file should "
          "not be trusted any more if others could read it");
    }
    if (text_.starts_with("\x30\x82") || text_.starts_with("\x30\x83")) {
      refuse("the chain file " + name_ + " cannot be used: it is DER, not PEM",
             "convert each certificate: openssl x509 -inform DER -in " + name_ + " -out leaf.pem");
    }
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  std::string_view next_line() {
    ++line_;
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    const std::string_view line = trim(text_.substr(0, end));
    text_.remove_prefix(std::min(end + 1, text_.size()));
    return line;
  }

  [[noreturn]] void refuse_line(const std::string& what, const char* hint = kPemHint) const {
    refuse("the chain file " + name_ + " cannot be used: line " + std::to_string(line_) + " " + what, hint);
  }

  void read_block(std::string_view line) {
    std::string_view label = line;
    if (!label.starts_with(kBegin) || !label.ends_with(kDashes) || label.size() < kBegin.size() + kDashes.size()) {
      refuse_line("is not the beginning of a block");
    }
    label.remove_prefix(kBegin.size());
    label.remove_suffix(kDashes.size());
    if (label.find(kDashes) != std::string_view::npos) refuse_line("holds two boundaries");
    if (label != kLabel) {
      refuse_line("begins \"" + base::printable(label, 40) + "\", which is not a certificate",
                  "keep only CERTIFICATE blocks; openssl pkcs7 -print_certs and openssl x509 convert other forms");
    }
    const std::size_t begun = line_;
    std::string body;
    for (;;) {
      if (text_.empty()) refuse_unfinished(begun);
      const std::string_view next = next_line();
      if (next.starts_with(kDashes)) {
        check_end(next);
        break;
      }
      body += next;
    }
    add(body, begun);
  }

  void check_end(std::string_view line) const {
    if (line == "-----END CERTIFICATE-----") return;
    if (line.starts_with("-----END CERTIFICATE-----")) {
      refuse_line("has text after the end of a certificate",
                  "a newline is missing there: files that were put together each need one at their end");
    }
    refuse_line(line.starts_with(kEnd) ? "ends a block of another kind" : "is not the end of the block");
  }

  [[noreturn]] void refuse_unfinished(std::size_t begun) const {
    refuse("the chain file " + name_ + " cannot be used: the block that begins in line " + std::to_string(begun) +
               " does not end",
           kPemHint);
  }

  void add(std::string_view body, std::size_t begun) {
    const std::string which = "certificate " + std::to_string(certificates_.size() + 1) + " of " + name_;
    std::optional<base::Bytes> der = base::decode_base64(body);
    if (!der || der->empty()) {
      refuse(which + " cannot be read: the block that begins in line " + std::to_string(begun) + " is not base64",
             "have the file written again; nothing but base64 may stand in a block");
    }
    // One whole element: bytes before or after the certificate are a mistake that must not be passed on.
    der::Reader reader(*der, which);
    reader.read(der::kSequence, "the certificate");
    if (!reader.empty()) reader.fail(std::to_string(reader.rest().size()) + " bytes follow the certificate");
    if (certificates_.size() == kMaxChainFileCertificates) {
      refuse("the chain file " + name_ + " cannot be used: it holds more than " +
                 std::to_string(kMaxChainFileCertificates) + " certificates",
             "keep the chain of this key alone");
    }
    certificates_.push_back(std::move(*der));
  }

  std::string_view text_;
  std::string name_;
  std::vector<base::Bytes> certificates_;
  std::size_t line_ = 0;
};

std::string write_block(std::string_view label, base::ByteView der) {
  constexpr std::size_t kColumns = 64;
  const std::string body = base::encode_base64(der);
  std::string text = std::string(kBegin) + std::string(label) + "-----\n";
  for (std::size_t i = 0; i < body.size(); i += kColumns)
    text += body.substr(i, kColumns) + "\n";
  return text + std::string(kEnd) + std::string(label) + "-----\n";
}

}  // namespace

std::vector<base::Bytes> read_certificates(std::string_view content, const std::string& file_name) {
  const base::ByteView bytes = base::bytes_of(content);
  if (bytes.empty() || bytes[0] != der::kSequence || content.size() > kMaxChainFileSize) {
    return read_pem_certificates(content, file_name);
  }
  const std::string place = "the chain file " + base::printable(file_name);
  std::vector<base::Bytes> certificates;
  for (der::Reader reader(bytes, place); !reader.empty();) {
    const base::ByteView whole = reader.read_element(der::kSequence, "the certificate").whole;
    if (certificates.size() == kMaxChainFileCertificates) {
      refuse(
          place + " cannot be used: it holds more than " + std::to_string(kMaxChainFileCertificates) + " certificates",
          "keep the chain of this key alone");
    }
    certificates.emplace_back(whole.begin(), whole.end());
  }
  return certificates;
}

std::string to_pem(base::ByteView certificate_der) {
  return write_block(kLabel, certificate_der);
}

std::string request_to_pem(base::ByteView request_der) {
  return write_block("CERTIFICATE REQUEST", request_der);
}

std::string public_key_to_pem(base::ByteView spki_der) {
  return write_block("PUBLIC KEY", spki_der);
}

std::vector<base::Bytes> read_pem_certificates(std::string_view pem, const std::string& file_name) {
  return PemReader(pem, file_name).read();
}

}  // namespace trust
