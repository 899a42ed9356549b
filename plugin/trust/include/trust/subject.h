#pragma once

#include <string>

namespace trust {

// The parts of a distinguished name that we write (RFC 5280 section 4.1.2.4); UTF-8, empty ones are left out.
struct Subject {
  std::string country;  // two letters
  std::string state;
  std::string locality;
  std::string organization;
  std::string organizational_unit;
  std::string common_name;  // required
};

}  // namespace trust
