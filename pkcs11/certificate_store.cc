#include "certificate_store.h"

#include <algorithm>
#include <array>

#include "der_certificate.h"
#include "finder.h"
#include "locator.h"
#include "login.h"
#include "login_hint.h"
#include "pkcs11/pin_state.h"
#include "token.h"

namespace pkcs11 {
namespace {

using base::Bytes;
using base::ByteView;
using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::size_t kMostCertificates = 8192;
constexpr const char* kKeepInFile =
    "the certificate can stay in a file instead: name that file in the key's configuration";

// What tokens may do without: an explicit CKA_PRIVATE, and the names that some search by.
struct Form {
  bool says_public, names_issuer;
};
constexpr std::array kForms{Form{true, true}, Form{false, true}, Form{true, false}, Form{false, false}};

bool refuses_template(CK_RV answer) {
  return answer == CKR_ATTRIBUTE_READ_ONLY || answer == CKR_ATTRIBUTE_TYPE_INVALID ||
         answer == CKR_ATTRIBUTE_VALUE_INVALID || answer == CKR_TEMPLATE_INCONSISTENT;
}

// The token cannot keep the certificate. A file can.
bool has_no_place(CK_RV answer) {
  return refuses_template(answer) || answer == CKR_FUNCTION_NOT_SUPPORTED || answer == CKR_TEMPLATE_INCOMPLETE ||
         answer == CKR_TOKEN_WRITE_PROTECTED || answer == CKR_DEVICE_MEMORY || answer == CKR_ACTION_PROHIBITED;
}

AttributeTemplate template_of(const CertificateToStore& certificate, const CertificateNames& names, Form form) {
  AttributeTemplate wanted;
  wanted.number(CKA_CLASS, CKO_CERTIFICATE).number(CKA_CERTIFICATE_TYPE, CKC_X_509).flag(CKA_TOKEN, true);
  if (form.says_public) wanted.flag(CKA_PRIVATE, false);
  wanted.text(CKA_LABEL, certificate.label).bytes(CKA_ID, certificate.id).bytes(CKA_SUBJECT, names.subject);
  if (form.names_issuer) wanted.bytes(CKA_ISSUER, names.issuer).bytes(CKA_SERIAL_NUMBER, names.serial);
  wanted.bytes(CKA_VALUE, certificate.der);
  return wanted;
}

// The certificates of one token, and a session that may change them.
class CertificateShelf {
 public:
  CertificateShelf(const Module& module, const Uri& token, std::string task)
      : module_(module), token_(find_token(module, token)), task_(std::move(task)), session_(open()) {}

  void log_in_if_needed(const Login& login) {
    if (logged_in_ || !needs_login(token_, module_.quirks())) return;
    log_in(module_, session_, token_, login);
    logged_in_ = true;
  }

  // Handles of the objects of exactly these bytes. The values are compared here: not every token searches by them.
  std::vector<CK_OBJECT_HANDLE> find(const std::vector<Bytes>& values) const {
    AttributeTemplate wanted;
    wanted.number(CKA_CLASS, CKO_CERTIFICATE);
    const Handles all = find_handles(module_, session_.handle(), wanted, kMostCertificates);
    std::vector<CK_OBJECT_HANDLE> found;
    for (const CK_OBJECT_HANDLE handle : all.handles) {
      const Attributes attributes = read(handle);
      const ByteView value = attributes.bytes(CKA_VALUE);
      const auto same = [&](const Bytes& each) { return std::ranges::equal(each, value); };
      if (std::any_of(values.begin(), values.end(), same)) found.push_back(handle);
    }
    if (all.cut)
      throw module_.error(ErrorKind::not_capable, Phase::find,
                          what() + ": it has more than " + std::to_string(kMostCertificates) + " certificates");
    return found;
  }

  void add(const CertificateToStore& certificate, const CertificateNames& names) {
    CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
    CK_RV answer = CKR_OK;
    for (const Form form : kForms) {
      AttributeTemplate wanted = template_of(certificate, names, form);
      sent_ = wanted.names();
      answer = module_.call(Phase::generate, "C_CreateObject", &CK_FUNCTION_LIST::C_CreateObject, session_.handle(),
                            wanted.data(), wanted.size(), &handle);
      if (!refuses_template(answer)) break;
    }
    if (answer != CKR_OK) throw module_.error(Phase::generate, answer, what(certificate), hint_for(answer, names));
    check(certificate, handle);
  }

  void destroy(CK_OBJECT_HANDLE handle, const std::string& outcome) const {
    const CK_RV answer =
        module_.call(Phase::generate, "C_DestroyObject", &CK_FUNCTION_LIST::C_DestroyObject, session_.handle(), handle);
    if (answer != CKR_OK)
      throw module_.error(Phase::generate, answer, what() + outcome, login_hint(token_, logged_in_, answer));
  }

  std::string what() const { return task_ + " on " + describe(token_); }

 private:
  Session open() const {
    try {
      return Session::open(module_, token_, Access::write);
    } catch (const Error& error) {
      if (!error.return_value() || !has_no_place(*error.return_value())) throw;
      throw module_.error(error.phase(), *error.return_value(), what(), kKeepInFile);
    }
  }

