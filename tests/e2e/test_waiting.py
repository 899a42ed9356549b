"""Waiting as a person at a terminal sees it, and as a log tells it where there is none. The texts are in
messages/approvals."""

import json
import os
import re
import signal
import time

import pytest
from harness import golden, process
from harness.approvals import eventually, fake_scene, sign_words  # noqa: F401
from harness.contract import Plugin, generate_signature
from harness.rendering import fits, frames, render
from harness.screen import Screen

STATUS = re.compile(
    r"(?:waiting for )?approval (?:of sha256:[0-9a-f]{10}\.\.\. with release|[0-9a-f]{8}): (.*); (\d+):(\d\d) left"
)


@pytest.fixture
def scene(fake_scene):  # noqa: F811
    fake_scene.host.environment["TERM"] = "xterm-256color"
    return fake_scene


@pytest.fixture
def image(scene):
    return scene.artifact()


@pytest.fixture
def start(scene, image):
    """`notation sign` from a shell on a terminal so wide; the shell is still there afterwards."""
    shells = []

    def begin(columns=80, redirect=""):
        command = f'trap : INT; stty cols {columns} rows 24; "$@" {redirect}; echo "status $?"'
        command += '; read -r line; echo "read <$line>"'
        words = ["/bin/sh", "-c", command, "sh", scene.host.notation, *sign_words(), image.reference]
        shells.append(Screen(words, scene.host.environment, scene.host.folder))
        return shells[-1]

    yield begin
    for shell in shells:
        shell.close()


def status(frame):
    match = STATUS.fullmatch(frame)
    assert match, f"{frame!r} is no status"
    return match


def answer(scene, image):
    scene.gate.approve("anna", image.digest)
    scene.gate.approve("carl", image.digest)


def wait_for_frames(screen, count, seconds=30):
    end = time.monotonic() + seconds
    while len(frames(screen.text)) < count:
        assert time.monotonic() < end and screen._read(end), screen.text


def ends_with(screen, status):
    """The terminal works as before."""
    screen.wait_for(f"status {status}")
    assert screen.echoes()
    screen.type("still here\r")
    screen.wait_for("read <still here>")
    screen.end()


def screen_of(scene, screen):
    """What stays on the screen, without the shell's own line and notation's remark on layouts."""
    return scene.normalise("\n".join(render(screen.text)) + "\n")


def test_the_status_line_tells_who_is_missing_and_is_gone_at_the_end(scene, image, start):
    screen = start()
    wait_for_frames(screen, 3)
    scene.gate.approve("anna", image.digest)
    screen.wait_for("1 approved")
    scene.gate.approve("carl", image.digest)
    screen.wait_for("Successfully signed")
    ends_with(screen, 0)
    drawn = frames(screen.text)
    shown = [status(frame) for frame in drawn[:-1]]
    assert all(fits(frame) for frame in drawn)
    assert list(dict.fromkeys(match[1] for match in shown)) == [
        "0 approved, missing anna, bert, carl",
        "1 approved, 2 missing",
    ]
    assert drawn[-1] == "", "the status is not cleared at the end"
    golden.compare("approvals/screen-signed", screen_of(scene, screen))


def test_the_time_left_counts_down_each_second(scene, image, start):
    screen = start()
    wait_for_frames(screen, 5)
    left = [int(m[2]) * 60 + int(m[3]) for m in map(status, frames(screen.text))]
    assert left[0] in (899, 900) and left == sorted(left, reverse=True) and left[0] - left[-1] >= 2
    answer(scene, image)
    ends_with(screen, 0)


def test_the_bytes_of_the_status_line(scene, image, start):
    """Nothing but text, a carriage return before it and one erasure after it: no colour, no movement."""
    screen = start()
    wait_for_frames(screen, 2)
    answer(scene, image)
    ends_with(screen, 0)
    assert set(re.findall(r"\x1b.{0,3}", screen.text)) <= {m for m in re.findall(r"\x1b\[K.?", screen.text)}
    text = re.sub(r"\d+:\d\d left", "<left> left", scene.normalise(screen.text.replace("\r\n", "\n")))
    status = re.search(r"\r[^\r]*?<left> left\x1b\[K", text)[0]
    beginning = text[: text.index(status) + len(status)]
    golden.compare("approvals/screen-bytes", repr(beginning).replace("\\n", "\\n\n") + "\n")


@pytest.mark.parametrize("columns", [60, 40, 20])
def test_on_a_narrow_terminal_nothing_wraps(scene, image, start, columns):
    screen = start(columns)
    wait_for_frames(screen, 3)
    answer(scene, image)
    ends_with(screen, 0)
    assert all(fits(frame, columns) for frame in frames(screen.text)), frames(screen.text)
    assert not any(" left" in line for line in render(screen.text))


@pytest.mark.parametrize("terminal", ["dumb", ""])
def test_a_terminal_without_escapes_gets_lines(scene, image, start, terminal):
    scene.host.environment["TERM"] = terminal
    screen = start()
    scene.gate.wait_for_question("poll", count=2)
    answer(scene, image)
    ends_with(screen, 0)
    assert "\x1b" not in screen.text
    assert screen.text.count(" left") == 1, "one line in 30 seconds"


def test_a_refusal_clears_the_status_before_it_is_told(scene, image, start):
    screen = start()
    wait_for_frames(screen, 2)
    scene.gate.reject("bert", image.digest, "not before the freeze ends")
    ends_with(screen, 1)
    golden.compare("approvals/screen-refused", screen_of(scene, screen))


