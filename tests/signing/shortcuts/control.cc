#include "contract/words.h"
#include "signing/sign_orders.h"

pkcs11::SignOrder order(const signing::SignablePayload& payload, const trust::CheckedChain& chain,
                        const approval::Grant& grant, const signing::AuditedIntent& intent, base::WallTime now) {
  return signing::SignOrders::artifact(payload, chain, grant, intent, now);
}
std::string response(const trust::CheckedChain& chain, const trust::VerifiedSignature& signature) {
  return contract::encode_response("key", chain, signature);
}
