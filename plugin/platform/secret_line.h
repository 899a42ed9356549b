#pragma once

#include <cstddef>
#include <cstdint>

#include "base/secret.h"

namespace platform {

// The keys that edit a line on the user's terminal; 0 is none.
struct EditingKeys {
  std::uint8_t interrupt = 0;
  std::uint8_t quit = 0;
  std::uint8_t end_of_input = 0;
  std::uint8_t erase = 0;
  std::uint8_t kill = 0;
};

// A line typed without echo, byte for byte. Ctrl-C, Ctrl-D, Ctrl-U, backspace and Enter work whatever the terminal's
// own keys are; erasing takes a whole UTF-8 character.
class SecretLine {
 public:
  enum class State { typing, entered, cancelled };

  SecretLine(EditingKeys keys, std::size_t limit);

  State type(std::uint8_t byte);

  bool is_too_long() const noexcept { return too_long_; }
  // Some other control character came in, for example from an arrow key: what was typed is not what was meant.
  bool has_control_character() const noexcept { return control_; }
  base::Secret take() &&;

 private:
  void clear() noexcept;
  void erase_character() noexcept;
  void append(std::uint8_t byte) noexcept;

  EditingKeys keys_;
  base::Secret buffer_;
  std::size_t size_ = 0;
  bool too_long_ = false;
  bool control_ = false;
};

}  // namespace platform
