#include "approvals/requester.h"

#include "token_access.h"

namespace operators {

Requester::Requester()
    : context_{[this](const signing::KeySetup& setup) -> pkcs11::KeyService& {
                 service_ = make_key_service(setup, context_);
                 return *service_;
               },
               [] {},
               sleep_whole,
               terminal_,
               log_,
               base::system_clock(),
               secrets_,
               signing::SettingsFiles::locate()} {
  secrets_.take(platform::kPinVariable);
}

}  // namespace operators
