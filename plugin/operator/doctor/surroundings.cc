#include "doctor/surroundings.h"

#include "command_context.h"
#include "token_access.h"

namespace operators {

Surroundings::Surroundings()
    : context_(command_context([this](const signing::KeySetup& setup) -> pkcs11::KeyService& { return start(setup); },
                               terminal_, log_, secrets_)) {}

pkcs11::TokenService& Surroundings::start(const signing::KeySetup& setup) {
  service_ = make_key_service(setup, context_);
  return *service_;
}

}  // namespace operators
