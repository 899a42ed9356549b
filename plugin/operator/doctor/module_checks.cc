#include "doctor/module_checks.h"

#include <unistd.h>

#include <array>

#include "base/bytes.h"
#include "doctor/elf_file.h"
#include "doctor/vendor_settings.h"
#include "platform/shell_line.h"

namespace operators {
namespace {

using base::Error;
using base::Phase;
using base::printable;
using platform::shell_line;

constexpr std::array kFolders{"/usr/lib/softhsm",
                              "/usr/lib/pkcs11",
                              "/usr/lib64",
                              "/usr/lib64/pkcs11",
                              "/usr/lib64/softhsm",
                              "/usr/lib/x86_64-linux-gnu",
                              "/usr/lib/x86_64-linux-gnu/pkcs11",
                              "/usr/lib/x86_64-linux-gnu/softhsm",
                              "/usr/lib/aarch64-linux-gnu",
                              "/usr/lib/aarch64-linux-gnu/pkcs11",
                              "/usr/lib/aarch64-linux-gnu/softhsm",
                              "/usr/local/lib",
                              "/usr/local/lib/softhsm",
                              "/usr/lib"};

// The library that the loader misses: "libfoo.so.1: cannot open shared object file: ...".
std::string missing_library(const std::string& message) {
  const std::size_t end = message.find(": cannot open shared object file");
  if (end == std::string::npos) return {};
  const std::size_t start = message.rfind(' ', end);
  return message.substr(start + 1, end - start - 1);
}

std::string text_of(const pkcs11::ModuleView& module) {
  std::string text;
  for (const std::string* part : {&module.manufacturer, &module.description, &module.library_version}) {
    if (!part->empty()) text += (text.empty() ? "" : " ") + printable(*part);
  }
  return text + (text.empty() ? "" : ", ") + "interface " + module.interface_version;
}

std::string counted(std::size_t number, const char* what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

std::string text_of(const pkcs11::Probe& probe) {
  std::chrono::microseconds time{0};
  for (const pkcs11::PhaseTime& phase : probe.times)
    time += phase.duration;
  return counted(probe.tokens.size(), "token") +
         (probe.empty_slots == 0 ? "" : ", " + counted(probe.empty_slots, "empty slot")) + ", " +
         std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + " ms";
}

}  // namespace

void fail_module_file(Checklist& list, const Error& error, const std::string& path) {
  Remedy remedy = remedy_of(error);
  const std::string name = path.substr(path.rfind('/') + 1);
  if (!name.empty() && ::access(path.c_str(), F_OK) != 0) {
    for (const char* folder : kFolders) {
      const std::string other = std::string(folder) + "/" + name;
      if (::access(other.c_str(), F_OK) != 0) continue;
      remedy.details.push_back("a file of that name is " + other);
      break;
    }
  }
  list.fail(Check::module_file, error.message(), remedy);
}

bool check_module_needs(Checklist& list, const std::string& path) {
  if (const std::string musl = find_musl(needed_libraries(path)); !musl.empty()) {
    list.fail(
        Check::module_file,
        "module " + printable(path) + " is built for musl (it needs " + printable(musl) + "), this system has glibc",
        {{"install the vendor's build for glibc, or run notation where musl is the C library (Alpine)"}, {}});
    return false;
  }
  list.pass(Check::module_file, path);
  check_vendor_settings(list, path);
  return true;
}

std::optional<pkcs11::Probe> check_module_starts(Checklist& list, pkcs11::TokenService& service) {
  try {
    pkcs11::Probe probe = service.probe({});
    list.pass(Check::load, text_of(probe.module));
    list.pass(Check::initialise, text_of(probe));
    return probe;
  } catch (const Error& error) {
    Remedy remedy = remedy_of(error);
    if (const std::string library = missing_library(error.message()); !library.empty()) {
      remedy.details.push_back("the package that has it: " + shell_line({"apt-file", "search", library}) + ", or " +
                               shell_line({"dnf", "provides", "*/" + library}));
    }
    if (error.phase() == Phase::load) {
      list.fail(Check::load, error.message(), remedy);
    } else if (error.phase() == Phase::initialise) {
      list.pass(Check::load, "yes");
      list.fail(Check::initialise, error.message(), remedy);
    } else {
      list.pass(Check::load, "yes");
      list.pass(Check::initialise, "yes");
      list.fail(Check::token, error.message(), remedy);
    }
    return std::nullopt;
  }
}

}  // namespace operators
