#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace operators {

struct StoredRoot {
  std::string file;    // path in the trust store
  bool added = false;  // it was not there before
};

// Puts a certificate into notation's trust store `type`:`name`, as `notation cert add` does: PEM, 0600, in folders of
// 0700 where there are none. The file's name comes from subject and bytes, so that it is the same every time; never
// over another file. Error(invalid_settings) for a name or a type that notation does not take, and where it cannot be
// written.
StoredRoot put_into_trust_store(base::ByteView certificate, std::string_view type, const std::string& name);

}  // namespace operators
