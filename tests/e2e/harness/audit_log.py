"""An audit log as docs/audit.md describes it, read by other means than the product's."""

import hashlib
import json
import re

START = hashlib.sha256(b"notation-pkcs11 audit log, version 1").hexdigest()
TEAR = b"#torn\n"


def lines_of(path):
    """The lines in their order, each with "hash" beside its members; asserts every rule of the chain."""
    data = path.read_bytes() if path.exists() else b""
    found, previous, at = [], START, 0
    while at < len(data):
        end = data.find(b"\n", at)
        line = decode(data[at:end]) if end >= 0 else None
        if line is None:
            fence = fence_after(data, at, previous, len(found) + 1)
            if fence is None:
                assert not data.endswith(b"\n"), f"bytes that nobody fenced: {data[at : at + 100]}"
                return found
            at, line = fence
            end = data.find(b"\n", at)
        assert line["sequence"] == len(found) + 1 and line["previous"] == previous, line
        previous = hashlib.sha256(data[at:end]).hexdigest()
        found.append({**line, "hash": previous})
        at = end + 1
    return found


def decode(text):
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and line.get("version") == 1 else None


def fence_after(data, at, previous, sequence):
    """Where the line begins that fences the bytes from `at` on, and the line."""
    for tear in re.finditer(re.escape(TEAR), data[at:]):
        begin = at + tear.end()
        end = data.find(b"\n", begin)
        line = decode(data[begin:end]) if end >= 0 else None
        fragment = data[at : at + tear.start()]
        expected = {"size": len(fragment), "sha256": hashlib.sha256(fragment).hexdigest()}
        if line and line["event"] == "recovery" and line["fragment"] == expected:
            assert line["sequence"] == sequence and line["previous"] == previous, line
            return begin, line
    return None
