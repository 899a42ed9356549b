#include "approval/grant.h"

approval::Grant grant() {
  return approval::Grant();
}
