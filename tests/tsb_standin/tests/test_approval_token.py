import hashlib

import pytest

from .. import approval_token

PAYLOAD = bytes(range(32))
WITHOUT_TIMESTAMP = (
    "3c0000003b0004000100000002100b0072656c656173652d6b65790057102000000102030405060708090a0b0c0d0e0f10111213141516"
    "1718191a1b1c1d1e1f"
)
WITH_TIMESTAMP = (
    "880000003b0004000100000002100b0072656c656173652d6b65790054104800440000005710200000010203040506"
    "0708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0701080000b955690000000002100d0074696d657374616d702d6b657900"
    "000057102000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
)


def timestamp():
    return approval_token.timestamp_value(PAYLOAD, 1767225600, "timestamp-key")


def test_a_token_without_a_timestamp_has_the_known_bytes():
    token = approval_token.build("release-key", PAYLOAD)
    assert token.hex() == WITHOUT_TIMESTAMP
    assert len(token) == 64
    assert hashlib.sha256(token).hexdigest() == "c7fd2deadd2c0de9f06f59ab4c5c61df7f72e86a736cd85394561141a9eee3a9"


def test_a_token_with_a_timestamp_has_the_known_bytes():
    token = approval_token.build("release-key", PAYLOAD, timestamp())
    assert token.hex() == WITH_TIMESTAMP
    assert len(token) == 140
    assert hashlib.sha256(token).hexdigest() == "8213941e284610042670c039558d0b583455e00b34f2cd4f3f4f820f5fb28ec5"


def test_what_was_built_is_read_back():
    wrapped = approval_token.der_signature(b"\x01" * 256)
    token = approval_token.build("release-key", PAYLOAD, timestamp(), wrapped)
    values = dict(approval_token.elements(approval_token.split_length(token)))
    assert values[approval_token.LABEL] == b"release-key"
    assert values[approval_token.SIGN_PAYLOAD] == PAYLOAD
    assert approval_token.seconds_of(token) == 1767225600
    assert approval_token.unwrap_der_signature(values[approval_token.TIMESTAMP_SIGNATURE]) == b"\x01" * 256


def test_a_token_with_a_byte_missing_or_a_byte_in_the_padding_is_not_read():
    token = bytes.fromhex(WITHOUT_TIMESTAMP)
    padding = token.index(b"release-key") + len(b"release-key")
    stained = token[:padding] + b"\x01" + token[padding + 1 :]
    for wrong in (token[:-1], stained):
        with pytest.raises(ValueError):
            approval_token.elements(approval_token.split_length(wrong))


def test_more_than_an_element_can_hold_is_refused():
    with pytest.raises(ValueError):
        approval_token.build("release-key", bytes(65536))
