#include "cert/making.h"

#include "signing/sign_orders.h"

namespace operators {

base::Bytes make_self_signed(FoundKey& key, const trust::Subject& subject, int days) {
  const trust::CertificateToSign prepared =
      trust::prepare_self_signed(key.public_key(), key.spec(), subject, days, key.access().clock().wall());
  return trust::assemble(prepared, key.sign(signing::SignOrders::certificate(prepared)));
}

}  // namespace operators
