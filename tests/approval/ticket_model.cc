#include "ticket_model.h"

#include <algorithm>
#include <deque>
#include <unordered_set>

namespace model {
namespace {

using approval::Step;
using schema::Ticket;
using schema::TicketState;

base::WallTime time_of(int seconds) {
  return base::WallTime(std::chrono::seconds(seconds));
}

int seconds_of(base::WallTime time) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

std::string payload_hash(int payload) {
  return std::string(1, static_cast<char>('a' + payload));
}

Ticket ticket_of(const Card& card) {
  Ticket ticket;
  ticket.request.id = std::to_string(card.id);
  ticket.request.expires = time_of(card.expires);
  ticket.payload_sha256 = payload_hash(card.payload);
  ticket.state = card.state;
  ticket.service_id = card.named ? "s" : "";
  ticket.newest = time_of(card.newest);
  if (card.until >= 0) ticket.permission = schema::ApprovalPermitted{{}, time_of(card.until), {}};
  if (card.state == TicketState::refused) ticket.refusal = schema::ApprovalRefused{};
  if (card.state == TicketState::executed) ticket.result = schema::ApprovalSigned{};
  return ticket;
}

Card card_of(const Ticket& ticket, Card card) {
  card.state = ticket.state;
  card.named = !ticket.service_id.empty();
  card.newest = seconds_of(ticket.newest);
  card.until = ticket.permission ? seconds_of(ticket.permission->until.value()) : -1;
  return card;
}

// One event in one world.
class Event {
 public:
  explicit Event(const World& before, int run = -1) : world(before), number_(run) {}

  World world;

  Run& run() { return world.runs[static_cast<std::size_t>(number_)]; }
  Status& service(int id) { return world.service[static_cast<std::size_t>(id)]; }
  void require(bool holds, const char* invariant) {
    if (!holds && world.broken.empty()) world.broken = invariant;
  }

  Step next(const Card& card, bool own) {
    return approval::next_step(ticket_of(card), rules(), payload_hash(run().payload), own, time_of(world.now));
  }

  Card* on_disk(int id) {
    const auto found = std::find_if(world.disk.begin(), world.disk.end(), [&](const Card& c) { return c.id == id; });
    return found == world.disk.end() ? nullptr : &*found;
  }

  bool owner_is_alive(int id) const {
    return std::any_of(world.runs.begin(), world.runs.end(),
                       [&](const Run& other) { return other.is_alive() && other.card.id == id; });
  }

  void write(const Card& card) {
    if (Card* before = on_disk(card.id)) {
      require(card.newest >= before->newest, "the newest time of a ticket moves forward only");
      require(before->until < 0 || card.until < 0 || card.until <= before->until, "a permission never grows");
      require(before->state != TicketState::refused || card.state == TicketState::refused, "a refusal is final");
      *before = card;
      if (card.state == TicketState::refused) world.refused[static_cast<std::size_t>(card.id)] = true;
    } else {
      world.disk.push_back(card);
    }
    run().card = card;
  }

  void remove(int id) {
    require(service(id) != Status::pending || !world.service_signs, "what is open is not forgotten");
    lose(id);
  }

  void lose(int id) {
    std::erase_if(world.disk, [&](const Card& card) { return card.id == id; });
  }

  void end() {
    if (world.turn == number_) world.turn = -1;
    run() = Run{};
    run().phase = Phase::over;
  }

  void write_intent() {
    for (std::size_t id = 0; id < world.service.size(); ++id)
      require(world.service_signs || !world.refused[id] || world.latest >= world.expires[id],
              "nobody is asked anew after a refusal");
    Card card;
    card.id = static_cast<int>(world.service.size());
    card.payload = run().payload;
    card.newest = world.now;
    card.expires = world.now + kRequestLifetime;
    world.service.push_back(Status::absent);
    world.expires.push_back(card.expires);
    world.refused.push_back(false);
    write(card);
    run().phase = Phase::submit;
  }

