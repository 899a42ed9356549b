#include "approval/grant.h"

approval::Grant grant(std::string key) {
  return approval::Grant(key);
}
