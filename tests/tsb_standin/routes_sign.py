"""Signing, verification, and the requests of the requester."""

import base64
import re

from . import request_signature
from . import strict_json as strict
from .answer import Answer
from .errors import ServiceError
from .requests import STATUSES, Order
from .signatures import Algorithm
from .signed_approvals import check_signed_approvals

MAX_PAYLOAD = 65535
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ONLY_FOR_OTHER_ALGORITHMS = ("context", "auxiliaryRandomData", "taprootTweakData", "merkleRootData")


def _read_order(call, synchronous):
    """Gives back the order, and the approvals of a synchronous one."""
    outer = strict.Members(call.body, "body")
    inner = strict.Members(outer.required("signRequest", strict.an_object), "signRequest")
    outer.optional("requestSignature", strict.an_object)
    outer.done()
    payload = inner.required("payload", strict.binary)
    payload_type = inner.optional(
        "payloadType", strict.one_of("UNSPECIFIED", "ISO_20022", "PDF", "BTC", "ETH", "HEX")
    )
    label = inner.required("signKeyName", strict.text)
    password = inner.optional("keyPassword", strict.password)
    metadata = inner.optional("metaData", strict.binary)
    metadata_signature = inner.optional("metaDataSignature", strict.binary)
    algorithm = Algorithm(inner.required("signatureAlgorithm", strict.text))
    signature_type = inner.optional("signatureType", strict.one_of("DER", "ETH", "RAW"))
    approvals = inner.optional("signedApprovals", strict.a_list(strict.binary)) if synchronous else None
    for name in _ONLY_FOR_OTHER_ALGORITHMS:
        if inner.optional(name, strict.binary) is not None:
            strict.refuse(f"signRequest.{name} does not go with {algorithm.name}")
    inner.done()
    if not 0 < len(payload) <= MAX_PAYLOAD:
        raise ServiceError(612, f"the payload has {len(payload)} bytes; 1 to {MAX_PAYLOAD} are possible")
    if signature_type == "ETH":
        raise ServiceError(611, "signatureType ETH is not for this key")
    request_signature.check(call, "signRequest", metadata, metadata_signature)
    key = call.core.keys.find(label)
    key.check_password(password)
    key.check_usable()
    algorithm.check_key(key.public)
    algorithm.check_payload(payload)
    order = Order(
        label,
        payload,
        algorithm,
        signature_type or "DER",
        payload_type or "UNSPECIFIED",
        metadata,
        metadata_signature,
        call.spans["signRequest"],
        call.body,
    )
    return order, approvals or []


def sign(call):
    order, _ = _read_order(call, synchronous=False)
    request = call.core.ledger.submit(order)
    return Answer(201, {"signRequestId": request.id})


def synchronous_sign(call):
    order, approvals = _read_order(call, synchronous=True)
    key = call.core.keys.find(order.key_label)
    if key.policy and key.policy.use.tokens:
        check_signed_approvals(call.core, order, key.policy.use, approvals)
    signature = call.core.signer.sign(key, order)
    return Answer(200, {"signature": base64.b64encode(signature).decode()})


def verify(call):
    outer = strict.Members(call.body, "body")
    inner = strict.Members(outer.required("verifySignatureRequest", strict.an_object), "verifySignatureRequest")
    outer.done()
    key = call.core.keys.find(inner.required("signKeyName", strict.text))
    inner.optional("masterKeyPassword", strict.password)
    algorithm = Algorithm(inner.required("signatureAlgorithm", strict.text))
    payload = inner.required("payload", strict.binary)
    signature = inner.required("signature", strict.binary)
    inner.done()
    algorithm.check_payload(payload)
    return Answer(200, {"signatureValid": algorithm.is_valid(key.public, payload, signature)})


def _identifier(call):
    identifier = call.parameters["id"]
    if not _UUID.fullmatch(identifier):
        raise ServiceError(609, f"{identifier!r} is not a UUID")
    return identifier.lower()


def get_request(call):
    ledger = call.core.ledger
    return Answer(200, ledger.read(ledger.find(_identifier(call))))


def delete_request(call):
    call.core.ledger.cancel(_identifier(call))
    return Answer(200)


def filtered_requests(call):
    members = strict.Members(call.body, "body")
    statuses = members.required("requestStatusList", strict.a_list(strict.one_of(*STATUSES)))
    members.done()
    found = call.core.ledger.with_status(statuses)
    return Answer(200, {"requests": [{"id": request.id, "status": request.status} for request in found]})
