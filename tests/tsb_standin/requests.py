"""Signing requests and the states they go through. States are computed from the clock whenever somebody looks."""

import base64
from dataclasses import dataclass, field

from . import approval_token
from .clock import iso
from .errors import ServiceError
from .policy import Rule
from .signatures import raw_ecdsa

STATUSES = ("PENDING", "APPROVED", "EXECUTED", "FAILED", "EXPIRED", "REJECTED", "CANCELLED")
FINAL = ("EXECUTED", "FAILED", "EXPIRED", "REJECTED", "CANCELLED")


@dataclass
class Order:
    """What is to be signed, as it came in; `inner` and `outer` are the JSON of signRequest and of the whole body."""

    key_label: str
    payload: bytes
    algorithm: object
    signature_type: str = "DER"
    payload_type: str = "UNSPECIFIED"
    metadata: bytes = None
    metadata_signature: bytes = None
    inner: bytes = b"{}"
    outer: dict = field(default_factory=dict)


@dataclass
class Task:
    id: str
    request: object
    approver: bytes  # SubjectPublicKeyInfo
    fetched: float = 0


@dataclass
class Request:
    id: str
    order: Order
    key: object
    rule: Rule
    created: float
    token: bytes
    timestamp: bytes = None
    timestamp_signature: bytes = None
    wrapped_timestamp_signature: bytes = None
    status: str = "PENDING"
    approved: dict = field(default_factory=dict)  # time by approver
    refused: dict = field(default_factory=dict)
    executed: float = None
    result: str = None
    result_reads: int = 0

    @property
    def open(self):
        return self.status not in FINAL


class Ledger:
    """All requests and tasks. Callers hold the stand-in's lock."""

    def __init__(self, clock, keys, knobs, signer, new_id):
        self._clock = clock
        self._keys = keys
        self._knobs = knobs
        self._signer = signer
        self._new_id = new_id
        self.requests = {}
        self.tasks = {}

    def submit(self, order):
        key = self._keys.find(order.key_label)
        rule = key.policy.use if key.policy else Rule()
        created = self._clock.now()
        timestamp = signature = wrapped = None
        try:
            if rule.has_times:
                timestamp = approval_token.timestamp_value(order.payload, int(created), self._keys.TIMESTAMP_KEY)
                signature = self._keys.attest(timestamp)
                wrapped = approval_token.der_signature(signature)
            token = approval_token.build(order.key_label, order.payload, timestamp, wrapped)
        except ValueError as error:
            raise ServiceError(612, str(error)) from None
        request = Request(self._new_id(), order, key, rule, created, token, timestamp, signature, wrapped)
        self.requests[request.id] = request
        for approver in rule.approvers:
            task = Task(self._new_id(), request, approver)
            self.tasks[task.id] = task
        self.refresh(request)
        return request

    def find(self, identifier):
        if identifier not in self.requests:
            raise ServiceError(651, f"there is no request {identifier}")
        request = self.requests[identifier]
        self.refresh(request)
        return request

    def refresh(self, request):
        if not request.open:
            return
        now, rule = self._clock.now(), request.rule
        if self._knobs.forced_status:
            self.end(request, self._knobs.forced_status)
        elif not rule.tokens:
            self._execute(request, now)
        else:
            usable = rule.usable_from(request.approved, request.created, self._knobs.execution_delay)
            if usable is not None and usable <= now:
                self._execute(request, usable)
            elif rule.expired(now - self._knobs.expiry_delay, request.created):
                self.end(request, "EXPIRED")
            elif rule.denied(request.refused, now, request.created):
                self.end(request, "REJECTED")
            elif rule.complete(request.approved, now, request.created):
                request.status = "APPROVED"
                self._drop_tasks(request)

    def _execute(self, request, time):
        request.executed = time
        try:
            signature = self._signer.sign(request.key, request.order)
        except ServiceError:
            self.end(request, "FAILED")
            return
        request.result = base64.b64encode(signature).decode()
        self.end(request, "EXECUTED")

    def end(self, request, status):
        """Puts a request into a state, final or not."""
        if status not in STATUSES:
            raise ValueError(f"unknown status {status!r}")
        request.status = status
        if not request.open:
            self._drop_tasks(request)

    def _drop_tasks(self, request):
        self.tasks = {task.id: task for task in self.tasks.values() if task.request is not request}

    def cancel(self, identifier):
        request = self.find(identifier)
        if not request.open:
            raise ServiceError(611, f"the request is {request.status} already")
        self.end(request, "CANCELLED")

    def cancel_all_of(self, key):
        for request in self.requests.values():
            if request.key is key and request.open:
                self.end(request, "CANCELLED")

    def refresh_all(self):
        for request in list(self.requests.values()):
            self.refresh(request)

    def with_status(self, statuses):
        self.refresh_all()
        return [request for request in self.requests.values() if request.status in statuses]

    def open_tasks(self):
        self.refresh_all()
        return list(self.tasks.values())

    def task_for(self, identifier, approver=None):
        """An open task, of that approver unless None."""
        self.refresh_all()
        task = self.tasks.get(identifier)
        if task is None or approver not in (None, task.approver):
            raise ServiceError(652, f"there is no task {identifier}")
        return task

    def approve(self, task):
        self._decide(task, task.request.approved)

    def refuse(self, task):
        self._decide(task, task.request.refused)

    def _decide(self, task, decisions):
        del self.tasks[task.id]
        decisions[task.approver] = self._clock.now()
        self.refresh(task.request)

    def shown(self, request):
        """The object that a read of the request gives, without the knobs."""
        decided = {**request.approved, **request.refused}
        return {
            "id": request.id,
            "status": request.status,
            "executionTime": iso(request.executed) if request.executed else None,
            "approvedBy": _keys_in_base64(request.approved),
            "notYetApprovedBy": _keys_in_base64(key for key in request.rule.approvers if key not in decided),
            "rejectedBy": _keys_in_base64(request.refused),
            "result": request.result,
        }

    def read(self, request):
        """The object as handed out: a result may be withheld, or a status be another."""
        shown = self.shown(request)
        knobs = self._knobs
        if knobs.shown_statuses:
            shown["status"] = knobs.shown_statuses.pop(0)
            shown["result"] = None
        if shown["result"] is None:
            return shown
        if knobs.empty_results > 0:
            knobs.empty_results -= 1
            shown["result"] = None
            return shown
        if knobs.result_once and request.result_reads:
            shown["result"] = None
        request.result_reads += 1
        return shown


class Signer:
    """Makes the signatures, wrong ones on demand."""

    def __init__(self, knobs):
        self._knobs = knobs

    def sign(self, key, order):
        key.check_usable()
        payload = order.payload
        if self._knobs.wrong_signature:
            payload = bytes([payload[0] ^ 1]) + payload[1:]
        signature = order.algorithm.sign(key.private, payload, self._knobs.salt_length)
        if order.signature_type == "RAW" and order.algorithm.scheme == "ECDSA":
            return raw_ecdsa(signature, (key.private.key_size + 7) // 8)
        return signature


def _keys_in_base64(keys):
    return [base64.b64encode(key).decode() for key in keys]
