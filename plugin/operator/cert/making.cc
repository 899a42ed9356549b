#include "cert/making.h"

#include "signing/sign_orders.h"

namespace operators {

base::Bytes make_self_signed(FoundKey& key, const trust::Subject& subject, int days) {
  const trust::CertificateToSign prepared =
      trust::prepare_self_signed(key.public_key(), key.spec(), subject, days, key.access().clock().wall());
  return trust::assemble(prepared, key.sign(signing::SignOrders::certificate(prepared)));
}

base::Bytes make_request(FoundKey& key, const trust::RequestContent& content) {
  const trust::RequestToSign prepared = trust::prepare_request(key.public_key(), key.spec(), content);
  return trust::assemble(prepared, key.sign(signing::SignOrders::request(prepared)));
}

}  // namespace operators
