#pragma once

#include <optional>
#include <string>
#include <vector>

#include "objects.h"
#include "slot.h"

namespace fake {

// The part of the folder of rule `state` that belongs to one slot. Each object is a file `<name>.rule` and, beside it,
// `<name>.pem`; the file has a statement and then a line for each attribute that the statement does not bring about.
// PIN failures are numbers in `pin-failures` and `so-pin-failures`; `token` is a rule with what C_InitToken, C_InitPIN
// and C_SetPIN changed.
class StateFolder {
 public:
  StateFolder(const std::string& folder, CK_SLOT_ID slot);

  std::vector<Object> objects(const Quirks& quirks) const;
  // Sets the object's file name. `key` and `certificate` objects alone.
  void store(Object& object, const Quirks& quirks) const;
  void remove(const Object& object) const;

  std::optional<unsigned long> pin_failures(CK_USER_TYPE user) const;
  void store_pin_failures(CK_USER_TYPE user, unsigned long failures) const;

  std::optional<TokenChange> token_change() const;
  void store(const TokenChange& change) const;
  void clear() const;  // all of the above

 private:
  std::string path(const std::string& name, const std::string& ending) const;

  std::string folder_;
};

}  // namespace fake
