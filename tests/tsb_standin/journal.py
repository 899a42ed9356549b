"""What reached the stand-in, for tests to assert on and to wait for."""

import threading
import time
from dataclasses import dataclass


@dataclass
class Entry:
    time: float  # of the stand-in's clock
    route: str  # "POST /v1/sign"; "connection" for one that ended before a request was read
    path: str
    role: str
    api_key: str
    body: bytes = b""
    status: int = 0  # 0 where nothing was answered
    code: int = 0  # errorCode of the answer
    note: str = ""  # the fault that was played


class Journal:
    def __init__(self):
        self._entries = []
        self._changed = threading.Condition()

    def add(self, entry):
        with self._changed:
            self._entries.append(entry)
            self._changed.notify_all()

    def changed(self):
        """Wakes those who wait; called when an entry was completed or a request moved on."""
        with self._changed:
            self._changed.notify_all()

    def entries(self, route=None):
        with self._changed:
            return [entry for entry in self._entries if route in (None, entry.route)]

    def count(self, route=None):
        return len(self.entries(route))

    def wait_until(self, condition, seconds=30, what="what was waited for"):
        """Until condition() gives something true, which comes back."""
        end = time.monotonic() + seconds
        while True:
            found = condition()
            if found:
                return found
            with self._changed:
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{what} did not happen in {seconds} s")
                self._changed.wait(min(left, 0.05))

    def wait_for(self, route, count=1, seconds=30):
        """Until that many calls of a route were answered or dropped."""
        return self.wait_until(
            lambda: len([entry for entry in self.entries(route) if entry.status or entry.note]) >= count,
            seconds,
            f"call {count} of {route}",
        )
