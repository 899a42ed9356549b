"""The man page: complete, and without a complaint of the programs that read it."""

import re
import shutil
import subprocess

import pytest


@pytest.fixture
def page(desk):
    path = desk.folder / "notation-pkcs11.1"
    path.write_text(desk.run("manual").out)
    return path


def need(program, package):
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed (apt-get install {package})")
    return found


def test_groff_has_nothing_to_say_against_it(page):
    groff = need("groff", "groff-base")
    result = subprocess.run([groff, "-man", "-ww", "-Tutf8", "-rLL=80n", page], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert "token reset-failures" in re.sub(r"\x1b\[[0-9;]*m|.\x08", "", result.stdout)


def test_mandoc_has_no_error_against_it(page):
    result = subprocess.run([need("mandoc", "mandoc"), "-Tlint", "-Wwarning", page], capture_output=True, text=True)
    complaints = [line for line in result.stdout.splitlines() if "missing date" not in line]
    assert complaints == []


def test_every_command_and_flag_of_the_help_is_in_it(desk, page):
    text = page.read_text().replace("\\-", "-")
    for group in ("token", "key", "cert", "approvals"):
        listed = desk.run(group, "--help").out.split("Subcommands:\n")[1].split("\n\n")[0]
        for verb in re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE):
            assert f".SS {group} {verb}\n" in text
            chapter = text.split(f".SS {group} {verb}\n")[1].split("\n.S")[0]
            for flag in re.findall(r"^  (--[a-z-]+)", desk.run(group, verb, "--help").out, re.MULTILINE):
                assert flag in chapter, (group, verb)
            assert "Example:" in chapter


def test_it_says_the_version(desk, page):
    version = desk.run("version").out.split()[1]
    assert version in page.read_text().splitlines()[0]


def test_man_shows_it_without_a_warning(page):
    man = need("man", "man-db")
    environment = {"MANWIDTH": "80", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    result = subprocess.run([man, "-l", "--warnings", page], capture_output=True, text=True, env=environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert "EXIT STATUS" in result.stdout
