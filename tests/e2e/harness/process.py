"""Running programs: bounded time, no controlling terminal, text in and out."""

import os
import signal
import subprocess
from dataclasses import dataclass


@dataclass
class Result:
    code: int
    out: str
    err: str


def run(argv, env, stdin=b"", cwd=None, timeout=60):
    """Runs argv in a session of its own, so that no test depends on the terminal it was started from."""
    child = subprocess.Popen(
        [str(part) for part in argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: str(value) for name, value in env.items()},
        cwd=cwd,
        start_new_session=True,
    )
    try:
        out, err = child.communicate(stdin, timeout)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        out, err = child.communicate()
        raise AssertionError(f"{argv} did not end within {timeout} s; stdout {out!r}, stderr {err!r}") from None
    return Result(child.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def succeed(argv, env, **options):
    result = run(argv, env, **options)
    assert result.code == 0, f"{argv} ended with {result.code}\n{result.out}\n{result.err}"
    return result


def running(executable):
    """Process ids, zombies aside, of programs started from that path: a plugin folder is unique to a test session."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as cmdline, open(f"/proc/{entry}/stat", "rb") as stat:
                if (
                    cmdline.read().split(b"\0")[0] == str(executable).encode()
                    and stat.read().rsplit(b")", 1)[1].split()[0] != b"Z"
                ):
                    found.append(int(entry))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
