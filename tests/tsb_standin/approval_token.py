"""The bytes an approver signs: a length, then elements of type, length and value, padded to four bytes; little-endian."""

import struct

OPERATION = 0x003B
LABEL = 0x1002
TIMESTAMP = 0x1054
TIMESTAMP_SIGNATURE = 0x1056
SIGN_PAYLOAD = 0x1057
SECONDS = 0x0107
USE = 1
_RSA_SHA256 = bytes.fromhex("300d06092a864886f70d01010b0500")


def element(kind, value):
    if len(value) > 0xFFFF:
        raise ValueError(f"{len(value)} bytes do not fit into one element")
    return struct.pack("<HH", kind, len(value)) + value + bytes(-len(value) % 4)


def timestamp_value(payload, seconds, key_label):
    """The value of the timestamp element; it is what the timestamp key signs."""
    inner = element(SIGN_PAYLOAD, payload) + element(SECONDS, struct.pack("<Q", seconds))
    inner += element(LABEL, key_label.encode())
    return struct.pack("<I", len(inner)) + inner


def build(label, payload, timestamp=None, timestamp_signature=None):
    """The token for a use of the key. timestamp is a timestamp_value(), its signature is DER."""
    body = element(OPERATION, struct.pack("<I", USE)) + element(LABEL, label.encode())
    if timestamp is not None:
        body += element(TIMESTAMP, timestamp)
    if timestamp_signature is not None:
        body += element(TIMESTAMP_SIGNATURE, timestamp_signature)
    body += element(SIGN_PAYLOAD, payload)
    return struct.pack("<I", len(body)) + body


def elements(data):
    """The (type, value) pairs; a ValueError where lengths or padding are wrong."""
    found = []
    position = 0
    while position < len(data):
        if position + 4 > len(data):
            raise ValueError("an element is cut short")
        kind, size = struct.unpack_from("<HH", data, position)
        end = position + 4 + size
        padded = end + (-size % 4)
        if padded > len(data) or any(data[end:padded]):
            raise ValueError("an element is cut short or padded wrongly")
        found.append((kind, data[position + 4 : end]))
        position = padded
    return found


def split_length(data):
    """What follows a length of four bytes, which must be all there is."""
    if len(data) < 4 or struct.unpack_from("<I", data)[0] != len(data) - 4:
        raise ValueError("the length at the front is wrong")
    return data[4:]


def seconds_of(token):
    """The time in the token's timestamp, or None."""
    values = dict(elements(split_length(token)))
    if TIMESTAMP not in values:
        return None
    inner = dict(elements(split_length(values[TIMESTAMP])))
    return struct.unpack("<Q", inner[SECONDS])[0]


def der(tag, content):
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def der_signature(signature):
    """SEQUENCE { AlgorithmIdentifier, BIT STRING } for RSA with SHA-256."""
    return der(0x30, _RSA_SHA256 + der(0x03, b"\0" + signature))


def take_der(data, position=0):
    """The end and the start of the content of the DER value at a position."""
    if len(data) < position + 2:
        raise ValueError("the DER value is cut short")
    size, start = data[position + 1], position + 2
    if size & 0x80:
        digits = size & 0x7F
        size, start = int.from_bytes(data[start : start + digits], "big"), start + digits
    if start + size > len(data):
        raise ValueError("the DER value is cut short")
    return start + size, start


def unwrap_der_signature(value):
    """The bare signature of a wrapped one; a bare ECDSA signature, which is DER too, comes back as it is."""
    _, start = take_der(value)
    if value[start] != 0x30:
        return value
    algorithm_end, _ = take_der(value, start)
    end, content = take_der(value, algorithm_end)
    if value[algorithm_end] != 0x03 or value[content] != 0:
        raise ValueError("it is not a signature in DER")
    return value[content + 1 : end]
