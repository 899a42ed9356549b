#pragma once

#include "schema/payload.h"

namespace schema {

// {"mediaType","digest","size","annotations"?}, as Json orders members.
template <typename Json>
Json descriptor_json(const Descriptor& artifact) {
  Json json{{"mediaType", artifact.media_type}, {"digest", artifact.digest}, {"size", artifact.size}};
  if (!artifact.annotations.empty()) json["annotations"] = artifact.annotations;
  return json;
}

}  // namespace schema
