#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "ticket_model.h"

// What a run, a service and a state folder do in one event; the ticket's own steps are the product's.
namespace model {

using approval::Step;
using schema::Ticket;
using schema::TicketState;

inline base::WallTime time_of(int seconds) {
  return base::WallTime(std::chrono::seconds(seconds));
}

inline int seconds_of(base::WallTime time) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

inline std::string payload_hash(int payload) {
  return std::string(1, static_cast<char>('a' + payload));
}

inline Ticket ticket_of(const Card& card) {
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

inline Card card_of(const Ticket& ticket, Card card) {
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

}  // namespace model
