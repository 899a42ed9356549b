#include "contract/words.h"

std::string response(const trust::CheckedChain& chain, const base::Bytes& signature) {
  return contract::encode_response("key", chain, signature);
}