  std::string what(const CertificateToStore& certificate) const {
    return task_ + " " + base::quoted(certificate.label) + " on " + describe(token_);
  }

  std::string hint_for(CK_RV answer, const CertificateNames& names) const {
    if (answer == CKR_USER_NOT_LOGGED_IN) return login_hint(token_, logged_in_, answer);
    if (has_namesake(names))
      return "another certificate of the same issuer and serial number is on the token; if it is not needed any more, "
             "remove it first";
    if (!has_no_place(answer)) return {};
    return std::string(kKeepInFile) + "\nthe token was given " + sent_;
  }

  // NSS softoken 3.87 takes issuer and serial number for the certificate and answers a second one with
  // CKR_GENERAL_ERROR.
  bool has_namesake(const CertificateNames& names) const {
    AttributeTemplate wanted;
    wanted.number(CKA_CLASS, CKO_CERTIFICATE).bytes(CKA_ISSUER, names.issuer).bytes(CKA_SERIAL_NUMBER, names.serial);
    try {
      return !find_handles(module_, session_.handle(), wanted, 1).handles.empty();
    } catch (const Error&) {
      return false;
    }
  }

  Attributes read(CK_OBJECT_HANDLE handle) const {
    static constexpr std::array<CK_ATTRIBUTE_TYPE, 3> kTypes{CKA_VALUE, CKA_ID, CKA_LABEL};
    return read_attributes(module_, session_.handle(), handle, kTypes);
  }

  // An object whose bytes are others may be another object, and is left alone (tpm2-pkcs11 1.9.0 gives wrong handles).
  void check(const CertificateToStore& certificate, CK_OBJECT_HANDLE handle) {
    if (!std::ranges::equal(read(handle).bytes(CKA_VALUE), certificate.der)) {
      const std::vector<CK_OBJECT_HANDLE> found = find({certificate.der});
      if (found.empty())
        throw module_.error(ErrorKind::not_capable, Phase::generate,
                            what(certificate) + ": the token does not give it back as it was",
                            std::string(kKeepInFile) + "\na certificate of that label may be left on the token");
      handle = found.back();
    }
    const Attributes kept = read(handle);
    std::string wrong;
    if (!std::ranges::equal(kept.bytes(CKA_ID), certificate.id))
      wrong = "its id is " + (kept.has(CKA_ID) ? base::to_hex(kept.bytes(CKA_ID)) : std::string("missing"));
    if (kept.text(CKA_LABEL) != certificate.label) wrong = "its label is " + base::quoted(kept.text(CKA_LABEL));
    if (wrong.empty()) return;
    const std::string cause = what(certificate) + ": the token stored something else: " + wrong;
    destroy(handle, ": " + wrong + ", and it cannot be destroyed");
    throw module_.error(
        ErrorKind::not_capable, Phase::generate, cause,
        "what the token stored was destroyed; choose another id or label, or:\n" + std::string(kKeepInFile));
  }

  const Module& module_;
  TokenState token_;
  std::string task_;
  Session session_;
  bool logged_in_ = false;
  std::string sent_;  // names of the attributes sent last
};

CertificateNames names_of(const CertificateToStore& certificate) {
  const auto names = read_names(certificate.der);
  if (!names)
    throw Error(ErrorKind::invalid_request, Phase::generate,
                "cannot store certificate " + base::quoted(certificate.label) + ": it is not an X.509 certificate");
  return *names;
}

// The same error, telling what the order has come to.
Error after_some(const Error& error, const StoreResult& result, std::size_t all) {
  if (all == 1) return error;
  Error told(error.kind(), error.phase(),
             error.message() + "; " + std::to_string(result.added) + " of " + std::to_string(all) + " were added",
             error.hint());
  if (error.return_value()) std::move(told).with_return_value(*error.return_value());
  return std::move(told).with_module(error.module());
}

}  // namespace

StoreResult store_certificates(const Module& module, const StoreOrder& order, const Login& login) {
  StoreResult result;
  for (const CertificateToStore& certificate : order.certificates)
    names_of(certificate);
  if (order.certificates.empty()) return result;
  CertificateShelf shelf(module, order.token, "cannot store certificate");
  try {
    for (const CertificateToStore& certificate : order.certificates) {
      // Only what is not there needs a login, after which more may be visible.
      bool there = !shelf.find({certificate.der}).empty();
      if (!there) {
        shelf.log_in_if_needed(login);
        there = !shelf.find({certificate.der}).empty();
      }
      if (!there) shelf.add(certificate, names_of(certificate));
      ++(there ? result.already_there : result.added);
    }
  } catch (const Error& error) {
    throw after_some(error, result, order.certificates.size());
  }
  return result;
}

std::size_t remove_certificates(const Module& module, const Uri& token, const std::vector<Bytes>& certificates,
                                const Login& login) {
  if (certificates.empty()) return 0;
  CertificateShelf shelf(module, token, "cannot remove certificates");
  shelf.log_in_if_needed(login);
  std::size_t removed = 0;
  for (const CK_OBJECT_HANDLE handle : shelf.find(certificates)) {
    shelf.destroy(handle, removed == 0 ? "" : ", after " + std::to_string(removed) + " of them");
    ++removed;
  }
  return removed;
}

}  // namespace pkcs11
