#include "module.h"

#include <elf.h>

#include <cstring>

#include "fake_service.h"
#include "module_file.h"
#include "token.h"
#include "vendor_hint.h"

// Loading and starting a module.

using namespace fake_service;
using base::ErrorKind;

namespace {

std::string elf_file(const FakeToken& token, unsigned char word_size, std::uint16_t machine,
                     const std::string& content) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = word_size;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_machine = machine;
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return token.write("lib.so", bytes + content);
}

base::Error refusal(const std::string& path) {
  const base::Error error = error_of([&] { check_library_format(path); });
  require_error(error, ErrorKind::module_unusable);
  REQUIRE(error.phase() == base::Phase::load);
  REQUIRE(error.module() == path);
  return error;
}

std::string long_text(std::size_t size) {
  return std::string(size, 'x');
}

base::Error start_failure(FakeService& fake) {
  return error_of([&] { fake.get().survey({}, nullptr); });
}

}  // namespace

TEST_CASE("a file that is no shared library for this machine is refused with the reason") {
  const FakeToken token;
  REQUIRE(contains(refusal(token.folder() + "/none.so").message(), "No such file or directory"));
  REQUIRE(contains(refusal(token.folder()).message(), "Is a directory"));
  REQUIRE(contains(refusal(token.write("text", "C_GetFunctionList, they say, but this is prose")).message(),
                   "it is not a shared library"));
  REQUIRE(contains(refusal(token.write("empty", "")).message(), "it is not a shared library"));
}

#if defined(__x86_64__)
TEST_CASE("a library for another machine is named with both machines") {
  const FakeToken token;
  REQUIRE(contains(refusal(elf_file(token, ELFCLASS64, EM_AARCH64, "C_GetFunctionList")).message(),
                   "it is built for aarch64, this machine is x86-64"));
  REQUIRE(contains(refusal(elf_file(token, ELFCLASS32, EM_386, "C_GetFunctionList")).message(),
                   "it is built for x86 (32 bits), this machine is x86-64"));
  REQUIRE(contains(refusal(elf_file(token, ELFCLASS32, EM_X86_64, "C_GetFunctionList")).message(), "word size"));
}

