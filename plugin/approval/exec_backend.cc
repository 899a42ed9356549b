#include "exec_backend.h"

#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/program.h"
#include "schema/exec_approval.h"

namespace approval {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using base::printable;
using schema::ApprovalAnswer;
using schema::ApprovalFailed;
using schema::ApprovalRequest;
using schema::ExecAnswer;
using schema::ExecVerb;
using schema::Ticket;

constexpr int kTryAgain = 75;               // EX_TEMPFAIL of sysexits.h
constexpr std::size_t kLongestCause = 200;  // bytes

std::string text_of(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

// The last line that is not blank, for people.
std::string last_line(std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  const std::size_t newline = text.find_last_of('\n');
  return printable(newline == std::string_view::npos ? text : text.substr(newline + 1), kLongestCause);
}

// The command as a person would write it.
std::string command_text(const std::vector<std::string>& command) {
  constexpr std::size_t kLongest = 4096;  // bytes, as much as a ticket keeps
  std::string text;
  for (const std::string& word : command) {
    const bool is_plain = !word.empty() && word.find_first_of(" \"") == std::string::npos;
    text += (text.empty() ? "" : " ") + (is_plain ? word : '"' + word + '"');
  }
  return printable(text, kLongest);
}

class ExecBackend final : public Backend {
 public:
  ExecBackend(schema::ExecSettings settings, const BackendContext& context)
      : settings_(std::move(settings)), clock_(context.clock), log_(context.log) {}

  std::string name() const override { return "exec"; }
  std::string place() const override { return command_text(settings_.command); }
  std::chrono::milliseconds longest_call() const override { return settings_.timeout; }
  bool signs() const override { return false; }

  Submitted submit(const ApprovalRequest& request, base::ByteView) override {
    ExecAnswer answer = ask(ExecVerb::submit, request, {});
    return {std::move(answer.service_id), std::move(answer.answer)};
  }

  // No answer is no news: the request is as before, and the next poll may have one.
  ApprovalAnswer poll(const Ticket& ticket) override {
    try {
      return ask(ExecVerb::poll, ticket.request, ticket.service_id).answer;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::service_failed) throw;
      return ApprovalFailed{true, error.message(), std::nullopt, false};
    }
  }

  ApprovalAnswer redeem(const Ticket& ticket) override {
    return ask(ExecVerb::redeem, ticket.request, ticket.service_id).answer;
  }

  // Whatever has become of the request, nobody waits for it any more.
  void withdraw(const Ticket& ticket) override {
    const ApprovalAnswer answer = ask(ExecVerb::withdraw, ticket.request, ticket.service_id).answer;
    if (const auto* failed = std::get_if<ApprovalFailed>(&answer))
      throw failure(ExecVerb::withdraw, printable(failed->message, kLongestCause));
  }

 private:
  ExecAnswer ask(ExecVerb verb, const ApprovalRequest& request, const std::string& service_id) {
    const base::SteadyTime start = clock_.now();
    const platform::ProgramResult result = platform::run_program(
        {settings_.command, platform::pick_environment(settings_.environment),
         schema::encode_exec_question(verb, request, service_id), settings_.timeout, schema::kMaximumExecAnswerSize});
    const auto lasted = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - start);
    log_.debug("approval: program " + std::string(name_of(verb)) + " ended with status " +
               std::to_string(result.exit_status) + " after " + std::to_string(lasted.count()) + " ms");
    return answer_in(result, verb);
  }

  ExecAnswer answer_in(const platform::ProgramResult& result, ExecVerb verb) const {
    if (result.late) throw failure(verb, "no answer within " + text_of(settings_.timeout));
    if (result.too_long)
      throw failure(verb, "it wrote more than " + std::to_string(schema::kMaximumExecAnswerSize) + " bytes");
    if (result.exit_status == 0) return schema::decode_exec_answer(result.output, verb, program());
    std::string cause = "exit status " + std::to_string(result.exit_status);
    if (const std::string said = last_line(result.errors); !said.empty()) cause += ": " + said;
    const Error error = failure(verb, cause);
    if (result.exit_status != kTryAgain || verb == ExecVerb::withdraw) throw error;
    return {{}, ApprovalFailed{true, error.message(), std::nullopt, false}};
  }

  const std::string& program() const { return settings_.command.front(); }

  Error failure(ExecVerb verb, const std::string& cause) const {
    return {ErrorKind::service_failed, Phase::approval,
            "approval program " + printable(program()) + " failed at " + std::string(name_of(verb)) + ": " + cause};
  }

  schema::ExecSettings settings_;
  base::Clock& clock_;
  platform::Log& log_;
};

}  // namespace

std::unique_ptr<Backend> make_exec(const schema::ExecSettings& settings, const BackendContext& context) {
  if (settings.command.empty())
    throw Error(ErrorKind::invalid_settings, Phase::approval, "approval backend exec has no command");
  return std::make_unique<ExecBackend>(settings, context);
}

}  // namespace approval
