#include "certificate_store.h"

namespace pkcs11 {

StoreResult store_certificates(const Module&, const StoreOrder&, const Login&) {
  throw base::Error(base::ErrorKind::internal, base::Phase::generate, "certificates cannot be stored");
}

std::size_t remove_certificates(const Module&, const Uri&, const std::vector<base::Bytes>&, const Login&) {
  throw base::Error(base::ErrorKind::internal, base::Phase::generate, "certificates cannot be removed");
}

}  // namespace pkcs11
