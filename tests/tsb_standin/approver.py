"""An approver for tests: fetches tasks, approves, refuses, over HTTPS as an app would. And policies naming approvers."""

import base64
import http.client
import json
import ssl
import urllib.parse

from cryptography.hazmat.primitives.asymmetric import ed25519

from . import approval_token
from .clock import SystemClock, iso
from .signatures import sign_plain, spki


def use_policy(quorum, approvers, timelock=0, timeout=0, blocked=False):
    """The JSON form of a policy with one token of one group; approvers are public keys."""
    approvals = [
        {"type": "public_key", "name": f"approver {number}", "value": base64.b64encode(spki(public)).decode()}
        for number, public in enumerate(approvers, 1)
    ]
    group = {"name": "main", "quorum": quorum, "approvals": approvals}
    token = {"name": "main", "timelock": timelock, "timeout": timeout, "groups": [group]}
    rule = {"tokens": [token]}
    return {
        "ruleUse": rule,
        "ruleBlock": None,
        "ruleUnblock": None,
        "ruleModify": rule,
        "keyStatus": {"blocked": blocked},
    }


class Refused(Exception):
    """The service said no; `status` is HTTP's, `answer` the decoded body."""

    def __init__(self, status, answer):
        super().__init__(f"{status} {answer}")
        self.status = status
        self.answer = answer

    @property
    def code(self):
        return self.answer.get("errorCode") if isinstance(self.answer, dict) else None


class Client:
    """One JSON call a connection."""

    def __init__(self, url, ca_file, api_key=None, token=None, certificate=None):
        self._address = urllib.parse.urlsplit(url)
        self._context = ssl.create_default_context(cafile=str(ca_file))
        if certificate:
            self._context.load_cert_chain(*certificate)
        self.headers = {"Content-Type": "application/json"}
        if api_key:
            self.headers["X-API-KEY"] = api_key
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def call(self, method, path, body=None, timeout=30):
        """body is bytes, or a value to encode. Gives back the decoded answer, None where it is empty."""
        status, _, data = self.exchange(method, path, body, timeout)
        try:
            answer = json.loads(data) if data else None
        except ValueError:
            answer = data
        if not 200 <= status < 300:
            raise Refused(status, answer)
        return answer

    def exchange(self, method, path, body=None, timeout=30):
        """Status, headers and bytes of the answer."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, separators=(",", ":")).encode()
        connection = http.client.HTTPSConnection(
            self._address.hostname, self._address.port, timeout=timeout, context=self._context
        )
        try:
            connection.request(method, path, body, self.headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


class Approver(Client):
    def __init__(self, key, url, ca_file, digest="SHA-256", clock=None, **options):
        super().__init__(url, ca_file, **options)
        self.key = key
        self.digest = "EdDSA" if isinstance(key, ed25519.Ed25519PrivateKey) else digest
        self.clock = clock or SystemClock()

    @property
    def public_key(self):
        """As the interface names it."""
        return _base64(spki(self.key.public_key()))

    def signed_time(self):
        timestamp = iso(self.clock.now())
        return {
            "timestamp": timestamp,
            "timestampSignature": self.sign(timestamp.encode()),
            "timestampDigestAlgorithm": self.digest,
            "approverPublicKey": self.public_key,
        }

    def tasks(self, level=3, **filters):
        """filters: id or requestId."""
        paging = {"pageNumber": 0, "pageSize": 100, "sortOrder": "CREATION_DATE_ASC"}
        body = {**self.signed_time(), "detailLevel": f"level{level}", "paging": paging, **filters}
        return self.call("POST", "/v1/filteredSignApprovalTask", body)["tasks"]

    def approve(self, task):
        token = base64.b64decode(task["approvalToBeSigned"])
        body = {
            "id": task["id"],
            "approvalToBeSigned": task["approvalToBeSigned"],
            "signature": self.sign(token),
            "approvalDigestAlgorithm": self.digest,
            "approverPublicKey": self.public_key,
        }
        return self.call("POST", "/v1/approval", body)

    def refuse(self, task, method="DELETE"):
        return self.call(method, "/v1/task", {"id": task["id"], **self.signed_time()})

    def approve_request(self, request_id):
        """Approves the task of one request."""
        self.approve(self.tasks(requestId=request_id)[0])

    def refuse_request(self, request_id):
        self.refuse(self.tasks(requestId=request_id)[0])

    def signed_approval(self, token):
        """An approval as synchronousSign takes it; RSA keys only."""
        signature = base64.b64decode(self.sign(token))
        content = token + approval_token.der_signature(signature) + spki(self.key.public_key())
        return _base64(len(content).to_bytes(4, "little") + content)

    def sign(self, data):
        """In base64."""
        return _base64(sign_plain(self.key, self.digest, data))


def _base64(data):
    return base64.b64encode(data).decode()
