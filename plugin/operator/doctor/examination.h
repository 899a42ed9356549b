#pragma once

#include <optional>

#include "doctor/checklist.h"
#include "doctor/commands.h"
#include "doctor/registered_key.h"
#include "doctor/surroundings.h"
#include "signing/rehearsal.h"

namespace operators {

// Everything about one key, step by step along the way of a signature.
class Examination {
 public:
  Examination(Checklist& list, Surroundings& surroundings, const DoctorFlags& flags, const NotationHome& home,
              const RegisteredKey& key)
      : list_(list), surroundings_(surroundings), flags_(flags), home_(home), key_(key) {}

  // The checks from the module's file on. The settings are known to be right.
  void run();

  const std::optional<pkcs11::Probe>& probe() const { return probe_; }

 private:
  bool begin();
  bool check_module();
  void check_token();
  void check_login();
  void check_key();
  void check_chain();
  void check_match();
  void check_approval();
  void check_audit();
  void check_signature();

  Checklist& list_;
  Surroundings& surroundings_;
  const DoctorFlags& flags_;
  const NotationHome& home_;
  const RegisteredKey& key_;
  std::optional<signing::Rehearsal> rehearsal_;
  std::optional<pkcs11::Probe> probe_;
  std::optional<base::Error> file_error_, inspect_error_, login_error_;
  std::optional<pkcs11::KeyDetails> details_;
  bool proved_ = false;
};

}  // namespace operators
