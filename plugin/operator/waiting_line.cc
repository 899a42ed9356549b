#include "waiting_line.h"

namespace operators {

WaitingLine::WaitingLine(TokenAccess& access, std::string text, std::function<void()> look)
    : access_(access), text_(std::move(text)), look_(std::move(look)), began_(access.clock().now()) {
  access_.while_waiting([this] {
    look_();
    show();
  });
}

WaitingLine::~WaitingLine() {
  access_.while_waiting({});
  access_.terminal().clear_status();
}

void WaitingLine::show() {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(access_.clock().now() - began_).count();
  if (seconds > 0) access_.terminal().show_status(text_ + ": " + std::to_string(seconds) + " s");
}

}  // namespace operators
