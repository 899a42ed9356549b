#include "child_service.h"

using namespace child_service;

TEST_CASE("whoever waits for a long job is called about twice a second, and not after it") {
  ChildService child;
  int calls = 0;
  child.options.while_waiting = [&calls] { ++calls; };
  child.rule("sleep C_FindObjectsInit nth=1 1800");
  child.inspect();
  CHECK(calls >= 2);
  CHECK(calls <= 4);
  const int before = calls;
  child.get().release();
  CHECK(calls == before);
}

TEST_CASE("waiting is shown for a new worker as well, and for a module that never answers") {
  ChildService child;
  int calls = 0;
  child.options.while_waiting = [&calls] { ++calls; };
  child.options.timeouts.find = std::chrono::milliseconds(1300);
  child.rule("crash C_OpenSession process=1").rule("hang C_FindObjectsInit process=2");
  REQUIRE_ERROR(child.inspect(), ErrorKind::late);
  CHECK(child.workers == 2);
  CHECK(calls >= 1);
  CHECK(calls <= 4);
}
