#include "ticket_model.h"
#include "catch.h"

namespace {

model::Walk walk_through(bool service_signs, bool service_names_end, const model::Budget& budget) {
  model::World world;
  world.service_signs = service_signs;
  world.service_names_end = service_names_end;
  world.budget = budget;
  return model::walk(world);
}

}  // namespace

// Budgets: runs, of them at once, kills, clock steps, failures.
TEST_CASE("where the token signs, no order of runs, kills, answers and clock steps breaks an invariant") {
  const bool service_names_end = GENERATE(false, true);
  const auto budget = GENERATE(model::Budget{2, 2, 2, 1, 1}, model::Budget{3, 2, 2, 0, 1}, model::Budget{3, 1, 1, 1, 1},
                               model::Budget{2, 1, 1, 2, 1});
  const model::Walk walk = walk_through(false, service_names_end, budget);
  INFO("states: " << walk.states);
  CHECK(walk.broken == "");
  CHECK(walk.states > 10'000);
  CHECK(walk.grants > 1'000);
  CHECK(walk.refusals > 1'000);
  CHECK(walk.taken == 0);
  CHECK(walk.lost == 0);
}

TEST_CASE("where the service signs, no order of runs, kills, answers and clock steps breaks an invariant") {
  const auto budget =
      GENERATE(model::Budget{2, 2, 2, 0, 1}, model::Budget{3, 1, 1, 1, 0}, model::Budget{2, 1, 1, 1, 1});
  const model::Walk walk = walk_through(true, false, budget);
  INFO("states: " << walk.states);
  CHECK(walk.broken == "");
  CHECK(walk.states > 10'000);
  CHECK(walk.grants == 0);
  CHECK(walk.taken > 500);
  CHECK(walk.refusals > 500);
  CHECK(walk.lost > 2);
}