def test_names_cannot_draw_on_the_screen(scene, image, start):
    scene.gate.change(approvers=["\x1b[31manna\r\n", "bert\u202e", "carl"])
    screen = start()
    wait_for_frames(screen, 2)
    scene.gate.change(quorum=0)
    screen.wait_for("Successfully signed")
    ends_with(screen, 0)
    assert "\x1b[31m" not in screen.text and "\u202e" not in screen.text


def test_output_and_errors_in_files_hold_what_notation_says_alone(scene, image, start):
    screen = start(redirect=">out 2>err")
    wait_for_frames(screen, 2)
    answer(scene, image)
    ends_with(screen, 0)
    assert frames(screen.text)[-1] == ""
    assert scene.normalise((scene.host.folder / "out").read_text()).startswith("Successfully signed")
    assert scene.normalise((scene.host.folder / "err").read_text()) == ""


def test_ctrl_c_ends_it_and_the_next_run_goes_on(scene, image, start):
    screen = start()
    wait_for_frames(screen, 2)
    screen.type("\x03")
    ends_with(screen, 1)
    eventually(lambda: not process.running(scene.plugin) and not scene.programs())
    assert not image.signatures()
    assert [request["waitedFor"] for request in scene.requests()] == [False]
    again = start()
    again.wait_for("waiting again for approval")
    answer(scene, image)
    ends_with(again, 0)
    scene.verify(image)
    assert len(scene.gate.asked()) == 1


def test_ctrl_c_clears_the_status(scene, start):
    screen = start()
    wait_for_frames(screen, 2)
    screen.type("\x03")
    ends_with(screen, 1)
    killed_at_once = "signal: killed" in screen.text  # notation may be quicker than the plugin's answer to Ctrl-C
    assert killed_at_once or not any(" left" in line for line in render(screen.text)), screen.text


def test_the_end_of_the_terminal_ends_it(scene, image, start):
    screen = start()
    wait_for_frames(screen, 2)
    os.close(screen._master)
    screen._master = os.open("/dev/null", os.O_RDWR)
    eventually(lambda: not process.running(scene.plugin) and not scene.programs())
    assert not image.signatures() and len(scene.requests()) == 1


def test_the_end_of_notation_alone_ends_it(scene, image, start):
    screen = start()
    wait_for_frames(screen, 2)
    (notation,) = [pid for pid in process.running(scene.host.notation) if os.getpgid(pid) == screen.pid]
    os.kill(notation, signal.SIGTERM)
    screen.wait_for("status 143")
    eventually(lambda: not process.running(scene.plugin) and not scene.programs())
    answer(scene, image)
    ends_with(screen, 143)
    assert not image.signatures()


# Without a terminal


def log_of(scene):
    (path,) = scene.host.folder.glob("state/**/*.log")
    return path.read_text()


def log_text(scene):
    text = re.sub(r"(?m)^\S+ \d+ ", "<time> <pid> ", scene.normalise(log_of(scene)))
    text = re.sub(r"\d+:\d\d left", "<left> left", text)
    return re.sub(r"\d+ ms", "<duration> ms", text)


def test_without_a_terminal_the_log_tells_what_has_changed(scene, image):
    scene.top["log_level"] = "info"
    scene.configure()
    run = scene.sign(image)
    scene.gate.wait_for_question("poll")
    scene.gate.approve("anna", image.digest)
    eventually(lambda: "approved by anna" in log_of(scene))
    scene.gate.approve("carl", image.digest)
    result = run.succeed()
    assert scene.normalise(result.err) == "" and scene.normalise(result.out).startswith("Successfully signed")
    golden.compare("approvals/log-signed", log_text(scene))


def test_without_a_terminal_the_log_tells_why_not(scene, image):
    scene.top["log_level"] = "info"
    scene.configure()
    scene.gate.reject("bert", image.digest, "no")
    scene.sign(image).fail()
    golden.compare("approvals/log-refused", log_text(scene))


def test_the_plugin_writes_its_answer_and_nothing_else(scene):
    plugin = Plugin(scene.plugin, scene.host.environment, scene.host.folder)
    scene.gate.change(window=1)
    answered = plugin.answer("generate-signature", generate_signature("release", "EC-256"))
    assert answered["signature"]


# notify


@pytest.fixture
def notify(scene):
    """A program that keeps what it is told, a file for each time."""
    told = scene.host.folder / "told"
    told.mkdir()
    program = scene.host.folder / "notify"
    program.write_text(f"#!/bin/sh\ncat > {told}/$$\nenv > {told}/$$.env\necho noise; echo noise >&2\n")
    program.chmod(0o755)
    scene.approval["notify"] = [str(program)]
    scene.configure()
    return told


def test_notify_is_run_once_for_a_request(scene, image, notify):
    scene.host.environment["NOTATION_PKCS11_PIN"] = "1234"
    for _ in range(2):
        scene.sign(image, "--plugin-config", "approval_wait=0").fail()
    answer(scene, image)
    result = scene.sign(image).succeed()
    assert "noise" not in result.out + result.err
    (told,) = [path for path in notify.iterdir() if path.suffix == ""]
    question = json.loads(told.read_text())
    assert question["request"]["id"] == scene.gate.asked()[0]
    assert question["request"]["subject"]["artifact"]["digest"] == image.digest
    assert "1234" not in told.with_suffix(".env").read_text()


@pytest.mark.parametrize("fault", ["exit 3", "exec sleep 60"])
def test_a_notify_program_that_fails_is_a_warning(scene, image, notify, fault):
    program = scene.host.folder / "notify"
    program.write_text(f"#!/bin/sh\n{fault}\n")
    answer(scene, image)
    scene.gate.change(quorum=3)
    run = scene.sign(image)
    scene.gate.wait_for_question("submit")
    scene.gate.approve("bert", image.digest)
    run.succeed()
    assert "approval: notify " in log_of(scene)
