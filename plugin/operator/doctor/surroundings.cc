#include "doctor/surroundings.h"

#include "token_access.h"

namespace operators {

Surroundings::Surroundings()
    : context_{[this](const signing::KeySetup& setup) -> pkcs11::KeyService& { return start(setup); },
               [] {},
               sleep_whole,
               terminal_,
               log_,
               base::system_clock(),
               secrets_,
               signing::SettingsFiles::locate()} {
  secrets_.take(platform::kPinVariable);
}

pkcs11::TokenService& Surroundings::start(const signing::KeySetup& setup) {
  service_ = make_key_service(setup, context_);
  return *service_;
}

}  // namespace operators
