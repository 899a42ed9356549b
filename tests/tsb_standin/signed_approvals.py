"""Approvals that the requester collected and hands in with a synchronous signature."""

from . import approval_token
from .errors import ServiceError
from .signatures import check_plain, load_public, spki


def _split(blob):
    """A length, the token, the signature in DER, the public key in DER."""
    content = approval_token.split_length(blob)
    token_end = 4 + int.from_bytes(content[:4], "little")
    signature_end, _ = approval_token.take_der(content, token_end)
    key_end, _ = approval_token.take_der(content, signature_end)
    if key_end != len(content):
        raise ValueError("more follows the public key")
    token, signature = content[:token_end], content[token_end:signature_end]
    return token, approval_token.unwrap_der_signature(signature), content[signature_end:]


def _check_token(core, order, rule, token):
    """The token must be for this key and payload; gives back the time the rule counts from."""
    values = dict(approval_token.elements(approval_token.split_length(token)))
    timestamp, wrapped = values.get(approval_token.TIMESTAMP), values.get(approval_token.TIMESTAMP_SIGNATURE)
    if token != approval_token.build(order.key_label, order.payload, timestamp, wrapped):
        raise ServiceError(403, "an approval is for something else")
    if timestamp is None:
        if rule.has_times:
            raise ServiceError(401, "the rule has times and an approval has no timestamp")
        return core.clock.now()
    if wrapped is None:
        raise ServiceError(403, "a timestamp is not signed")
    signature = approval_token.unwrap_der_signature(wrapped)
    check_plain(core.keys.timestamp_key.public_key(), "SHA-256", signature, timestamp, "the timestamp")
    seconds = approval_token.seconds_of(token)
    if timestamp != approval_token.timestamp_value(order.payload, seconds, core.keys.TIMESTAMP_KEY):
        raise ServiceError(403, "a timestamp is for something else")
    return seconds


def check_signed_approvals(core, order, rule, blobs):
    """Refuses with 401 unless a token of the rule is satisfied now."""
    tokens, approved, created = set(), {}, core.clock.now()
    for blob in blobs:
        try:
            token, signature, key = _split(blob)
            created = _check_token(core, order, rule, token)
        except (ValueError, KeyError, IndexError) as error:
            raise ServiceError(600, f"signedApprovals holds no approval: {error}") from None
        public = load_public(key)
        check_plain(public, "SHA-256", signature, token, "an approval")
        tokens.add(token)
        approved[spki(public)] = created
    usable = rule.usable_from(approved, created) if len(tokens) <= 1 else None
    now = core.clock.now()
    if usable is None or usable > now or not rule.complete(approved, now, created):
        raise ServiceError(401, "the approvals do not satisfy the policy of the key")
