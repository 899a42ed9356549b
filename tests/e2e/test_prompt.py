"""The PIN prompt as a person at a terminal meets it, through notation."""

import os
import signal

import pytest
from harness import oci, process
from harness.faked import host, token  # noqa: F401
from harness.host import PLUGIN
from harness.screen import Screen

PROMPT = "PIN"


@pytest.fixture
def screen(host, tmp_path):
    """`notation sign` started from a shell, which is still there afterwards and shows how the terminal was left."""
    host.configure_key("release", **{**host.keys["release"], "pin_source": "prompt"})
    reference = f"{tmp_path}/image@{oci.make_layout(tmp_path / 'image', 'content')}"
    command = '"$@"; echo "status $?"; read -r line; echo "read <$line>"'
    shell = Screen(
        [
            "/bin/sh",
            "-c",
            command,
            "sh",
            host.notation,
            "sign",
            "--oci-layout",
            "--plugin",
            PLUGIN,
            "--id",
            "release",
            reference,
        ],
        host.environment,
        tmp_path,
    )
    yield shell
    shell.close()


def ends_with(screen, status):
    """Waits for notation's end, and checks that the terminal works as before: echo, and lines."""
    screen.wait_for(f"status {status}")
    assert screen.echoes()
    screen.type("still here\r")
    screen.wait_for("read <still here>")
    assert "still here" in screen.text.replace("read <still here>", "")


def answer(screen, keys):
    screen.wait_for(PROMPT)
    screen.wait_for_echo(False)
    screen.type(keys)


def test_the_prompt_names_token_and_key_and_the_right_pin_signs(screen, token):
    answer(screen, "1234\r")
    screen.wait_for("Successfully signed")
    ends_with(screen, 0)
    prompt = next(line for line in screen.text.splitlines() if PROMPT in line)
    assert "e2e" in prompt and "release" in prompt
    assert "1234" not in screen.text
    assert token.calls("C_Login") == 1


def test_typing_errors_can_be_corrected(screen):
    answer(screen, "12\x7f\x7f129\x7f34\r")
    screen.wait_for("Successfully signed")
    ends_with(screen, 0)


def test_a_line_can_be_typed_again(screen):
    answer(screen, "wrong\x151234\r")
    screen.wait_for("Successfully signed")
    ends_with(screen, 0)


@pytest.mark.parametrize("key", ["\x03", "12\x03", "\x04"], ids=["ctrl-c", "ctrl-c after typing", "ctrl-d"])
def test_cancelling_is_said_and_tries_no_pin(screen, token, key):
    answer(screen, key)
    screen.wait_for("Error: failed to sign with the plugin pkcs11: ")
    ends_with(screen, 1)
    assert "cancel" in screen.text
    assert token.calls("C_Login") == 0


def test_a_wrong_pin_is_refused_once_and_not_asked_again(screen, token):
    answer(screen, "4321\r")
    screen.wait_for("CKR_PIN_INCORRECT")
    ends_with(screen, 1)
    assert token.calls("C_Login") == 1
    assert "4321" not in screen.text


def test_the_end_of_notation_ends_the_prompt(screen, host, token):
    screen.wait_for(PROMPT)
    screen.wait_for_echo(False)
    (notation,) = [pid for pid in process.running(host.notation) if os.getpgid(pid) == screen.pid]
    os.kill(notation, signal.SIGTERM)
    screen.wait_for("status 143")
    screen.wait_for_echo()
    ends_with(screen, 143)
    assert token.calls("C_Login") == 0
