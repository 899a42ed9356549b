#pragma once

#include <chrono>
#include <string>

#include "schema/approval.h"

namespace approval {

// Who is told while people decide. Nothing it does can fail the run.
class Watcher {
 public:
  virtual ~Watcher() = default;

  virtual void asked(const schema::Ticket& ticket) = 0;  // a new request went out
  virtual void resumed(const schema::Ticket& ticket) = 0;

  // `left`: until this run gives up. Called after each answer and, where next_tick says so, in between.
  virtual void waiting(const schema::Ticket& ticket, std::chrono::seconds left) = 0;

  // How often `waiting` is wanted between answers; zero: not at all, so that waiting wakes nobody up.
  virtual std::chrono::milliseconds tick() const = 0;

  virtual void trouble(const std::string& text) = 0;  // the wait goes on in spite of it
  virtual void over() = 0;                            // clears what is on the screen
};

}  // namespace approval
