#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "base/error.h"
#include "pkcs11/isolated_service.h"
#include "support/test_sign_orders.h"

// A program that is its own worker, for tests of what needs one. `worker_host forked|anew MODULE LABEL PIN` signs with
// a P-256 key in a worker of that kind and shows what it sees of the worker.

namespace {

std::string content_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void describe(pid_t worker) {
  const std::string folder = "/proc/" + std::to_string(worker) + "/";
  std::string command = content_of(folder + "cmdline");
  for (char& character : command)
    if (character == '\0') character = ' ';
  const std::string variables = content_of(folder + "environ");
  std::cout << "command: " << command << "\n";
  std::cout << "environment: " << (variables.empty() ? "unreadable" : "read") << "\n";
  std::cout << "secret: " << (variables.find("739146") == std::string::npos ? "no" : "yes") << "\n";
}

void sign(pkcs11::WorkerProcess first, const std::string& module, const std::string& label, const std::string& pin) {
  pid_t worker = first.id();
  pkcs11::IsolatedOptions options;
  options.secret_variable = "MY_PIN";
  options.new_worker = [&worker] {
    pkcs11::WorkerProcess process = pkcs11::WorkerProcess::start_anew();
    worker = process.id();
    return process;
  };
  pkcs11::IsolatedService service(std::move(first), options, base::system_clock());
  service.load({module, {}, {}});
  pkcs11::InspectOrder order;
  order.uri.object = label;
  const pkcs11::Inspection found = service.inspect(order, nullptr);
  describe(worker);
  pkcs11::Login login;
  login.pin = base::Secret(base::bytes_of(pin));
  const pkcs11::SignResult result = service.sign(signing::SignOrders::over(pkcs11::KeySpec::ec_256, "hello"), order,
                                                 found.key.value().public_key.value(), &login);
  std::cout << "signed: " << result.mechanism << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (pkcs11::is_worker_command(argc, argv)) return pkcs11::run_worker_command();
  if (argc != 5) return 2;
  try {
    pkcs11::WorkerProcess first;
    if (std::string_view(argv[1]) == "forked") first = pkcs11::WorkerProcess::fork_first();
    for (const char* name : {"NOTATION_PKCS11_PIN", "MY_PIN"})
      pkcs11::forget_environment_secret(name);
    sign(std::move(first), argv[2], argv[3], argv[4]);
  } catch (const base::Error& error) {
    std::cout << "error: " << error.message() << "\n";
    return 1;
  }
  return 0;
}
