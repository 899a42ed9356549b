#include "worker/worker_conversation.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "worker/worker_errors.h"

namespace pkcs11 {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kLongestSleep{100};
constexpr milliseconds kTimeToDie{100};  // between the end of a socket and the end of its process

base::SteadyTime now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

WorkerConversation::WorkerConversation(WorkerLink& worker, const Timeouts& timeouts, OutputRing& output)
    : worker_(worker), timeouts_(timeouts), output_(output), last_look_(now()), phase_began_(last_look_) {}

void WorkerConversation::tell(wire::Buffer request) {
  pending_.append(request.view());
  write_pending();
}

wire::Reply WorkerConversation::ask(wire::Buffer request, const HostWatch* host) {
  worker_.page->begin_job();
  // Otherwise it is still loading, and has been for as long as it says.
  if (worker_.page->read().phase == base::Phase::none) phase_began_ = last_look_ = now();
  tell(std::move(request));
  ticked_ = now();
  while (true) {
    if (until_deadline() <= milliseconds(0)) return late_reply_or_fail();
    wait_for_worker(host);
    const Heard heard = read_reply();
    if (heard == Heard::reply) return decoded();
    if (heard == Heard::end) fail_dead();
    if (host != nullptr) look_after_host(*host);
    tick();
    write_pending();
  }
}

// What cannot be written because the worker has gone shows when its reply is read.
void WorkerConversation::write_pending() {
  while (sent_ < pending_.size()) {
    const base::ByteView rest = pending_.view().subspan(sent_);
    const ssize_t size = send(worker_.socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return;
    sent_ += static_cast<std::size_t>(size);
  }
  pending_.clear();
  sent_ = 0;
}

WorkerConversation::Heard WorkerConversation::read_reply() {
  bool ended = false;
  while (true) {
    std::array<std::uint8_t, 16'384> part;
    const ssize_t size = recv(worker_.socket, part.data(), part.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (ended) return Heard::end;
      ended = worker_.wait(milliseconds(0), output_).has_value();
      if (!ended) return Heard::nothing;
      continue;  // it may have answered and ended in between
    }
    if (size <= 0) return Heard::end;
    received_.append({part.data(), static_cast<std::size_t>(size)});
    if (received_.size() < wire::kHeaderSize) continue;
    std::size_t body = 0;
    try {
      body = wire::body_size(received_.view().first<wire::kHeaderSize>());
    } catch (const base::Error&) {
      fail_unreadable();
    }
    if (received_.size() >= wire::kHeaderSize + body) return Heard::reply;
  }
}

// Bytes behind the reply are a fault like bytes inside it: nothing else was asked for.
wire::Reply WorkerConversation::decoded() {
  const wire::Buffer message = std::exchange(received_, wire::Buffer());
  try {
    return wire::decode_reply(message.view().subspan(wire::kHeaderSize));
  } catch (const base::Error&) {
    fail_unreadable();
  }
}

void WorkerConversation::wait_for_worker(const HostWatch* host) {
  const milliseconds longest = std::min(kLongestSleep, until_deadline());
  const bool has_more = pending_.size() > sent_;
  std::array<pollfd, 4> watched{{
      {worker_.socket, static_cast<short>(has_more ? POLLIN | POLLOUT : POLLIN), 0},
      {worker_.output, POLLIN, 0},
      {worker_.process_descriptor, POLLIN, 0},
      {host == nullptr || signing_forbidden_ ? -1 : host->descriptor, 0, 0},
  }};
  // A module that closed its output must not keep us awake.
  if (output_closed_) watched[1].fd = -1;
  poll(watched.data(), watched.size(), static_cast<int>(std::max(longest, milliseconds(0)).count()));
  if ((watched[1].revents & POLLIN) != 0) {
    worker_.drain(output_);
  } else if (watched[1].revents != 0) {
    output_closed_ = true;
  }
}

milliseconds WorkerConversation::until_deadline() {
  const base::SteadyTime time = now();
  const ProgressPage::View view = worker_.page->read();
  if (view.phase_began != announced_began_) {
    announced_began_ = view.phase_began;
    phase_began_ = std::clamp(view.phase_began, last_look_, time);
  }
  last_look_ = time;
  return std::chrono::ceil<milliseconds>(phase_began_ + allowed(view) - time);
}

nanoseconds WorkerConversation::allowed(const ProgressPage::View& view) const {
  const nanoseconds slept = std::clamp<nanoseconds>(view.slept, nanoseconds(0), timeouts_.busy_wait);
  return phase_timeout(timeouts_, view.phase, person_answers_ || view.person_answers) + slept;
}

void WorkerConversation::tick() {
  if (!tick_ || now() - ticked_ < kTickTime) return;
  ticked_ = now();
  tick_();
}

void WorkerConversation::look_after_host(const HostWatch& host) {
  if (signing_forbidden_ || !host.is_there || host.is_there()) return;
  signing_forbidden_ = true;
  if (worker_.page->forbid_signing()) throw host_gone_error();
}

void WorkerConversation::fail_dead() {
  const ProgressPage::View view = worker_.page->read();
  const auto status = worker_.wait(kTimeToDie, output_);
  if (!status) worker_.kill_and_reap();
  worker_.drain(output_);
  throw died_error(view, status);
}

void WorkerConversation::fail_unreadable() {
  const ProgressPage::View view = worker_.page->read();
  worker_.kill_and_reap();
  throw unreadable_error(view);
}

// The reply may have come while we decided that it would not.
wire::Reply WorkerConversation::late_reply_or_fail() {
  const ProgressPage::View view = worker_.page->read();
  const nanoseconds limit = allowed(view);
  worker_.kill_and_reap();
  worker_.drain(output_);
  if (read_reply() == Heard::reply) return decoded();
  throw late_error(view, limit);
}

}  // namespace pkcs11
