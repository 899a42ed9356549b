#include "approvals/requester.h"

#include "command_context.h"
#include "token_access.h"

namespace operators {

Requester::Requester()
    : context_(command_context(
          [this](const signing::KeySetup& setup) -> pkcs11::KeyService& {
            service_ = make_key_service(setup, context_);
            return *service_;
          },
          terminal_, log_, secrets_)) {}

}  // namespace operators
