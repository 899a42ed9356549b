"""Completion scripts, by the shells themselves where they are installed."""

import json
import os
import shutil
import subprocess

import pytest
from harness import tools
from harness.screen import Screen

SHELLS = ["bash", "zsh", "fish"]


def need(shell):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed (apt-get install {shell})")
    return program


@pytest.fixture
def script(desk):
    """The script of a shell as a file, and the program in PATH."""
    (desk.folder / "bin").mkdir()
    (desk.folder / "bin/notation-pkcs11").symlink_to(tools.product())
    desk.environment["PATH"] = f"{desk.folder / 'bin'}:{os.environ['PATH']}"

    def write(shell, name):
        path = desk.folder / name
        path.write_text(desk.run("completion", shell).out)
        return path

    return write


def run(desk, *argv):
    environment = {name: str(value) for name, value in desk.environment.items()}
    return subprocess.run(argv, env=environment, cwd=desk.folder, capture_output=True, text=True, timeout=60)


def bash(desk, script, *words):
    """What bash offers for the last word."""
    lines = f"""
source '{script}'
COMP_WORDS=({' '.join(f"'{word}'" for word in ('notation-pkcs11', *words))})
COMP_CWORD={len(words)}
_notation_pkcs11
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    result = run(desk, need("bash"), "--norc", "-c", lines)
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_one(desk, script, shell):
    result = run(desk, need(shell), "-n", script(shell, "script"))
    assert (result.returncode, result.stderr) == (0, "")


def test_bash_offers_commands_flags_and_values(desk, script):
    path = script("bash", "script")
    assert {"token", "key", "cert", "version", "completion"} <= set(bash(desk, path, ""))
    assert bash(desk, path, "to") == ["token"]
    assert bash(desk, path, "token", "re") == ["reset-failures"]
    assert "--so-pin-source" in bash(desk, path, "token", "init", "--")
    assert "--so-pin-source" not in bash(desk, path, "token", "list", "--")
    assert bash(desk, path, "token", "init", "--so-pin-source", "c") == ["credential:"]
    assert bash(desk, path, "token", "init", "--so-pin-source", "=", "c") == ["credential:"]
    assert bash(desk, path, "completion", "") == ["bash", "zsh", "fish"]
    assert bash(desk, path, "key", "generate", "--spec", "EC-2") == ["EC-256"]
    assert bash(desk, path, "key", "generate", "--label", "") == []


def test_bash_offers_files_and_configured_keys(desk, script):
    path = script("bash", "script")
    (desk.folder / "pin-file").write_text("")
    assert bash(desk, path, "token", "init", "--module", "pin") == ["pin-file"]
    assert bash(desk, path, "token", "init", "--pin-source", "file", ":", "pin") == ["pin-file"]
    config = desk.folder / "config.json"
    config.write_text(json.dumps({"version": 1, "keys": {"release": {}, "nightly": {}}}))
    config.chmod(0o600)
    desk.environment["NOTATION_PKCS11_CONFIG"] = config
    assert bash(desk, path, "explain", "rel") == ["release"]
    assert set(bash(desk, path, "token", "unlock", "--key", "")) == {"release", "nightly"}
    config.write_text("{")
    assert bash(desk, path, "explain", "rel") == []


@pytest.fixture
def odd_names(desk):
    """A configuration whose keys are named to be executed."""
    names = ["$(touch${IFS}executed)", "`touch executed`", "it's mine", "release"]
    config = desk.folder / "config.json"
    config.write_text(json.dumps({"version": 1, "keys": {name: {} for name in names}}))
    config.chmod(0o600)
    desk.environment["NOTATION_PKCS11_CONFIG"] = config
    yield
    assert not (desk.folder / "executed").exists()


def test_bash_executes_no_name_of_a_key(desk, script, odd_names):
    path = script("bash", "script")
    assert bash(desk, path, "explain", "rel") == ["release"]
    offered = " ".join(bash(desk, path, "key", "describe", ""))
    assert offered.split(" ")[-1] == "release" or "release" in offered
    assert r"\$\(touch\$\{IFS\}executed\)" in offered and r"it\'s\ mine" in offered
    assert "$(touch${IFS}executed)" in bash(desk, path, "cert", "lint", "")


def test_zsh_executes_no_name_of_a_key(desk, script, odd_names):
    path = script("zsh", "_notation-pkcs11")
    screen = Screen([need("zsh"), "-f"], {**desk.environment, "TERM": "dumb"}, desk.folder, columns=200)
    try:
        screen.type(f"fpath=('{path.parent}' $fpath); autoload -Uz compinit; compinit -u -d dump; echo rea''dy\n")
        screen.wait_for("ready")
        screen.type("notation-pkcs11 explain \t")
        screen.wait_for("executed")
        screen.type("\x15notation-pkcs11 explain rel\t")
        screen.wait_for("explain release ")
    finally:
        screen.close()


def test_fish_executes_no_name_of_a_key(desk, script, odd_names):
    path = script("fish", "script")
    line = "notation-pkcs11 explain "
    result = run(desk, need("fish"), "--no-config", "-c", f"source '{path}'; complete --do-complete='{line}'")
    assert "release" in result.stdout.split() and "$(touch${IFS}executed)" in result.stdout


def test_fish_offers_commands_flags_and_values(desk, script):
    path = script("fish", "script")

    def offered(line):
        result = run(desk, need("fish"), "--no-config", "-c", f"source '{path}'; complete --do-complete='{line}'")
        assert result.returncode == 0, result.stderr
        return [line.split("\t")[0] for line in result.stdout.splitlines()]

    assert offered("notation-pkcs11 to") == ["token"]
    assert offered("notation-pkcs11 token re") == ["reset-failures"]
    assert "--so-pin-source" in offered("notation-pkcs11 token init --")
    assert "--so-pin-source" not in offered("notation-pkcs11 token list --")
    assert offered("notation-pkcs11 token init --so-pin-source c") == ["credential:"]
    assert set(offered("notation-pkcs11 completion ")) == {"bash", "zsh", "fish"}


def test_zsh_loads_the_script(desk, script):
    path = script("zsh", "_notation-pkcs11")
    load = f"fpath=('{path.parent}' $fpath); autoload -Uz compinit; compinit -u -d dump"
    lines = f"{load}; echo $_comps[notation-pkcs11]"
    result = run(desk, need("zsh"), "-f", "-c", lines)
    assert result.stdout == "_notation-pkcs11\n", result.stderr


def test_zsh_offers_commands_flags_and_values(desk, script):
    path = script("zsh", "_notation-pkcs11")
    screen = Screen([need("zsh"), "-f"], {**desk.environment, "TERM": "dumb"}, desk.folder, columns=200)
    try:
        screen.type(f"fpath=('{path.parent}' $fpath); autoload -Uz compinit; compinit -u -d dump; echo rea''dy\n")
        screen.wait_for("ready")
        for typed, offered in (
            ("to", "token "),
            ("token re", "token reset-failures "),
            ("token init --so-p", "token init --so-pin-source "),
            ("token init --so-pin-source c", "--so-pin-source credential:"),
            ("completion z", "completion zsh "),
            ("key generate --spec EC-2", "--spec EC-256 "),
        ):
            screen.text = ""
            screen.type(f"notation-pkcs11 {typed}\t")
            screen.wait_for(offered)
            screen.type("\x15")
    finally:
        screen.close()


def test_a_shell_that_is_not_known_is_refused(desk):
    desk.compare("completion-unknown", desk.run("completion", "tcsh", status=2))
    desk.compare("completion-none", desk.run("completion", status=2))


def test_every_command_is_in_every_script(desk, script):
    for shell in SHELLS:
        text = desk.run("completion", shell).out
        for group in ("token", "key", "cert", "approvals"):
            for line in desk.run(group, "--help").out.split("Subcommands:\n")[1].split("\n\n")[0].splitlines():
                if line[:3].strip():
                    assert line.split()[0] in text
