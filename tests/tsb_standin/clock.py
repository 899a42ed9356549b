"""Time as the service sees it: the system's, or one that tests move."""

import datetime
import threading
import time


class SystemClock:
    def now(self):
        """Seconds since 1970."""
        return time.time()


class ManualClock:
    """Stands still until a test moves it."""

    def __init__(self, start=1767225600.0):
        self._now = start
        self._lock = threading.Lock()

    def now(self):
        with self._lock:
            return self._now

    def advance(self, seconds):
        with self._lock:
            self._now += seconds


class ShiftedClock(SystemClock):
    """The system's time plus what advance() added."""

    def __init__(self):
        self._ahead = 0.0

    def now(self):
        return super().now() + self._ahead

    def advance(self, seconds):
        self._ahead += seconds


def iso(seconds):
    """ISO 8601 in UTC with milliseconds, never later than the given time."""
    whole, milliseconds = divmod(int(seconds * 1000), 1000)
    moment = datetime.datetime.fromtimestamp(whole, datetime.timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"


def parse_iso(text):
    """Seconds since 1970, or None where it is not ISO 8601 with a zone."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None
