"""URIs that the commands print are read back by other programs: p11tool, and p11-kit's own functions."""

import ctypes
import ctypes.util
import json

import pytest
from harness import process, tools
from harness.token import PIN

LABELS = ["release", "release key; 50% & more?", "schlüssel/1", "a=b:c", "' \"quoted\" '"]


def uri_of(desk, label):
    listed = desk.run("key", "list", "--module", desk.token.module, "--token", "e2e", "--json")
    for key in json.loads(listed.out)["tokens"][0]["keys"]:
        described = desk.run("key", "describe", f"{key['uri']}?module-path={desk.token.module}", "--json")
        (half,) = [part for part in json.loads(described.out)["objects"] if part["type"] == "public key"]
        if half["attributes"]["CKA_LABEL"] == label:
            return key["uri"]
    raise AssertionError(f"no key of the label {label!r}")


@pytest.fixture(scope="module")
def p11_kit():
    name = ctypes.util.find_library("p11-kit")
    if not name:
        tools.unavailable("libp11-kit is not there: apt-get install libp11-kit0")
    library = ctypes.CDLL(name)
    library.p11_kit_uri_new.restype = ctypes.c_void_p
    library.p11_kit_uri_parse.argtypes = [ctypes.c_char_p, ctypes.c_uint, ctypes.c_void_p]
    library.p11_kit_uri_format.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.POINTER(ctypes.c_char_p)]
    return library


def formatted_by_p11_kit(library, uri):
    any_kind = 1 << 4 | (1 << 1) | (1 << 2) | (1 << 3)
    parsed = library.p11_kit_uri_new()
    assert library.p11_kit_uri_parse(uri.encode(), any_kind, parsed) == 0, uri
    text = ctypes.c_char_p()
    assert library.p11_kit_uri_format(parsed, any_kind, ctypes.byref(text)) == 0
    return text.value.decode()


@pytest.mark.parametrize("label", LABELS)
def test_p11tool_finds_the_key_by_the_uri(desk, label):
    p11tool = tools.need("p11tool", "apt-get install gnutls-bin")
    desk.generate("EC-256", label, "--id", "0a01ff")
    desk.generate("EC-256", "other", "--id", "0a02")
    uri = uri_of(desk, label)
    found = process.succeed(
        [p11tool, "--provider", desk.token.module, "--login", "--list-all", uri],
        {**desk.environment, "GNUTLS_PIN": PIN},
    ).out
    assert f"Label: {label}\n" in found and "ID: 0a:01:ff" in found and "ID: 0a:02" not in found


@pytest.mark.parametrize("label", LABELS)
def test_p11_kit_reads_the_uri_and_we_read_its_own(desk, p11_kit, label):
    desk.generate("EC-256", label, "--id", "0a01ff")
    uri = uri_of(desk, label)
    theirs = formatted_by_p11_kit(p11_kit, uri)
    described = desk.run("key", "describe", f"{theirs}?module-path={desk.token.module}", "--json")
    assert json.loads(described.out)["uri"] == uri
