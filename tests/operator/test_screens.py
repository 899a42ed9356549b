"""What a person sees on a terminal of 80 columns: nothing wraps but a line with a URI, a path or a hash in it."""

import re

import pytest
from harness import tools
from harness.screen import Screen
from harness.token import PIN

LONG = re.compile(r"pkcs11:|(?<![\w.])[.~]?/\w|[0-9a-f]{32,}")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Each on a token with a certified key "release" and the file release.pem; after the status that it ends with.
COMMANDS = [
    (0, "version"),
    (0, "token list --module {module}"),
    (0, "key list --module {module} --token e2e --login"),
    (0, "key list --module {module}"),
    (0, "key generate --module {module} --token e2e --label other --spec EC-256"),
    (0, "key generate --module {module} --token e2e --label other --spec RSA-3072 --dry-run"),
    (2, "key generate --module {module} --token e2e --label release --spec EC-256"),
    (0, "key describe {uri}"),
    (3, "key describe {absent}"),
    (0, "key delete {uri} --yes"),
    (0, "key register {uri} --chain-file release.pem"),
    (0, "cert csr {uri} --subject CN=release,O=Example,ST=ZH,C=CH --out release.csr"),
    (0, "cert self-sign {uri} --out another.pem"),
    (2, "cert self-sign {uri} --out release.pem"),
    (0, "cert import {uri} --chain release.pem --to-token"),
    (0, "cert lint release.pem"),
    (0, "explain {uri}"),
    (0, "explain {absent}"),
    (None, "doctor {uri}"),
    (None, "doctor"),
    (None, "audit show"),
    (0, "approvals list"),
    (2, "key lst"),
    (1, "kye"),
    (1, ""),
]


@pytest.fixture
def certified(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    desk.uri = f"pkcs11:token=e2e;object=release?module-path={desk.token.module}"
    desk.run("cert", "self-sign", desk.uri, "--subject", "CN=release,O=Example,ST=ZH,C=CH", "--out", "release.pem")
    return desk


def screen_of(desk, words):
    """The exit status and the lines of a program whose terminal has 80 columns."""
    screen = Screen([tools.product(), *words], {**desk.environment, "TERM": "xterm"}, desk.folder, columns=80)
    try:
        status = screen.end(120)
    finally:
        screen.close()
    text = COLOUR.sub("", screen.text).replace("\r\n", "\n")
    # A status line is drawn over itself; what counts is each of its drawings.
    return status, [part for line in text.split("\n") for part in line.replace("\x1b[K", "").split("\r")]


@pytest.mark.parametrize(("status", "line"), COMMANDS, ids=[line for _, line in COMMANDS])
def test_nothing_wraps_at_80_columns(certified, status, line):
    absent = certified.uri.replace("object=release", "object=relaese")
    filled = [word.format(module=certified.token.module, uri=certified.uri, absent=absent) for word in line.split()]
    ended, lines = screen_of(certified, filled)
    assert status is None or ended == status, "\n".join(lines)
    assert [each for each in lines if len(each) > 80 and not LONG.search(each)] == []
    assert all(each.isprintable() for each in lines), lines
    assert PIN not in "".join(lines)
