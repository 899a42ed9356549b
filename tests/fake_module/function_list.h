#pragma once

#include <algorithm>

#include "dispatch.h"

namespace fake {

// The name of a function as a template argument.
template <std::size_t kSize>
struct FunctionName {
  char text[kSize];
  constexpr FunctionName(const char (&name)[kSize]) { std::copy_n(name, kSize, text); }
};

template <typename Function>
struct Unsupported;

// A function of the list that a signing client does not need.
template <typename... Arguments>
struct Unsupported<CK_RV (*)(Arguments...)> {
  template <FunctionName kName>
  static CK_RV call(Arguments...) {
    return run(kName.text, Subject{}, [](Turn&) -> CK_RV { return CKR_FUNCTION_NOT_SUPPORTED; });
  }
};

// The list of version 2, which is also the beginning of the lists of version 3.
CK_FUNCTION_LIST function_list(CK_VERSION version);

}  // namespace fake
