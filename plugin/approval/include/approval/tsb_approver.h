#pragma once

#include <memory>
#include <string>
#include <vector>

#include "approval/approver_key.h"
#include "approval/http.h"
#include "approval/registry.h"
#include "base/clock.h"
#include "schema/approval_settings.h"
#include "schema/tsb_task.h"

namespace approval {

class TsbClient;

// Questions that a Transaction Security Broker has for the owner of a key, and his answers. Errors, phase approval:
// credential_refused, service_failed, busy, invalid_settings.
class TsbApprover {
 public:
  TsbApprover(const schema::TsbConnection& connection, const BackendContext& context, std::unique_ptr<HttpClient> http);
  // With a client of its own: also what make_http_client throws.
  TsbApprover(const schema::TsbConnection& connection, const BackendContext& context);
  ~TsbApprover();

  std::string place() const;  // the service's host, for people

  // What waits for this key, oldest first; `request`: the tasks of that request alone.
  std::vector<schema::TsbTask> tasks(ApproverKey& key, base::WallTime now, const std::string& request = {});

  // `gone`: the service does not have the task any more. Somebody has answered it with this key before, or the request
  // has ended.
  enum class Outcome { done, gone };

  // Signs all of the task's approval_to_be_signed. What those bytes say is the caller's to check and to show.
  Outcome approve(const schema::TsbTask& task, ApproverKey& key);
  Outcome reject(const schema::TsbTask& task, ApproverKey& key, base::WallTime now);

 private:
  std::unique_ptr<TsbClient> client_;
};

}  // namespace approval
