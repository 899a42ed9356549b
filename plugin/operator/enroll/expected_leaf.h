#pragma once

#include "enroll/commands.h"
#include "enroll/place.h"
#include "trust/policy_subject.h"

namespace operators {

// What is known of the leaf before the key is looked for: from the chain file or the request that an earlier run left,
// from --chain, or from the flags alone.
struct ExpectedLeaf {
  trust::PolicySubject subject;
  bool self_signed = false;
  std::string file;  // which it is from, empty: from the flags
};

// Errors: invalid_settings where the flags contradict what is there already, or cannot be a subject; invalid_chain for
// files that cannot be read as what they should be.
ExpectedLeaf expect_leaf(const EnrollFlags& flags, const EnrolPlace& place);

// The subject of the flags; without --subject CN is the name. Error(invalid_settings).
trust::Subject subject_of(const EnrollFlags& flags);

}  // namespace operators