  void submit() {
    const int id = run().card.id;
    if (service(id) == Status::absent) {
      for (int other = 0; other < static_cast<int>(world.service.size()); ++other)
        require(world.service_signs || other == id || service(other) != Status::pending ||
                    world.latest >= world.expires[static_cast<std::size_t>(other)],
                "nobody is asked a second time while the first request is open");
      service(id) = Status::pending;
    } else {
      require(!world.service_signs, "a service that signs is handed each request once");
    }
    run().answer = service(id);
    run().phase = Phase::submitted;
  }

  // What the answer makes of the ticket, on disk.
  void record() {
    const bool redeemed = run().phase == Phase::redeemed;
    Card card = run().card;
    if (!world.service_signs && run().phase != Phase::submitted) {
      const Card* current = on_disk(card.id);
      if (current == nullptr) return end();
      card = *current;
    }
    Ticket ticket = ticket_of(card);
    if (run().phase == Phase::submitted) ticket = approval::after_submit(ticket, "s", time_of(world.now));
    const auto after = approval::after_answer(ticket, answer(card.id), rules(), time_of(world.now));
    if (world.turn == number_) world.turn = -1;
    if (!after) {
      remove(card.id);
      return end();
    }
    write(card_of(*after, card));
    run().phase = Phase::look;
    if (redeemed && run().answer == Status::yes && next(run().card, true) == Step::redeem) grant();
  }

  void grant() {
    const Card& card = run().card;
    require(!world.service_signs, "where the service signs, the token does not");
    require(card.state == TicketState::permitted && world.now < card.until, "a grant lies in its window");
    require(card.until <= card.newest + kGrantLifetime, "a grant does not outlive its lifetime");
    end();
    ++grants;
  }

  void take(const Card& card) {
    require(world.service_signs && service(card.id) == Status::done, "only what the service signed is taken");
    require(card.payload == run().payload, "a signature is taken by a run with the same bytes");
    remove(card.id);
    end();
    ++taken;
  }

  void tell() {
    require(run().card.state == TicketState::refused, "a refusal is told after a refusal");
    if (world.service_signs) remove(run().card.id);
    end();
    ++refusals;
  }

  void withdraw_at_service(int id) {
    if (service(id) == Status::pending || service(id) == Status::yes) service(id) = Status::withdrawn;
  }

  // A withdrawal had no answer: the ticket stays and has seen this moment.
  void see_failure(int id) {
    Card* card = on_disk(id);
    if (card == nullptr) return;
    const schema::ApprovalFailed no_answer{true, {}, {}, false};
    *card = card_of(approval::after_answer(ticket_of(*card), no_answer, rules(), time_of(world.now)).value(), *card);
  }

  std::size_t grants = 0, taken = 0, refusals = 0;

 private:
  approval::TicketRules rules() const { return {world.service_signs, std::chrono::seconds(kGrantLifetime)}; }

  schema::ApprovalAnswer answer(int id) {
    switch (run().answer) {
      case Status::yes: {
        schema::ApprovalPermitted permitted;
        if (world.service_names_end) permitted.until = time_of(world.expires[static_cast<std::size_t>(id)] - 950);
        return permitted;
      }
      case Status::no:
        return schema::ApprovalRefused{};
      case Status::done:
        return schema::ApprovalSigned{};
      case Status::expired:
        return schema::ApprovalExpired{};
      case Status::withdrawn:
        return schema::ApprovalWithdrawn{};
      case Status::failed:
        return schema::ApprovalFailed{};
      case Status::no_answer:
        return schema::ApprovalFailed{true, {}, {}, false};
      case Status::absent:
      case Status::pending:
        break;
    }
    return schema::ApprovalWaiting{};
  }

  int number_;
};

// Collects what one world can become.
class Successors {
 public:
  explicit Successors(const World& world) : world_(world) {}

  std::vector<Event> all() {
    people();
    clock();
    for (int number = 0; number < kRuns; ++number)
      run(number);
    return std::move(events_);
  }

 private:
  template <typename Change>
  void add(int number, Change change) {
    Event event(world_, number);
    change(event);
    events_.push_back(std::move(event));
  }

