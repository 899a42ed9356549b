#pragma once

#include "base/bytes.h"

namespace signing {

// What an approver may sign as an answer to a Transaction Security Broker: all bytes of an approval token, in its one
// encoding, or the characters of schema::tsb_time(). Anything else is Error(internal), also everything that could be
// read as a Notary payload.
void require_answer(base::ByteView message);

}  // namespace signing
