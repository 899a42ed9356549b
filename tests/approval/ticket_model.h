#pragma once

#include <array>
#include <string>
#include <vector>

#include "approval/ticket.h"

// A world of runs, one state folder, one approval service and a clock, small enough to be walked through completely.
// The decisions are those of ticket.cc; the order of effects is that of one run, and a kill may fall between any two.
namespace model {

inline constexpr int kRuns = 3;
inline constexpr int kGrantLifetime = 100;     // seconds
inline constexpr int kRequestLifetime = 1000;  // seconds

enum class Status { absent, pending, yes, no, done, expired, withdrawn, failed, no_answer };

// What matters of a ticket.
struct Card {
  int id = -1;
  schema::TicketState state = schema::TicketState::intended;
  bool named = false;  // the service's name for the request is known
  int payload = 0;
  int newest = 0, expires = 0;
  int until = -1;  // of a permission
};

enum class Phase { idle, decide, submit, submitted, look, heard, redeemed, remove_found, remove_own, over };

struct Run {
  Phase phase = Phase::idle;
  int payload = 0;
  Card card;                       // its own idea of the ticket
  Status answer = Status::absent;  // heard, not yet on disk
  int target = -1;                 // ticket of another run that is being withdrawn
  unsigned skipped = 0;            // bit set of tickets whose withdrawal failed

  bool is_alive() const { return phase != Phase::idle && phase != Phase::over; }
};

// How much may still happen.
struct Budget {
  int runs = kRuns;     // in all
  int at_once = 2;      // alive
  int kills = 0;        // of runs
  int clock_steps = 0;  // of the clock, other than slowly on
  int failures = 0;     // of the service to answer
};

struct World {
  bool service_signs = false;
  bool service_names_end = false;  // of a permission
  int now = 5000, latest = 5000;
  std::vector<Status> service;  // by request id
  std::vector<int> expires;     // likewise
  std::vector<bool> refused;    // likewise: the refusal was on disk
  std::vector<Card> disk;
  std::array<Run, kRuns> runs;
  int turn = -1;  // the run that decides
  Budget budget;
  int lost = 0, kills_in_doubt = 0;
  std::string broken;  // the invariant that does not hold

  std::string key() const;
};

struct Walk {
  std::size_t states = 0, grants = 0, taken = 0, refusals = 0, lost = 0;
  std::string broken;
};

// Breadth first over all distinct worlds.
Walk walk(const World& start);

}  // namespace model
