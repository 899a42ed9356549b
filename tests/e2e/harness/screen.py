"""A pseudo-terminal as the controlling terminal of a program: what it shows, what a person types."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time


class Screen:
    def __init__(self, argv, environment, folder, columns=0):
        """`columns`: how wide it says it is; 0 says nothing."""
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24 if columns else 0, columns, 0, 0))
            os.chdir(folder)
            os.execve(
                str(argv[0]), [str(part) for part in argv], {name: str(value) for name, value in environment.items()}
            )
        self.text = ""

    def wait_for(self, text, seconds=30):
        """Reads until the text was shown."""
        end = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < end and self._read(end), f"{text!r} is not shown: {self.text!r}"

    def type(self, keys):
        os.write(self._master, keys.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def wait_for_echo(self, on=True, seconds=30):
        end = time.monotonic() + seconds
        while self.echoes() != on:
            assert time.monotonic() < end, "echo is not switched " + ("on" if on else "off")
            time.sleep(0.005)

    def end(self, seconds=30):
        """Reads to the end and gives back the exit status."""
        end = time.monotonic() + seconds
        while self._read(end):
            assert time.monotonic() < end, f"it does not end: {self.text!r}"
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def close(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self._master)

    def _read(self, end):
        ready, _, _ = select.select([self._master], [], [], max(0, end - time.monotonic()))
        if not ready:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.text += data.decode(errors="replace")
        return bool(data)
