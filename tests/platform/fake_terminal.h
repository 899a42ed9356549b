#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/terminal.h"

// A terminal that is there or not and answers every prompt the same.
class FakeTerminal : public platform::Terminal {
 public:
  explicit FakeTerminal(bool there, std::string answer = {}) : there_(there), answer_(std::move(answer)) {}

  bool is_there() override { return there_; }
  void show_line(std::string_view line) override {
    if (there_) lines.emplace_back(line);
  }
  void show_status(std::string_view line) override {
    if (there_) statuses.emplace_back(line);
  }
  void clear_status() override {
    if (there_) statuses.emplace_back();
  }
  void require_person() override {
    if (!there_) throw base::Error(base::ErrorKind::pin_unavailable, base::Phase::pin, "there is no terminal");
  }
  base::Secret ask_secret(std::string_view prompt) override {
    require_person();
    prompts.emplace_back(prompt);
    return base::Secret(base::bytes_of(answer_));
  }

  std::vector<std::string> lines;
  std::vector<std::string> statuses;  // an empty one where it was cleared
  std::vector<std::string> prompts;

 private:
  bool there_;
  std::string answer_;
};
