#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "approval/approval.h"
#include "base/error.h"
#include "environment_scope.h"
#include "platform/state_folder.h"
#include "temporary_folder.h"

namespace fixture {

using namespace std::chrono_literals;
using schema::ApprovalAnswer;
using schema::Ticket;
using schema::TicketState;

// 2026-11-21 12:00 UTC.
inline constexpr base::WallTime kNoon{std::chrono::seconds(1'795'262'400)};

// Moves when somebody sleeps; the wall clock can also be set.
class FakeClock final : public base::Clock {
 public:
  base::SteadyTime now() const override { return base::SteadyTime(passed_); }
  base::WallTime wall() const override { return kNoon + passed_ + set_by_; }
  void sleep_for(std::chrono::milliseconds duration) override { passed_ += duration; }
  void set_wall(std::chrono::seconds by) { set_by_ += by; }

 private:
  std::chrono::milliseconds passed_{0};
  std::chrono::seconds set_by_{0};
};

// Stands for SIGKILL: no handler of ours catches it.
struct Killed {};

// Answers as told, the last answer again and again; waiting when nothing was told.
class ScriptedBackend final : public approval::Backend {
 public:
  using Reply = std::function<ApprovalAnswer()>;

  explicit ScriptedBackend(bool signs = false) : signs_(signs) {}

  std::string name() const override { return signs_ ? "securosys-tsb" : "exec"; }
  std::string place() const override { return place_; }
  std::chrono::milliseconds longest_call() const override { return longest_call_; }
  bool signs() const override { return signs_; }

  approval::Submitted submit(const schema::ApprovalRequest& request, base::ByteView payload) override {
    calls.push_back("submit");
    submitted.push_back(request);
    payloads.emplace_back(payload.begin(), payload.end());
    ApprovalAnswer answer = next(submits);
    return {"service-" + request.id.substr(0, 8), std::move(answer)};
  }
  ApprovalAnswer poll(const Ticket& ticket) override {
    calls.push_back("poll");
    asked_about.push_back(ticket.request.id);
    return next(polls);
  }
  ApprovalAnswer redeem(const Ticket& ticket) override {
    calls.push_back("redeem");
    asked_about.push_back(ticket.request.id);
    return redeems.empty() ? ApprovalAnswer(schema::ApprovalPermitted{}) : next(redeems);
  }
  void withdraw(const Ticket& ticket) override {
    calls.push_back("withdraw");
    if (on_withdraw) on_withdraw();
    withdrawn.push_back(ticket.request.id);
  }

  void say(std::deque<Reply>& replies, ApprovalAnswer answer) {
    replies.push_back([answer = std::move(answer)] { return answer; });
  }
  long count(const std::string& call) const { return std::count(calls.begin(), calls.end(), call); }

  std::deque<Reply> submits, polls, redeems;
  std::function<void()> on_withdraw;
  std::vector<std::string> calls, asked_about, withdrawn;
  std::vector<schema::ApprovalRequest> submitted;
  std::vector<base::Bytes> payloads;
  std::string place_ = "approvals.example.com";
  std::chrono::milliseconds longest_call_{30s};

 private:
  static ApprovalAnswer next(std::deque<Reply>& replies) {
    if (replies.empty()) return schema::ApprovalWaiting{};
    const Reply reply = replies.front();
    if (replies.size() > 1) replies.pop_front();
    return reply();
  }

  bool signs_;
};

class RecordingWatcher final : public approval::Watcher {
 public:
  void asked(const Ticket&) override { events.push_back("asked"); }
  void resumed(const Ticket&) override { events.push_back("resumed"); }
  void waiting(const Ticket&, std::chrono::seconds left) override { lefts.push_back(left); }
  std::chrono::milliseconds tick() const override { return tick_; }
  void trouble(const std::string& text) override { troubles.push_back(text); }
  void over() override { events.push_back("over"); }

  std::vector<std::string> events, troubles;
  std::vector<std::chrono::seconds> lefts;
  std::chrono::milliseconds tick_{0};
};

// One machine: its clock, its state folder, the settings of one key.
struct Place {
  TemporaryFolder root;
  EnvironmentScope state_home{"XDG_STATE_HOME", root.path().c_str()};
  platform::StateFolderSearch state = platform::StateFolderSearch::open();
  approval::TicketStore tickets{state.folder.value()};
  FakeClock clock;
  platform::Log log;
  schema::ApprovalSettings settings;

  Place() { settings.grant_lifetime = 1h; }
};

inline const std::string kDigest = "sha256:68feca90d3" + std::string(54, '0');

inline approval::Question make_question() {
  approval::Question question;
  question.key_name = "release";
  question.key = pkcs11::EcPublicKey{base::Bytes{6, 1, 1}, base::Bytes(65, 4)};
  question.subject.artifact = {"application/vnd.oci.image.manifest.v1+json", kDigest, 528, {}};
  question.subject.signing_scheme = "notary.x509";
  question.payload = base::bytes_of("the bytes");
  return question;
}

// One run on that machine.
struct Run {
  explicit Run(Place& on) : place(on) {}

  Place& place;
  approval::Question question = make_question();
  RecordingWatcher watcher;
  std::vector<std::chrono::milliseconds> pauses;  // all but those that only look
  std::function<bool()> host_is_there = [] { return true; };
  double chance = 0.5;
  std::chrono::seconds wait{900};

  approval::WaitContext context() {
    return {place.clock,
            place.log,
            watcher,
            [this](std::chrono::milliseconds duration) {
              if (duration.count() > 0) pauses.push_back(duration);
              place.clock.sleep_for(duration);
              return host_is_there();
            },
            [this] { return chance; },
            wait};
  }

  approval::Approval obtain(approval::Backend& backend) {
    approval::WaitContext with = context();
    return approval::obtain(question, place.settings, backend, place.tickets, with);
  }
  Ticket ask_ahead(approval::Backend& backend) {
    approval::WaitContext with = context();
    return approval::request_ahead(question, place.settings, backend, place.tickets, with);
  }
};

inline schema::ApprovalWaiting waiting_for(std::vector<std::string> approved, std::vector<std::string> missing) {
  schema::ApprovalWaiting waiting;
  waiting.approved = std::move(approved);
  waiting.missing = std::move(missing);
  return waiting;
}

inline schema::ApprovalSigned signed_by_service() {
  return {base::Bytes{1, 2, 3}, {"anna"}};
}

inline schema::ApprovalFailed no_answer(std::string message) {
  return {true, std::move(message), {}, false};
}

}  // namespace fixture
