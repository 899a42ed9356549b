#pragma once

#include <optional>
#include <string>
#include <vector>

#include "objects.h"

namespace fake {

// The part of the folder of rule `state` that belongs to one slot. Each object is a file `<name>.rule` with one
// statement and, beside it, `<name>.pem`; PIN failures are a number in `pin-failures`.
class StateFolder {
 public:
  StateFolder(const std::string& folder, CK_SLOT_ID slot);

  std::vector<Object> objects(const Quirks& quirks) const;
  // Sets the object's file name. `key` and `certificate` objects alone.
  void store(Object& object) const;
  void remove(const Object& object) const;

  std::optional<unsigned long> pin_failures() const;
  void store_pin_failures(unsigned long failures) const;

 private:
  std::string path(const std::string& name, const std::string& ending) const;

  std::string folder_;
};

}  // namespace fake
