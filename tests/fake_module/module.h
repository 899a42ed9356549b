#pragma once

#include <sys/types.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "objects.h"
#include "rules.h"
#include "signing.h"
#include "slot.h"

namespace fake {

struct Session {
  CK_SESSION_HANDLE handle = CK_INVALID_HANDLE;
  Slot* slot = nullptr;
  bool read_write = false;
  std::optional<std::deque<CK_OBJECT_HANDLE>> search;
  std::optional<SignOperation> operation;
};

// Everything between C_Initialize and C_Finalize, and the rules it obeys. Functions throw Refusal.
class Module {
 public:
  // The one of this process. It is never destroyed: exit handlers of OpenSSL may have run before ours.
  static Module& instance();

  // Reads the rules file again if it is another one than before or has changed, unless the module is initialised; takes
  // the number of this process among those that loaded the module, if a rule wants to know it.
  void refresh_rules() noexcept;
  Rules& rules() { return rules_; }
  const std::string& rules_file() const { return rules_file_; }
  const std::string& rules_problem() const { return rules_problem_; }
  std::string log_file() const;

  bool initialised() const;
  void initialise();
  void finalise();
  void require_initialised() const;

  std::vector<std::unique_ptr<Slot>>& slots() { return slots_; }
  Slot& slot(CK_SLOT_ID id);
  Slot& slot_with_token(CK_SLOT_ID id);

  CK_SESSION_HANDLE open_session(Slot& slot, bool read_write);
  Session& session(CK_SESSION_HANDLE handle);
  Session* find_session(CK_SESSION_HANDLE handle);  // nullptr if there is none
  void close_session(CK_SESSION_HANDLE handle);
  void close_sessions(const Slot& slot);
  std::map<CK_SESSION_HANDLE, Session>& sessions() { return sessions_; }
  std::size_t count_sessions(const Slot& slot, bool read_only_alone = false) const;

  // Objects that this session may see.
  Object& object(const Session& session, CK_OBJECT_HANDLE handle, CK_RV otherwise = CKR_OBJECT_HANDLE_INVALID);
  CK_OBJECT_HANDLE add_object(Slot& slot, Object object);

  void lose(Loss loss);

  std::recursive_mutex mutex;

 private:
  void read_rules();
  void build_slots();
  void restore(Slot& slot);  // what the state folder knows of it
  void forget();

  std::string rules_file_;
  std::string rules_text_;
  std::string rules_problem_ = "FAKE_PKCS11_RULES names no file";
  Rules rules_;
  bool initialised_ = false;
  pid_t owner_ = 0;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::map<CK_SESSION_HANDLE, Session> sessions_;
  CK_SESSION_HANDLE last_session_ = 0;
  CK_OBJECT_HANDLE last_object_ = 0;
};

}  // namespace fake
