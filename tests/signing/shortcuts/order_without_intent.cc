#include "signing/sign_orders.h"

pkcs11::SignOrder order(const signing::SignablePayload& payload, const trust::CheckedChain& chain,
                        const approval::Grant& grant, base::WallTime now) {
  return signing::SignOrders::artifact(payload, chain, grant, now);
}
