"""Processes that end at the wrong moment: nothing is signed when nobody reads the answer, no process stays behind."""

import os
import random
import signal
import subprocess
import time

import pytest
from harness import oci, process
from harness.fake import FakeModule
from harness.faked import host  # noqa: F401
from harness.host import PLUGIN

SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP]
TARGETS = ["notation", "plugin", "worker"]
SLOW = [f"sleep {function} 60" for function in ("C_Initialize", "C_OpenSession", "C_Login", "C_SignInit", "C_Finalize")]
GRACE = 0.06  # seconds: whoever saw its reader a moment before that one's end may still be on the way to C_Sign
RANDOM = random.Random(int(os.environ.get("E2E_SEED", "1")))


@pytest.fixture
def token(tmp_path, keys):
    return FakeModule(tmp_path).with_key(keys("EC-256"), *SLOW)


class Run:
    """`notation sign` under way."""

    def __init__(self, host):
        self.host = host
        self.executable = host.environment["NOTATION_LIBEXEC"] / f"plugins/{PLUGIN}/notation-{PLUGIN}"
        folder = host.folder / "image"
        reference = f"{folder}@{oci.make_layout(folder, 'content')}"
        self.notation = subprocess.Popen(
            [host.notation, "sign", "--oci-layout", "--plugin", PLUGIN, "--id", "release", reference],
            env={name: str(value) for name, value in host.environment.items()},
            cwd=host.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def plugin_processes(self):
        """Parent first, worker second."""
        return sorted(process.running(self.executable))

    def pid_of(self, target):
        if target == "notation":
            return self.notation.pid
        found = self.plugin_processes()[0 if target == "plugin" else 1 :]
        return found[0] if found else None

    def wait_for(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "what the test waits for does not happen"
            time.sleep(0.002)

    def wait_until_gone(self, target, pid):
        if target == "notation":
            self.notation.wait(30)
        else:
            self.wait_for(lambda: pid not in self.plugin_processes())

    def end(self):
        """Gives back notation's exit status once every process of ours is gone."""
        self.notation.stdout.read()
        self.notation.stderr.read()
        code = self.notation.wait(30)
        self.wait_for(lambda: not self.plugin_processes(), 10)
        return code


def kill(pid, number):
    if pid is None:
        return
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


@pytest.mark.parametrize("function", ["C_Initialize", "C_Login", "C_SignInit"])
@pytest.mark.parametrize("target", ["notation", "plugin"])
@pytest.mark.parametrize("number", SIGNALS)
def test_who_loses_its_reader_before_signing_does_not_sign(host, token, keys, number, target, function):
    token.with_key(keys("EC-256"), f"sleep {function} 400")
    run = Run(host)
    run.wait_for(lambda: token.calls(function) == 1)
    kill(run.pid_of(target), number)
    assert run.end() != 0
    assert token.calls("C_Sign") == 0


@pytest.mark.parametrize("attempt", range(5))
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_at_a_random_moment_leaves_nothing_behind(host, token, number, target, attempt):
    run = Run(host)
    time.sleep(RANDOM.uniform(0, 0.4))
    pid = run.pid_of(target)
    kill(pid, number)
    if target == "worker":
        run.end()
        assert token.calls("C_Sign") <= 1
        return
    run.wait_until_gone(target, pid)
    time.sleep(GRACE)
    before = token.calls("C_Sign")
    run.end()
    assert token.calls("C_Sign") == before or pid is None


def test_without_a_signal_it_signs_once(host, token):
    run = Run(host)
    assert run.end() == 0
    assert token.calls("C_Sign") == 1
    assert token.calls("C_Login") == 1
