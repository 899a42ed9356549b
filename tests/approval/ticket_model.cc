#include "ticket_model.h"

#include <algorithm>
#include <deque>
#include <unordered_set>

#include "ticket_model_successors.h"

namespace model {
namespace {

// With nobody alive, what is open at a service that signs is known to the next run, or was lost in the one way there
// is.
void check_what_is_left(World& world) {
  if (!world.service_signs || !world.broken.empty()) return;
  int unknown = 0;
  for (int id = 0; id < static_cast<int>(world.service.size()); ++id) {
    if (world.service[static_cast<std::size_t>(id)] != Status::pending) continue;
    const auto found = std::find_if(world.disk.begin(), world.disk.end(), [&](const Card& c) { return c.id == id; });
    const bool is_owned = std::any_of(world.runs.begin(), world.runs.end(),
                                      [&](const Run& run) { return run.is_alive() && run.card.id == id; });
    if (is_owned || (found != world.disk.end() && found->named)) continue;
    ++unknown;
  }
  if (unknown > world.kills_in_doubt) world.broken = "no request stays open but after a kill before it had a name";
  if (world.lost > world.kills_in_doubt) world.broken = "what is lost was in doubt";
}

void put(std::string& key, int number) {
  key += std::to_string(number);
  key += ' ';
}

void put(std::string& key, const Card& card) {
  put(key, card.id);
  put(key, static_cast<int>(card.state));
  put(key, card.named ? 1 : 0);
  put(key, card.payload);
  put(key, card.newest);
  put(key, card.expires);
  put(key, card.until);
}

}  // namespace

std::string World::key() const {
  std::string key;
  for (const int number : {now, latest, turn, budget.kills, budget.clock_steps, budget.failures, lost, kills_in_doubt})
    put(key, number);
  for (std::size_t id = 0; id < service.size(); ++id) {
    put(key, static_cast<int>(service[id]));
    put(key, refused[id] ? 1 : 0);
  }
  key += '/';
  for (const Card& card : disk)
    put(key, card);
  for (const Run& run : runs) {
    key += '|';
    for (const int number : {static_cast<int>(run.phase), run.payload, static_cast<int>(run.answer), run.target,
                             static_cast<int>(run.skipped)})
      put(key, number);
    if (run.is_alive()) put(key, run.card);
  }
  return key;
}

Walk walk(const World& start) {
  Walk walk;
  std::unordered_set<std::string> seen{start.key()};
  std::deque<World> queue{start};
  while (!queue.empty()) {
    const World world = std::move(queue.front());
    queue.pop_front();
    ++walk.states;
    for (Event& event : Successors(world).all()) {
      check_what_is_left(event.world);
      if (!event.world.broken.empty()) {
        walk.broken = event.world.broken;
        return walk;
      }
      walk.grants += event.grants;
      walk.taken += event.taken;
      walk.refusals += event.refusals;
      if (event.world.lost > world.lost) ++walk.lost;
      if (seen.insert(event.world.key()).second) queue.push_back(std::move(event.world));
    }
  }
  return walk;
}

}  // namespace model
