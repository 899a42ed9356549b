#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "contract/error_response.h"
#include "contract/words.h"
#include "operators/run.h"
#include "pkcs11/isolated_service.h"
#include "pkcs11/worker.h"
#include "platform/environment.h"
#include "platform/hardening.h"
#include "platform/log.h"
#include "platform/stdio.h"
#include "platform/terminal.h"
#include "signing/run_context.h"

namespace {

bool uses_a_key(std::string_view word) {
  return word == contract::kDescribeKeyWord || word == contract::kGenerateSignatureWord;
}

std::string answer(std::string_view word, platform::AnswerChannel& channel, pkcs11::WorkerProcess worker,
                   std::unique_ptr<pkcs11::KeyService>& service, platform::Log& log) {
  const std::string request = channel.read_request(contract::kMaximumRequestSize);
  if (word == contract::kMetadataWord) return contract::answer_metadata(request);

  platform::ControllingTerminal terminal;
  platform::EnvironmentSecrets secrets;
  secrets.take(platform::kPinVariable);
  const auto start_key_service = [&](const signing::KeySetup& setup) -> pkcs11::KeyService& {
    pkcs11::IsolatedOptions options;
    options.timeouts = setup.timeouts;
    if (setup.pin_source && setup.pin_source->kind == platform::PinSourceKind::environment) {
      options.secret_variable = setup.pin_source->value;
      secrets.take(setup.pin_source->value);
    }
    options.host_is_there = [&channel] { return channel.reader_is_there() && channel.parent_is_there(); };
    options.leave_after_sign = true;
    service = std::make_unique<pkcs11::IsolatedService>(std::move(worker), std::move(options), base::system_clock());
    return *service;
  };
  signing::RunContext context{start_key_service,
                              [&channel] { channel.require_host(); },
                              [&channel](std::chrono::milliseconds duration) { return channel.pause(duration); },
                              terminal,
                              log,
                              base::system_clock(),
                              secrets,
                              signing::SettingsFiles::locate()};
  return word == contract::kDescribeKeyWord ? contract::answer_describe_key(request, context)
                                            : contract::answer_generate_signature(request, context);
}

int speak_contract(std::string_view word) {
  std::optional<platform::AnswerChannel> channel;
  std::unique_ptr<pkcs11::KeyService> service;
  platform::Log log;
  const auto fail = [&](const base::Error& error) {
    log.error(std::string(word) + ": " + error.message());
    const std::string json = schema::encode(contract::error_response(error));
    channel ? channel->fail(json) : platform::AnswerChannel::fail_without_channel(json);
    return 1;
  };
  try {
    pkcs11::WorkerProcess worker;
    if (uses_a_key(word)) worker = pkcs11::WorkerProcess::fork_first();
    channel.emplace();
    channel->answer(answer(word, *channel, std::move(worker), service, log));
    return 0;
  } catch (const base::Error& error) {
    return fail(error);
  } catch (const std::exception& fault) {
    return fail(base::Error(base::ErrorKind::internal, base::Phase::none,
                            "a fault in notation-pkcs11: " + base::printable(fault.what())));
  }
}

}  // namespace

int main(int argc, char** argv) {
  platform::harden_process();
  if (pkcs11::is_worker_command(argc, argv)) return pkcs11::run_worker_command();
  if (argc == 2) {
    const std::string_view word = argv[1];
    if (word == contract::kMetadataWord || uses_a_key(word)) return speak_contract(word);
  }
  return operators::run(argc, argv);
}
