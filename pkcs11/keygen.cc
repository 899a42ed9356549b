#include "keygen.h"

#include <algorithm>
#include <array>

#include "attribute_names.h"
#include "finder.h"
#include "key_templates.h"
#include "login.h"
#include "login_hint.h"
#include "mechanism_names.h"
#include "pkcs11/pin_state.h"
#include "private_key.h"
#include "token.h"

namespace pkcs11 {
namespace {

using base::Bytes;
using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::array<std::uint8_t, 3> kExponent{0x01, 0x00, 0x01};

void destroy(const Module& module, const Session& session, CK_OBJECT_HANDLE object, const std::string& what) {
  const CK_RV answer =
      module.call(Phase::generate, "C_DestroyObject", &CK_FUNCTION_LIST::C_DestroyObject, session.handle(), object);
  if (answer != CKR_OK) throw module.error(Phase::generate, answer, what);
}

std::string yes_or_no(bool value) {
  return value ? "true" : "false";
}

class KeyGeneration {
 public:
  KeyGeneration(const Module& module, const GenerateOrder& order, TokenState token)
      : module_(module),
        order_(order),
        token_(std::move(token)),
        session_(Session::open(module, token_, Access::write)) {}

  GeneratedKey run(const Login& login) {
    key_templates(order_, TemplateForm::usual);  // what is wrong with the order is found before a PIN is used
    logged_in_ = needs_login(token_, module_.quirks());
    if (logged_in_) log_in(module_, session_, token_, login);
    refuse_taken_names();
    const CK_RV answer = generate();
    try {
      if (answer != CKR_OK) throw module_.error(Phase::generate, answer, what(), hint_for(answer));
      return read_back();
    } catch (const Error& error) {
      throw cleaned_up(error);
    }
  }

 private:
  std::string what() const {
    return "cannot make " + std::string(traits(order_.spec).name) + " key \"" + base::printable(order_.label) +
           "\" on " + describe(token_);
  }

  Error wrong(const std::string& cause) const {
    return module_.error(ErrorKind::not_capable, Phase::generate, what() + ": the token made something else: " + cause);
  }

  void refuse_taken_names() {
    AttributeTemplate by_label, by_id;
    by_label.text(CKA_LABEL, order_.label);
    by_id.bytes(CKA_ID, order_.id);
    Uri labelled, identified;
    labelled.object = order_.label;
    identified.id = order_.id;
    refuse_if_found(by_label, labelled, "an object of that label exists already");
    refuse_if_found(by_id, identified, "an object with the id " + base::to_hex(order_.id) + " exists already");
  }

  void refuse_if_found(AttributeTemplate& wanted, const Uri& name, const std::string& cause) {
    if (wanted.size() == 0 || find_handles(module_, session_.handle(), wanted, 1).handles.empty()) return;
    Uri there = uri_of(token_, module_.quirks());
    there.object = name.object;
    there.id = name.id;
    const std::string& path = module_.path();
    const bool can_be_quoted = path.find('\'') == std::string::npos && base::printable(path, 4 * path.size()) == path;
    throw module_.error(ErrorKind::invalid_request, Phase::generate, what() + ": " + cause,
                        "look at it: notation-pkcs11 key describe '" + format_uri(there) + "'" +
                            (can_be_quoted ? " --module '" + path + "'" : "") +
                            "\nor choose another label or id; nothing is ever overwritten");
  }

  // A mechanism that the module does not know has made nothing, so the next may be tried.
  CK_RV generate() {
    CK_RV answer = CKR_MECHANISM_INVALID;
    for (const CK_MECHANISM_TYPE type : generation_mechanisms(order_)) {
      mechanism_ = type;
      answer = generate_with(type);
      if (answer != CKR_MECHANISM_INVALID) return answer;
    }
    return answer;
  }

  // Neither has a template that was refused.
  CK_RV generate_with(CK_MECHANISM_TYPE type) {
    TemplateForm form = TemplateForm::usual;
    while (true) {
      const CK_RV answer = ask(type, key_templates(order_, form));
      const auto next = next_form(form, answer);
      if (!next) return answer;
      form = *next;
    }
  }

