"""What all commands for people have in common: help, wrong words, flags and files."""

import re

from harness import tools
from harness.screen import Screen
from harness.shapes import conforms


def test_a_broken_configuration_file_is_not_passed_over(scripted):
    path = scripted.folder / "config.json"
    path.write_text("{")
    path.chmod(0o600)
    scripted.environment["NOTATION_PKCS11_CONFIG"] = path
    assert str(path) in scripted.run("key", "list", "--module", scripted.token.module, status=2).err


def test_what_is_wrong_with_flags_is_told_in_their_names(desk):
    bad = desk.run("key", "list", "--module", desk.token.module, "--login", "--pin-source", "5555", status=2)
    desk.compare("pin-source", bad)
    desk.compare("no-module", desk.run("cert", "self-sign", "pkcs11:token=e2e;object=r", "--out", "x.pem", status=2))
    desk.compare("no-object", desk.run("cert", "self-sign", "pkcs11:token=e2e", "--out", "x.pem", status=2))


def test_version_says_what_it_is(desk):
    result = desk.run("version")
    assert re.match(r"notation-pkcs11 \d+\.\d+\.\d+\n", result.out)
    assert desk.run("--version").out == result.out
    report = conforms("version", desk.run("version", "--json").out)
    assert report["contractVersions"] == ["1.0"]
    assert [library["name"] for library in report["libraries"] if library["kind"] == "opened when needed"] == ["libcurl"]
    assert all(library["version"] for library in report["libraries"])
    assert {"exec", "securosys-tsb"} <= set(report["approvalBackends"])


def test_an_unknown_word_is_named_with_the_valid_ones(desk):
    desk.compare("unknown-word", desk.run("key", "lst", status=2))
    desk.compare("unknown-first-word", desk.run("kye", status=1))
    desk.compare("no-word", desk.run(status=1))


def test_at_a_terminal_a_request_says_what_it_waits_for(desk):
    reading = "reading the artifact's descriptor from standard input"
    words = ["approvals", "request", "release"]
    screen = Screen([tools.product(), *words], desk.environment, desk.folder)
    try:
        screen.wait_for(reading)
        screen.type("\x04")
        assert screen.end() == 2
    finally:
        screen.close()
    assert reading not in desk.run(*words, status=2).err


def commands_below(desk, words):
    """Every word and group, as the help itself lists them."""
    _, _, listed = desk.run(*words, "--help").out.partition("\nSubcommands:\n")
    found = [[*words, name] for name in re.findall(r"^  ([a-z-]+) ", listed.split("\n\n")[0], re.MULTILINE)]
    return [words, *(each for command in found for each in commands_below(desk, command))]


def test_every_help_fits_80_columns_and_has_an_example(desk):
    for words in commands_below(desk, []):
        text = desk.run(*words, "--help").out
        assert "Example:\n  notation-pkcs11 " in text, words
        assert [line for line in text.splitlines() if len(line) > 80] == [], words


def test_a_group_of_commands_alone_shows_its_help(desk):
    assert desk.run("key").out == desk.run("key", "--help").out
