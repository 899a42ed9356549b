#include "answer_buffer.h"

#include <unistd.h>

#include <iostream>

#include "platform/descriptor.h"

namespace operators {

AnswerBuffer::AnswerBuffer() : std::stringbuf(std::ios::out), standard_(std::cout.rdbuf(this)) {}

AnswerBuffer::~AnswerBuffer() {
  std::cout.rdbuf(standard_);
}

bool AnswerBuffer::finish() {
  return sync() == 0;
}

int AnswerBuffer::sync() {
  if (error_number_ != 0) return -1;
  const std::string text = str();
  if (text.empty()) return 0;
  error_number_ = platform::write_everything(STDOUT_FILENO, text);
  if (error_number_ != 0) return -1;
  str({});
  return 0;
}

}  // namespace operators
