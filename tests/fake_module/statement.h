#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fake {

// A rules file that cannot be understood; the text says what is wrong.
struct RuleError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One line of a rules file, cut into words. A word is bare (`always`), quoted (`"a b"`) or named (`label="a b"`).
// Quotes understand \n, \t, \\, \" and \xHH. Words are taken one by one; finish() refuses what nobody took.
class Statement {
 public:
  explicit Statement(std::string_view line);

  bool empty() const { return words_.empty(); }
  std::string next(std::string_view what);                 // the next bare or quoted word; throws if there is none
  std::optional<std::string> next_if_any();                // the same, without throwing
  std::optional<std::string> take(std::string_view name);  // value of `name=value`
  unsigned long take_number(std::string_view name, unsigned long otherwise);
  bool take_flag(std::string_view name);                    // the bare word `name`
  bool take_choice(std::string_view name, bool otherwise);  // `name`, `name=yes` or `name=no`
  void finish() const;

 private:
  struct Word {
    std::string name;  // empty unless named
    std::string value;
    bool quoted = false;
  };
  std::vector<Word> words_;
};

}  // namespace fake
