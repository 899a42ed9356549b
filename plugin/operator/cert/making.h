#pragma once

#include "found_key.h"
#include "trust/request.h"
#include "trust/test_certificate.h"

namespace operators {

// A self-signed certificate for the key, as DER; see trust::prepare_self_signed. Errors: also as FoundKey::sign.
base::Bytes make_self_signed(FoundKey& key, const trust::Subject& subject, int days);

// A certification request for the key, as DER; see trust::prepare_request. Errors: likewise.
base::Bytes make_request(FoundKey& key, const trust::RequestContent& content);

}  // namespace operators