  template <typename Change>
  void add_failure(int number, Change change) {
    if (world_.budget.failures == 0) return;
    add(number, [&](Event& event) {
      --event.world.budget.failures;
      change(event);
    });
  }

  void people() {
    const Status yes = world_.service_signs ? Status::done : Status::yes;
    for (std::size_t id = 0; id < world_.service.size(); ++id) {
      const auto becomes = [&](Status status) { add(-1, [&](Event& event) { event.world.service[id] = status; }); };
      if (world_.service[id] == Status::pending) {
        for (const Status status : {yes, Status::no, Status::expired, Status::withdrawn, Status::failed})
          becomes(status);
      } else if (world_.service[id] == Status::yes) {
        becomes(Status::no);
      }
    }
  }

  void clock() {
    if (world_.budget.clock_steps == 0) return;
    for (const int step : {kGrantLifetime + 50, kRequestLifetime + 100, -30, -200}) {
      add(-1, [&](Event& event) {
        --event.world.budget.clock_steps;
        event.world.now += step;
        event.world.latest = std::max(event.world.latest, event.world.now);
      });
    }
  }

  bool turn_is_free(int number) const { return world_.service_signs || world_.turn == -1 || world_.turn == number; }

  void run(int number) {
    const Run& run = world_.runs[static_cast<std::size_t>(number)];
    if (run.is_alive() && world_.budget.kills > 0) kill(number, run);
    switch (run.phase) {
      case Phase::idle:
        for (int payload = 0; payload < (may_start(number) ? payloads_of(number) : 0); ++payload)
          add(number, [&](Event& event) { begin(event, number, payload); });
        break;
      case Phase::decide:
        decide(number);
        break;
      case Phase::submit:
        add(number, [](Event& event) { event.submit(); });
        add_failure(number, [](Event& event) {
          event.world.turn = -1;
          event.run().phase = Phase::look;
        });
        break;
      case Phase::submitted:
        add(number, [](Event& event) { event.record(); });
        break;
      case Phase::heard:
      case Phase::redeemed:
        if (turn_is_free(number)) add(number, [](Event& event) { event.record(); });
        break;
      case Phase::look:
        look(number, run);
        break;
      case Phase::remove_found:
        add(number, [](Event& event) {
          event.remove(event.run().target);
          event.run().phase = Phase::decide;
        });
        break;
      case Phase::remove_own:
        add(number, [](Event& event) {
          event.remove(event.run().card.id);
          event.end();
        });
        break;
      case Phase::over:
        break;
    }
  }

  // Runs start in their order, and the first thing one does is to take its turn.
  bool may_start(int number) const {
    const auto alive =
        std::count_if(world_.runs.begin(), world_.runs.end(), [](const Run& run) { return run.is_alive(); });
    const bool is_next = number == 0 || world_.runs[static_cast<std::size_t>(number) - 1].phase != Phase::idle;
    return number < world_.budget.runs && is_next && alive < world_.budget.at_once &&
           (world_.service_signs || world_.turn == -1);
  }

  // The second run may have the bytes of the first or others.
  int payloads_of(int number) const { return world_.service_signs && number == 1 ? 2 : 1; }

  static void begin(Event& event, int number, int payload) {
    event.run().phase = Phase::decide;
    event.run().payload = payload;
    if (!event.world.service_signs) event.world.turn = number;
  }

  void kill(int number, const Run& run) {
    add(number, [&](Event& event) {
      --event.world.budget.kills;
      if (run.phase == Phase::submitted) ++event.world.kills_in_doubt;
      event.end();
    });
  }