TEST_CASE("a library that never mentions C_GetFunctionList is no PKCS#11 module") {
  const FakeToken token;
  REQUIRE(contains(refusal(elf_file(token, ELFCLASS64, EM_X86_64, "nothing")).message(), "it is not a PKCS#11 module"));
  REQUIRE(contains(refusal(elf_file(token, ELFCLASS64, EM_X86_64, long_text(300'000))).message(),
                   "it is not a PKCS#11 module"));
}

TEST_CASE("the name C_GetFunctionList is found wherever it stands in the file") {
  const FakeToken token;
  for (const std::size_t before : {0UL, 4020UL, 4030UL, 4096UL, 65'520UL, 65'530UL, 69'600UL, 200'000UL}) {
    INFO(before);
    REQUIRE_NOTHROW(
        check_library_format(elf_file(token, ELFCLASS64, EM_X86_64, long_text(before) + "C_GetFunctionList")));
  }
}

TEST_CASE("what looks like a module and does not load gives the loader's own words") {
  FakeService fake;
  fake.settings.path = elf_file(fake.token, ELFCLASS64, EM_X86_64, "C_GetFunctionList");
  fake.service.load(fake.settings);
  fake.loaded = true;
  const base::Error error = start_failure(fake);
  require_error(error, ErrorKind::module_unusable);
  REQUIRE(contains(error.message(), "cannot load module"));
  REQUIRE(fake.progress.calls == std::vector<std::string>{"load dlopen"});
}
#endif

TEST_CASE("the loader's complaints come with advice") {
  const auto advice = [](const char* reason) {
    const base::Error error = loader_error("/m.so", reason);
    REQUIRE(contains(error.message(), reason));
    return error.hint();
  };
  REQUIRE(contains(advice("libfoo.so.1: cannot open shared object file: No such file or directory"), "ldd"));
  REQUIRE(contains(advice("/lib/libc.so.6: version `GLIBC_2.38' not found (required by /m.so)"), "newer system"));
  REQUIRE(contains(advice("libc.musl-x86_64.so.1: cannot open shared object file: No such file"), "musl"));
  REQUIRE(contains(advice("/m.so: undefined symbol: EVP_foo"), "does not fit"));
  REQUIRE(contains(advice("/m.so: failed to map segment from shared object"), "noexec"));
  REQUIRE(contains(advice("something new"), "reinstall"));
}

TEST_CASE("a module that somebody else initialised is used and not finalised") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  fake.get();
  LocalService second{Timeouts{}, fake.clock};
  second.load(fake.settings);
  REQUIRE(second.inspect(key_named("k"), nullptr).key);
  second.finish();
  REQUIRE(fake.token.results("C_Initialize") == std::vector<std::string>{"CKR_OK", "CKR_CRYPTOKI_ALREADY_INITIALIZED"});
  REQUIRE(fake.calls("C_Finalize") == 0);
  REQUIRE(fake.inspect(key_named("k")).key);
  fake.service.finish();
  REQUIRE(fake.calls("C_Finalize") == 1);
}

TEST_CASE("a module that cannot lock is initialised without") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("quirk refuses-os-locking");
  fake.sign(key_named("k"));
  REQUIRE(fake.calls("C_Initialize") == 2);
}

TEST_CASE("an init string reaches the module") {
  FakeService fake;
  fake.settings.init_args = "configdir='/x'";
  fake.rule("key P-256 label=k id=01").rule("quirk needs-init-string \"configdir='/x'\"");
  fake.sign(key_named("k"));

  FakeService without;
  without.rule("quirk needs-init-string x");
  const base::Error error = start_failure(without);
  require_error(error, ErrorKind::module_unusable, 0x7);
  REQUIRE(contains(error.hint(), "init_args"));
}

TEST_CASE("a module that does not start is unusable, with the code's name and nothing tried twice") {
  for (const char* code : {"CKR_GENERAL_ERROR", "CKR_FUNCTION_FAILED", "CKR_HOST_MEMORY", "CKR_DEVICE_ERROR",
                           "CKR_NEED_TO_CREATE_THREADS", "0x80000001"}) {
    INFO(code);
    FakeService fake;
    fake.rule(std::string("fail C_Initialize ") + code);
    const base::Error error = start_failure(fake);
    require_error(error, ErrorKind::module_unusable);
    REQUIRE(contains(error.message(), code));
    REQUIRE(error.phase() == base::Phase::initialise);
    REQUIRE(fake.calls("C_Initialize") == 1);
    fake.service.finish();
    REQUIRE(fake.calls("C_Finalize") == 0);
  }
}

TEST_CASE("a function list that cannot be had makes the module unusable") {
  FakeService fake;
  fake.rule("fail C_GetFunctionList CKR_GENERAL_ERROR");
  REQUIRE(start_failure(fake).kind() == ErrorKind::module_unusable);
}

TEST_CASE("function lists of any version 2 do") {
  const auto version = GENERATE(as<std::string>{}, "2.1", "2.20", "2.40", "3.0");
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("quirk list-version " + version);
  fake.sign(key_named("k"));
}

TEST_CASE("vendors' modules are known by their file's name") {
  REQUIRE(contains(vendor_hint("/usr/lib/softhsm/libsofthsm2.so"), "SOFTHSM2_CONF"));
  REQUIRE(contains(vendor_hint("/opt/luna/libCryptoki2_64.so"), "ChrystokiConfigurationPath"));
  REQUIRE(vendor_hint("/opt/softhsm/other.so").empty());
}

TEST_CASE("text fields end at the first NUL or before the blanks at their end") {
  const auto text = [](const char* field) { return field_text(reinterpret_cast<const unsigned char*>(field), 8); };
  REQUIRE(text("abc     ") == "abc");
  REQUIRE(text("abc\0\0\0\0\0") == "abc");
  REQUIRE(text("abc  \0xx") == "abc");
  REQUIRE(text("        ").empty());
  REQUIRE(text(" a b    ") == " a b");
  REQUIRE(text("abcdefgh") == "abcdefgh");
}
