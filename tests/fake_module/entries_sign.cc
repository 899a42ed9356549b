#include <algorithm>
#include <span>

#include "dispatch.h"
#include "entries.h"
#include "signing.h"

namespace fake {
namespace {

CK_RV init(Module& module, Session& session, const CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
  if (mechanism == nullptr) return CKR_ARGUMENTS_BAD;
  if (session.operation) return CKR_OPERATION_ACTIVE;
  const Object& object = module.object(session, key, CKR_KEY_HANDLE_INVALID);
  if (object.object_class() != CKO_PRIVATE_KEY || !object.key) return CKR_KEY_HANDLE_INVALID;
  if (session.slot->rule().login_required && !session.slot->user_is_logged_in()) {
    return CKR_USER_NOT_LOGGED_IN;
  }
  session.operation = start_signing(module.rules(), *mechanism, object);
  return CKR_OK;
}

// The part that C_Sign and C_SignFinal share: size query, small buffer, and the end of the operation on everything else
// (PKCS#11 v2.40 section 5.2).
CK_RV finish(Module& module, Session& session, const Bytes& data, unsigned char* signature, CK_ULONG* length) {
  const Quirks& quirks = module.rules().quirks;
  const std::size_t announced =
      quirks.over_reports_size ? session.operation->length() + 16 : session.operation->length();
  if (signature == nullptr) {
    *length = announced;
    return CKR_OK;
  }
  if (*length < session.operation->length()) {
    *length = announced;
    if (quirks.small_buffer_ends_operation) session.operation.reset();
    return CKR_BUFFER_TOO_SMALL;
  }
  if (session.operation->needs_authentication) {
    if (!quirks.operation_survives_refusal) session.operation.reset();
    return CKR_USER_NOT_LOGGED_IN;
  }
  const SignOperation operation = std::move(*session.operation);
  session.operation.reset();
  const Bytes made = sign(operation, data, quirks.signature);
  if (made.size() > *length) return CKR_GENERAL_ERROR;
  std::copy(made.begin(), made.end(), signature);
  *length = made.size();
  return CKR_OK;
}

}  // namespace

namespace entry {

CK_RV C_SignInit(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
  Subject subject{.session = session, .object = key};
  if (mechanism != nullptr) subject.mechanism = mechanism->mechanism;
  return run("C_SignInit", std::move(subject), [&](Turn&) {
    Module& module = Module::instance();
    module.require_initialised();
    return init(module, module.session(session), mechanism, key);
  });
}

CK_RV C_Sign(CK_SESSION_HANDLE session, unsigned char* data, CK_ULONG length, unsigned char* signature,
             CK_ULONG* signature_length) {
  Subject subject{.session = session, .bytes = length};
  if (signature == nullptr) subject.text = "size-query";
  return run("C_Sign", std::move(subject), [&](Turn& turn) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Session& found = module.session(session);
    if (!found.operation) return CKR_OPERATION_NOT_INITIALIZED;
    if (found.operation->in_parts) return CKR_OPERATION_ACTIVE;
    if (signature_length == nullptr || (data == nullptr && length != 0)) {
      found.operation.reset();
      return CKR_ARGUMENTS_BAD;
    }
    const CK_RV value = finish(module, found, Bytes(data, data + length), signature, signature_length);
    turn.note = "length=" + std::to_string(*signature_length);
    return value;
  });
}

CK_RV C_SignUpdate(CK_SESSION_HANDLE session, unsigned char* part, CK_ULONG length) {
  return run("C_SignUpdate", Subject{.session = session, .bytes = length}, [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Session& found = module.session(session);
    if (!found.operation) return CKR_OPERATION_NOT_INITIALIZED;
    const bool hashes = found.operation->mechanism.digest != nullptr;
    if (!hashes || (part == nullptr && length != 0)) {
      found.operation.reset();
      return hashes ? CKR_ARGUMENTS_BAD : CKR_FUNCTION_NOT_SUPPORTED;
    }
    found.operation->in_parts = true;
    found.operation->data.insert(found.operation->data.end(), part, part + length);
    return CKR_OK;
  });
}

CK_RV C_SignFinal(CK_SESSION_HANDLE session, unsigned char* signature, CK_ULONG* signature_length) {
  Subject subject{.session = session};
  if (signature == nullptr) subject.text = "size-query";
  return run("C_SignFinal", std::move(subject), [&](Turn&) -> CK_RV {
    Module& module = Module::instance();
    module.require_initialised();
    Session& found = module.session(session);
    if (!found.operation || !found.operation->in_parts) return CKR_OPERATION_NOT_INITIALIZED;
    if (signature_length == nullptr) {
      found.operation.reset();
      return CKR_ARGUMENTS_BAD;
    }
    return finish(module, found, Bytes(found.operation->data), signature, signature_length);
  });
}

}  // namespace entry
}  // namespace fake
