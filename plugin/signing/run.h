#pragma once

#include <map>
#include <string>

#include "approval_desk.h"
#include "key_at_hand.h"
#include "signing/audit_step.h"

namespace signing {

// A key, the desk where leave to use it is asked, and the record of its use, as the settings have them.
class Run {
 public:
  // `given`: plugin-config, or a command's flags (see Settings::key).
  template <typename Given>
  Run(const std::string& key_id, const Given& given, RunContext& context)
      : Run(Settings::load(context.files), key_id, given, context) {}

  // The chain is known and complete afterwards.
  void inspect(bool may_log_in) {
    key.setup().at_service ? key.inspect(desk.service_of(key.setup())) : key.inspect(may_log_in);
  }

  ApprovalDesk desk;
  KeyAtHand key;
  AuditStep audit;

 private:
  template <typename Given>
  Run(const Settings& settings, const std::string& key_id, const Given& given, RunContext& context)
      : desk(settings.policies(), context),
        key(logged(settings, context).key(key_id, given), context),
        audit(key.setup(), context) {}

  static const Settings& logged(const Settings& settings, RunContext& context) {
    context.log.configure(settings.log());
    return settings;
  }
};

}  // namespace signing
