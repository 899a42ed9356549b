#pragma once

#include <sstream>
#include <string>

namespace operators {

// What commands print on std::cout while it lives: kept, and written to standard output whenever the stream is flushed.
// What could not be written stays, so that an answer about something that was done is not lost.
class AnswerBuffer : public std::stringbuf {
 public:
  AnswerBuffer();
  ~AnswerBuffer() override;
  AnswerBuffer(const AnswerBuffer&) = delete;
  AnswerBuffer& operator=(const AnswerBuffer&) = delete;

  // Writes what is kept. False when that failed, now or earlier.
  bool finish();

  int error_number() const { return error_number_; }  // of the first failure, else 0
  std::string unwritten() { return str(); }

 protected:
  int sync() override;

 private:
  std::streambuf* standard_;
  int error_number_ = 0;
};

}  // namespace operators
