#include "trust/chain.h"

trust::CheckedChain chain() {
  return trust::CheckedChain();
}