  CK_RV ask(CK_MECHANISM_TYPE type, KeyTemplates templates) {
    CK_MECHANISM mechanism{type, nullptr, 0};
    sent_ = "the template of the public half had " + templates.public_half.names() + ";\nthat of the private half " +
            templates.private_half.names();
    // The handles are not used: tpm2-pkcs11 1.9.0 gives one of another object after earlier deletions.
    CK_OBJECT_HANDLE public_handle = CK_INVALID_HANDLE, private_handle = CK_INVALID_HANDLE;
    return module_.call(Phase::generate, "C_GenerateKeyPair", &CK_FUNCTION_LIST::C_GenerateKeyPair, session_.handle(),
                        &mechanism, templates.public_half.data(), templates.public_half.size(),
                        templates.private_half.data(), templates.private_half.size(), &public_handle, &private_handle);
  }

  std::string hint_for(CK_RV answer) const {
    switch (answer) {
      case CKR_MECHANISM_INVALID: {
        std::string tried;
        for (const CK_MECHANISM_TYPE type : generation_mechanisms(order_))
          tried += (tried.empty() ? "" : ", ") + name_of_mechanism(type);
        return "tried: " + tried + (order_.mechanism ? "" : "; a vendor's mechanism can be given by its number");
      }
      case CKR_TEMPLATE_INCOMPLETE:
      case CKR_TEMPLATE_INCONSISTENT:
      case CKR_ATTRIBUTE_READ_ONLY:
      case CKR_ATTRIBUTE_TYPE_INVALID:
      case CKR_ATTRIBUTE_VALUE_INVALID:
        return sent_;
      default:
        return login_hint(token_, logged_in_, answer);
    }
  }

  // No object had this id before, and nobody else draws it, so what has it now was made here.
  std::vector<Object> made() const {
    AttributeTemplate by_id;
    by_id.bytes(CKA_ID, order_.id);
    return find_objects(module_, session_.handle(), std::move(by_id));
  }

  // Somebody else may have made these meanwhile.
  bool label_is_taken() const {
    AttributeTemplate by_label;
    by_label.text(CKA_LABEL, order_.label);
    return by_label.size() != 0 && !find_handles(module_, session_.handle(), by_label, 1).handles.empty();
  }

  GeneratedKey read_back() {
    std::vector<KeyGroup> groups = group_objects(made());
    if (groups.size() != 1 || groups[0].public_objects.size() != 1 || groups[0].private_objects.size() != 1)
      throw wrong("the two halves are not found again under the id " + base::to_hex(order_.id));
    const KeyGroup& group = groups.front();
    check_public_half(group);
    GeneratedKey result;
    result.key = view_of(group, uri_of(token_, module_.quirks()));
    result.token = token_;
    result.mechanism = name_of_mechanism(mechanism_);
    read_private_half(group.private_objects.front().handle, result);
    for (const ExtraAttribute& extra : order_.extra)
      check_extra(extra, (extra.on_private ? group.private_objects : group.public_objects).front().handle);
    return result;
  }

  void check_public_half(const KeyGroup& group) const {
    if (!group.key) throw wrong("its public key cannot be read " + group.public_objects.front().key_problem);
    if (key_spec_of(*group.key) != order_.spec) throw wrong(pkcs11::describe(*group.key));
    const auto* rsa = std::get_if<RsaPublicKey>(&*group.key);
    if (rsa != nullptr && rsa->exponent != Bytes(kExponent.begin(), kExponent.end()))
      throw wrong("the public exponent is " + base::to_hex(rsa->exponent));
    if (group.public_objects.front().id != order_.id)
      throw wrong("its id is " + base::to_hex(group.public_objects.front().id));
    if (group.public_objects.front().label != order_.label)
      throw wrong("its label is \"" + base::printable(group.public_objects.front().label) + "\"");
  }

