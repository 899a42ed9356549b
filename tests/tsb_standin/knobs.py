"""Everything tests can make go wrong."""

import threading
from dataclasses import dataclass, field

RESET_BEFORE_READING = "reset before reading"
RESET_BEFORE_PROCESSING = "reset before processing"
RESET_AFTER_PROCESSING = "reset after processing"
RESET_MID_ANSWER = "reset mid answer"
CUT_MID_ANSWER = "cut mid answer"
ANSWER = "answer"
ANSWER_AFTER_PROCESSING = "answer after processing"
SLOW_ANSWER = "slow answer"
HANG = "hang"
HANG_AFTER_PROCESSING = "hang after processing"
KINDS = (
    *(RESET_BEFORE_READING, RESET_BEFORE_PROCESSING, RESET_AFTER_PROCESSING, RESET_MID_ANSWER, CUT_MID_ANSWER),
    *(ANSWER, ANSWER_AFTER_PROCESSING, SLOW_ANSWER, HANG, HANG_AFTER_PROCESSING),
)


@dataclass
class Fault:
    """Played for `times` calls of a route ("*" for any), None for all, once `skip` calls have passed."""

    route: str
    kind: str
    times: int = 1
    skip: int = 0
    status: int = 500
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    fill: int = 0  # this many spaces follow the body
    pace: float = 0.1  # seconds between the bytes of a slow answer

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind {self.kind!r}")
        if isinstance(self.body, str):
            self.body = self.body.encode()


@dataclass
class Knobs:
    """Attributes take effect at the next call; counts go down as they are used."""

    execution_delay: float = 0  # seconds from APPROVED to EXECUTED
    expiry_delay: float = 0  # seconds until EXPIRED is shown
    latency: dict = field(default_factory=dict)  # seconds by route, "*" for any
    forced_status: str = None  # of every request that has not ended
    shown_statuses: list = field(default_factory=list)  # shown instead of the real one, one for each read
    empty_results: int = 0  # so many reads of EXECUTED have no result
    result_once: bool = False  # a result is handed out once
    wrong_signature: bool = False  # a real signature, of something else
    salt_length: int = None  # of RSA-PSS; None for the length of the digest
    credential_status: int = 401  # HTTP status of codes 406, 416, 617 and 631
    drop_connections: int = 0  # so many connections end before TLS begins
    token_on_approver_routes: bool = False  # whether those demand a bearer token as well
    request_signature_member: str = None  # digestAlgorithm or signatureAlgorithm; None accepts both
    faults: list = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def fault(self, route, kind, **more):
        with self._lock:
            self.faults.append(Fault(route, kind, **more))

    def drop(self, route, moment, **more):
        """moment is one of the RESET_ or CUT_ names."""
        self.fault(route, moment, **more)

    def answer(self, route, status, body=b"", processed=False, **more):
        """A fixed answer; processed tells whether the call takes effect all the same."""
        self.fault(route, ANSWER_AFTER_PROCESSING if processed else ANSWER, status=status, body=body, **more)

    def next_fault(self, route):
        """The fault to play for this call, or None."""
        with self._lock:
            for fault in self.faults:
                if fault.route not in ("*", route) or fault.times == 0:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def take_connection_drop(self):
        with self._lock:
            dropped = self.drop_connections > 0
            self.drop_connections -= dropped
            return dropped

    def clear(self):
        """Back to a service that does everything right."""
        self.__init__()

    def set(self, **values):
        """By name, for the control port and configuration files."""
        for name, value in values.items():
            if name == "faults":
                for fault in value:
                    self.fault(**fault)
            elif name.startswith("_") or not hasattr(self, name):
                raise ValueError(f"unknown knob {name!r}")
            else:
                setattr(self, name, value)
