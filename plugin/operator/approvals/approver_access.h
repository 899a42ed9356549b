#pragma once

#include <memory>
#include <string>
#include <vector>

#include "approval/approver_key.h"
#include "approval/tsb_approver.h"
#include "approvals/commands.h"
#include "approvals/requester.h"
#include "signing/pin_step.h"
#include "signing/settings.h"

namespace operators {

// Whether flags or a configuration file say with which key answers are given.
bool names_approver(const ApproverFlags& flags);

// An approver's key and the service that asks him: by flags, and where they say nothing, by the member `approver` of
// the configuration file. With --key the file's key counts for nothing, with --url its connection: a credential goes to
// no other host than the one it was set for.
class ApproverAccess {
 public:
  // Errors: invalid_settings, and what finding the key and asking for its password or PIN throw.
  explicit ApproverAccess(const ApproverFlags& flags);

  approval::ApproverKey& key() { return *key_; }
  platform::Terminal& terminal() { return requester_.terminal(); }
  std::string place() const { return service_->place(); }

  // What waits for this key, oldest first. Errors: as TsbApprover::tasks.
  std::vector<schema::TsbTask> tasks();
  approval::TsbApprover::Outcome approve(const schema::TsbTask& task);
  approval::TsbApprover::Outcome reject(const schema::TsbTask& task);

 private:
  void open_key(const ApproverFlags& flags, const signing::Settings& settings);
  void open_key_on_token(const std::string& uri, const signing::ModuleFlags& flags, const signing::Settings& settings);

  Requester requester_;
  signing::KeySetup setup_;
  signing::PinStep pin_;
  std::unique_ptr<approval::ApproverKey> key_;
  std::unique_ptr<approval::TsbApprover> service_;
};

// The task of that id, or whose id begins with these six or more characters; a request's id will do where the service
// tells it. Error(key_not_found) or Error(ambiguous_key) in words about tasks.
const schema::TsbTask& find_task(const std::vector<schema::TsbTask>& tasks, const std::string& id);

}  // namespace operators