  void read_private_half(CK_OBJECT_HANDLE handle, GeneratedKey& result) const {
    static constexpr std::array<CK_ATTRIBUTE_TYPE, 5> kTypes{CKA_SENSITIVE, CKA_EXTRACTABLE, CKA_LOCAL,
                                                             CKA_NEVER_EXTRACTABLE, CKA_ALWAYS_AUTHENTICATE};
    const Attributes attributes = read_attributes(module_, session_.handle(), handle, kTypes);
    result.sensitive = attributes.flag(CKA_SENSITIVE).value_or(false);
    result.extractable = attributes.flag(CKA_EXTRACTABLE).value_or(true);
    result.local = attributes.flag(CKA_LOCAL).value_or(false);
    result.never_extractable = attributes.flag(CKA_NEVER_EXTRACTABLE).value_or(false);
    const auto require = [&](CK_ATTRIBUTE_TYPE type, const char* name, bool wanted) {
      if (attributes.flag(type).value_or(wanted) != wanted)
        throw wrong(std::string(name) + " is " + yes_or_no(!wanted));
    };
    require(CKA_SENSITIVE, "CKA_SENSITIVE", true);
    require(CKA_EXTRACTABLE, "CKA_EXTRACTABLE", false);
    result.always_authenticate = attributes.flag(CKA_ALWAYS_AUTHENTICATE).value_or(false);
    if (order_.always_authenticate && !result.always_authenticate) throw wrong("CKA_ALWAYS_AUTHENTICATE is false");
  }

  // One that the token does not show may be as asked.
  void check_extra(const ExtraAttribute& extra, CK_OBJECT_HANDLE handle) const {
    const CK_ATTRIBUTE_TYPE type = extra.type;
    const Attributes attributes = read_attributes(module_, session_.handle(), handle, {&type, 1});
    const base::ByteView value = attributes.bytes(type);
    if (!value.empty() && !std::ranges::equal(value, extra.value))
      throw wrong(name_of_attribute(type) + " is " + text_of_attribute(type, value) + " and not " +
                  text_of_attribute(type, extra.value));
  }

  // The same error, with what became of the halves.
  Error cleaned_up(const Error& error) {
    std::string outcome;
    try {
      const std::vector<Object> objects = made();
      for (const Object& object : objects)
        destroy(module_, session_, object.handle, "cannot destroy an object");
      if (!objects.empty()) outcome = "what the token made was destroyed";
      if (label_is_taken())
        outcome += (outcome.empty() ? "" : "; ") + std::string("objects labelled ") + base::quoted(order_.label) +
                   " with another id are on the token: they may be what it made, or somebody else's";
    } catch (const Error& failure) {
      outcome =
          "objects labelled \"" + base::printable(order_.label) + "\" may be left on the token: " + failure.message();
    }
    if (outcome.empty()) return error;
    Error result(error.kind(), error.phase(), error.message(),
                 error.hint() + (error.hint().empty() ? "" : "\n") + outcome);
    if (error.return_value()) std::move(result).with_return_value(*error.return_value());
    return std::move(result).with_module(error.module());
  }

  const Module& module_;
  const GenerateOrder& order_;
  TokenState token_;
  Session session_;
  bool logged_in_ = false;
  CK_MECHANISM_TYPE mechanism_ = CK_UNAVAILABLE_INFORMATION;  // the one tried last
  std::string sent_;                                          // names of the attributes sent last
};

}  // namespace

GeneratedKey generate_key(const Module& module, const GenerateOrder& order, const Login& login) {
  return KeyGeneration(module, order, find_token(module, order.token)).run(login);
}

void remove_key(const Module& module, Located located, const PublicKey& expected, const Login& login) {
  const std::string what = "cannot remove key " + format_uri(located.wanted);
  if (!located.copies.empty())
    throw module.error(ErrorKind::ambiguous_key, Phase::find, what + ": the same key is on several tokens",
                       "name the token as well:\n  " + format_uri(located.match->uri) + "\n" + list_of(located.copies));
  Session writing = Session::open(module, located.token, Access::write);
  if (!located.logged_in && needs_login(located.token, module.quirks())) log_in(module, writing, located.token, login);
  located.session = std::move(writing);
  const PublicKey* identity = located.match ? located.match->group.identity() : nullptr;
  if (identity != nullptr && *identity != expected)
    throw module.error(ErrorKind::key_not_found, Phase::find, what + ": the token holds another public key there");
  if (identity == nullptr && located.match && !located.match->group.public_objects.empty())
    throw module.error(ErrorKind::not_capable, Phase::find, what + ": its public key cannot be read");
  const auto private_half = find_private_half_to_remove(module, located, expected);
  if (private_half) destroy(module, located.session, *private_half, what);
  if (!located.match) return;
  for (const Object& object : located.match->group.public_objects)
    destroy(module, located.session, object.handle, private_half ? what + " (its private half is gone)" : what);
}

}  // namespace pkcs11
