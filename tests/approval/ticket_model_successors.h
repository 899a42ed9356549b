#pragma once

#include <utility>
#include <vector>

#include "ticket_model_event.h"

// Which events can happen next.
namespace model {

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

}  // namespace model
