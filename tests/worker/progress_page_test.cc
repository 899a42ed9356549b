#include "worker/progress_page.h"

#include "catch.h"

using base::Phase;
using pkcs11::Commitment;
using pkcs11::ProgressPage;

TEST_CASE("the page tells the phase and function that were entered last") {
  ProgressPage page;
  const auto before = std::chrono::steady_clock::now();
  page.enter(Phase::login, "C_Login");
  const ProgressPage::View view = page.read();
  CHECK(view.phase == Phase::login);
  CHECK(view.function == "C_Login");
  CHECK(view.phase_began >= before);
  CHECK(view.phase_began <= std::chrono::steady_clock::now());
  CHECK(view.commitment == Commitment::none);
}

TEST_CASE("another function of the same phase does not begin the phase anew") {
  ProgressPage page;
  page.enter(Phase::find, "C_FindObjectsInit");
  const auto began = page.read().phase_began;
  page.add_sleep(std::chrono::seconds(2));
  page.enter(Phase::find, "C_FindObjects");
  CHECK(page.read().phase_began == began);
  CHECK(page.read().slept == std::chrono::seconds(2));
  CHECK(page.read().function == "C_FindObjects");
}

TEST_CASE("another phase begins with no sleep behind it") {
  ProgressPage page;
  page.enter(Phase::find, "C_FindObjects");
  page.add_sleep(std::chrono::seconds(2));
  page.enter(Phase::sign, "C_SignInit");
  CHECK(page.read().slept == std::chrono::nanoseconds(0));
}

TEST_CASE("a function's name is cut to what the page holds") {
  ProgressPage page;
  page.enter(Phase::find, "C_AFunctionWithAnExtraordinarilyLongName");
  CHECK(page.read().function == "C_AFunctionWithAnExtraordinaril");
}

TEST_CASE("signing that was forbidden is not begun") {
  ProgressPage page;
  CHECK(page.forbid_signing());
  CHECK_FALSE(page.commit_to_sign_unless_forbidden());
  CHECK(page.read().commitment == Commitment::none);
}

TEST_CASE("signing that has begun can no longer be forbidden") {
  ProgressPage page;
  CHECK(page.commit_to_sign_unless_forbidden());
  CHECK_FALSE(page.forbid_signing());
  CHECK(page.read().commitment == Commitment::sign);
}

TEST_CASE("a page full of rubbish can be read") {
  alignas(ProgressPage) unsigned char memory[sizeof(ProgressPage)];
  for (unsigned char& byte : memory)
    byte = 0xFF;
  const ProgressPage::View view = reinterpret_cast<const ProgressPage*>(memory)->read();
  CHECK(view.phase == Phase::none);
  CHECK(view.function.find('\xFF') == std::string::npos);
  CHECK(view.commitment == Commitment::change);
}
