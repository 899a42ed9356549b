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
  // `planned`: the key's settings before the module's file was looked at. All of it outlives the examination.
  Examination(Checklist& list, Surroundings& surroundings, const DoctorFlags& flags, const NotationHome& home,
              const RegisteredKey& key, const signing::KeySetup& planned)
      : list_(list), surroundings_(surroundings), flags_(flags), home_(home), key_(key), planned_(planned) {}

  // The checks from the module's file on. The settings are known to be right.
  void run();

  const std::optional<pkcs11::Probe>& probe() const { return probe_; }

 private:
  bool begin();
  void check_module();
  void check_token();
  void check_login();
  void check_key();
  void check_invisible(const std::string& what);
  bool sees_everything() const;
  std::string no_key() const;
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
  const signing::KeySetup& planned_;
  std::optional<signing::Rehearsal> rehearsal_;
  std::optional<pkcs11::Probe> probe_;
  std::optional<base::Error> file_error_, inspect_error_, login_error_;
  std::optional<pkcs11::KeyDetails> details_;
  bool is_logged_in_ = false;
  bool is_inspected_ = false;  // the token or the service has been asked for the key
};

}  // namespace operators
