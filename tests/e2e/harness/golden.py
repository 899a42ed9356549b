"""Texts that users see, compared exactly with files under messages/. UPDATE=1 rewrites those, to be read again."""

import os
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "messages"


def normalise(text, replacements):
    """Replaces what differs from run to run: given strings, times, digests, keys. Drops notation's remark on layouts."""
    text = "".join(
        line for line in text.splitlines(True) if not line.startswith("Warning: This feature is experimental")
    )
    for found, name in sorted(replacements.items(), key=lambda item: -len(str(item[0]))):
        text = text.replace(str(found), name)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d( \+0000 UTC|Z)?", "<time>", text)
    text = re.sub(r"fingerprint [0-9a-f]{16}", "fingerprint <fingerprint>", text)
    return re.sub(r"sha256:[0-9a-f]{64}", "sha256:<digest>", text)


def compare(name, text):
    path = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{path} is missing; UPDATE=1 writes it. The text:\n{text}"
    assert text == path.read_text(), f"{path} holds another text"
