"""What a person sees on a terminal of 80 columns: only a line with a URI, a path or a hash in it wraps. An error may:
each of its lines is one sentence, as people look for it in a log."""

import re

import pytest
from harness import tools
from harness.screen import Screen
from harness.second_tokens import SO_PIN
from harness.token import PIN

LONG = re.compile(r"(?<!-)pkcs11:|(?<![\w.])[.~]?/\w|[0-9a-f]{32,}")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Each on a token with a certified key "release" and the file release.pem; after the status that it ends with.
COMMANDS = [
    (0, "version"),
    (0, "token list --module {module}"),
    (0, "token init --module {module} --label new --so-pin-source file:so-pin --pin-source file:pin --yes"),
    (0, "token set-pin --module {module} --token e2e --pin-source file:pin --new-pin-source file:new-pin"),
    (0, "token unlock --module {module} --token e2e --so-pin-source file:so-pin --new-pin-source file:new-pin"),
    (0, "token reset-failures --module {module} --token e2e"),
    (0, "key list --module {module} --token e2e --login"),
    (0, "key list --module {module}"),
    (0, "key generate --module {module} --token e2e --label other --spec EC-256"),
    (0, "key generate --module {module} --token e2e --label other --spec RSA-3072 --dry-run"),
    (0, "key generate --module {module} --token e2e --label other --spec EC-256 --record record.json"),
    (2, "key generate --module {module} --token e2e --label release --spec EC-256"),
    (0, "key describe {uri} --login"),
    (3, "key describe {absent}"),
    (0, "key delete {uri} --yes"),
    (0, "key register {uri} --chain-file release.pem"),
    (0, "cert csr {uri} --subject CN=release,O=Example,ST=ZH,C=CH --out release.csr"),
    (0, "cert self-sign {uri} --out another.pem"),
    (2, "cert self-sign {uri} --out release.pem"),
    (0, "cert import {uri} --chain release.pem --to-token"),
    (0, "cert import {uri} --chain release.pem --to-file chain.pem"),
    (0, "cert lint release.pem"),
    (2, "cert lint pin"),
    (2, "cert export {uri}"),
    (3, "cert delete {uri} --yes"),
    (0, "enroll ci --module {module} --token e2e --pin-source file:pin"),
    (0, "enroll ci --module {module} --token e2e --pin-source file:pin --self-signed --trust-policy"),
    (0, "explain {uri}"),
    (0, "explain {absent}"),
    (None, "doctor {uri}"),
    (None, "doctor {uri} --chain-file release.pem --sign"),
    (None, "doctor --module {module}"),
    (None, "doctor"),
    (0, "audit show"),
    (0, "audit verify"),
    (0, "audit head"),
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
    for name, secret in (("pin", PIN), ("so-pin", SO_PIN), ("new-pin", "4321")):
        (desk.folder / name).write_text(secret + "\n")
        (desk.folder / name).chmod(0o600)
    return desk


def without_errors(lines):
    """Drops the lines of an error: its first one, and what is indented below that."""
    kept, is_error = [], False
    for line in lines:
        is_error = line.startswith("notation-pkcs11: ") or (is_error and line.startswith("  "))
        if not is_error:
            kept.append(line)
    return kept


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
    assert [each for each in without_errors(lines) if len(each) > 80 and not LONG.search(each)] == []
    assert all(each.isprintable() for each in lines), lines
    for secret in (PIN, SO_PIN):
        assert not re.search(rf"(?<![0-9a-fA-F%]){secret}(?![0-9a-fA-F])", "\n".join(lines))