  // What one found ticket asks for; false when this run leaves it alone.
  bool settle(int number, const Card& card, Step step) {
    const int id = card.id;
    switch (step) {
      case Step::withdraw:
        add(number, [&](Event& event) {
          event.require(!event.world.service_signs || !event.owner_is_alive(id),
                        "the request of a run that is alive is left alone");
          event.withdraw_at_service(id);
          event.run().target = id;
          event.run().phase = Phase::remove_found;
        });
        add_failure(number, [&](Event& event) {
          event.see_failure(id);
          event.run().skipped |= 1U << id;
        });
        return true;
      case Step::lose:
        add(number, [&](Event& event) {
          event.require(card.state == TicketState::intended, "only what has no name is lost");
          if (event.service(id) == Status::pending) ++event.world.lost;
          event.lose(id);
        });
        return true;
      case Step::forget:
        add(number, [&](Event& event) { event.remove(id); });
        return true;
      case Step::distrust:
        add(number, [](Event& event) { event.end(); });
        return true;
      case Step::take:
        add(number, [&](Event& event) { event.take(card); });
        return true;
      default:
        return false;
    }
  }

  void decide(int number) {
    Event look(world_, number);
    const Card* adopted = nullptr;
    for (const Card& card : world_.disk) {
      if ((look.run().skipped & (1U << card.id)) != 0) continue;
      if (world_.service_signs && look.owner_is_alive(card.id)) continue;
      if (settle(number, card, look.next(card, !world_.service_signs))) return;
      adopted = &card;  // of several the latest
    }
    add(number, [&](Event& event) {
      if (adopted == nullptr) return event.write_intent();
      event.run().card = *adopted;
      const bool submits = adopted->state == TicketState::intended;
      event.run().phase = submits ? Phase::submit : Phase::look;
      if (!submits) event.world.turn = -1;
    });
  }

  void look(int number, const Run& run) {
    switch (Event(world_, number).next(run.card, true)) {
      case Step::submit:
        if (turn_is_free(number)) add(number, [&](Event& event) { submit_again(event, number); });
        add(number, [](Event& event) { event.end(); });  // gives up
        return;
      case Step::poll:
        return ask(number, Phase::heard);
      case Step::redeem:
        return ask(number, Phase::redeemed);
      case Step::take:
        return add(number, [](Event& event) { event.take(event.run().card); });
      case Step::tell:
        return add(number, [](Event& event) { event.tell(); });
      case Step::withdraw:
        if (turn_is_free(number)) let_expire(number);
        return;
      case Step::forget:
        return add(number, [](Event& event) {
          event.remove(event.run().card.id);
          event.end();
        });
      case Step::distrust:
        return add(number, [](Event& event) { event.end(); });
      case Step::ask:
      case Step::lose:
        return add(number, [](Event& event) { event.require(false, "a run keeps its own ticket"); });
    }
  }

  static void submit_again(Event& event, int number) {
    if (event.world.service_signs) {
      event.run().phase = Phase::submit;
      return;
    }
    const Card* current = event.on_disk(event.run().card.id);
    if (current == nullptr) return event.end();
    event.run().card = *current;
    if (current->state != TicketState::intended) return;
    event.world.turn = number;
    event.run().phase = Phase::submit;
  }

  void ask(int number, Phase then) {
    add(number, [&](Event& event) {
      event.run().answer = event.service(event.run().card.id);
      event.run().phase = then;
    });
    add_failure(number, [&](Event& event) {
      event.run().answer = Status::no_answer;
      event.run().phase = then;
    });
    if (!world_.service_signs) return add(number, [](Event& event) { event.end(); });  // gives up
    withdraw_own(number);
  }

  void let_expire(int number) {
    if (world_.service_signs) return withdraw_own(number);
    Event look(world_, number);
    const Card* current = look.on_disk(look.run().card.id);
    if (current == nullptr) return add(number, [](Event& event) { event.end(); });
    if (look.next(*current, true) == Step::withdraw) return withdraw_own(number);
    add(number, [&](Event& event) { event.run().card = *current; });
  }

  void withdraw_own(int number) {
    add(number, [&](Event& event) {
      event.withdraw_at_service(event.run().card.id);
      event.run().phase = Phase::remove_own;
      if (!event.world.service_signs) event.world.turn = number;
    });
    add_failure(number, [](Event& event) {
      event.see_failure(event.run().card.id);
      event.end();
    });
  }

  const World& world_;
  std::vector<Event> events_;
};

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
