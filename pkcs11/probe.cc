#include "probe.h"

namespace pkcs11 {

Probe probe_module(const Module&, const Uri&) {
  throw base::Error(base::ErrorKind::internal, base::Phase::slots, "modules cannot be probed");
}

}  // namespace pkcs11
