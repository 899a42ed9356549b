#include "pin_command.h"

#include "base/bytes.h"
#include "base/error.h"
#include "pin_words.h"
#include "platform/program.h"

namespace platform {
namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr std::size_t kLongestMessage = 512;  // bytes of standard error that are shown

// Wipes what the program wrote, whichever way the function is left.
class Result {
 public:
  explicit Result(ProgramResult result) : result_(std::move(result)) {}
  ~Result() {
    base::wipe(std::span<char>(result_.output));
    base::wipe(std::span<char>(result_.errors));
  }
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;

  const ProgramResult& operator*() const noexcept { return result_; }
  const ProgramResult* operator->() const noexcept { return &result_; }

 private:
  ProgramResult result_;
};

ProgramResult run(const PinSource& source) {
  ProgramOrder order;
  order.command = source.command;
  order.environment = pick_environment({});
  order.timeout = kPatience;
  order.output_limit = kLongestPin + 2;
  try {
    return run_program(order);
  } catch (const base::Error& error) {
    throw unusable_pin(source, error.message(), error.hint());
  }
}

std::string last_line(std::string_view errors) {
  while (!errors.empty() && (errors.back() == '\n' || errors.back() == '\r'))
    errors.remove_suffix(1);
  return base::printable(errors.substr(errors.find_last_of('\n') + 1), kLongestMessage);
}

std::string message_of(const ProgramResult& result) {
  if (result.errors.empty()) return {};
  if (!result.output.empty()) return "what it wrote on standard error is not shown, because it may hold the PIN";
  return "it says: " + last_line(result.errors);
}

}  // namespace

base::Secret run_pin_command(const PinSource& source) {
  const Result result(run(source));
  if (result->late) {
    throw unusable_pin(source, "it has not ended after " + std::to_string(kPatience.count()) + " seconds",
                       message_of(*result));
  }
  if (result->too_long) throw unusable_pin(source, "it is longer than 4096 bytes");
  if (result->exit_status != 0) {
    throw unusable_pin(source, "it ended with exit status " + std::to_string(result->exit_status), message_of(*result));
  }
  if (result->output.empty()) throw unusable_pin(source, "it wrote nothing", message_of(*result));
  return base::Secret(base::bytes_of(result->output));
}

}  // namespace platform
