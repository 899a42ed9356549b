"""The stand-in itself: state, server, and what tests do with both."""

import pathlib
import tempfile
import threading
import uuid

from .access import Access
from .approver import Approver
from .clock import SystemClock
from .journal import Journal
from .keys import Key, KeyStore
from .knobs import Knobs
from .policy import PolicyReader
from .requests import Ledger, Signer
from .server import Server, pause
from .tls import Authority, server_context


class Standin:
    """A service on 127.0.0.1, running in threads until close(); also a context manager.

    folder: where ca.pem and the other certificates go; a temporary one unless given.
    clock: something with now(); new_id: gives the next UUID as text.
    flaw: of the server's certificate, see tls.FLAWS.
    """

    pause = staticmethod(pause)

    def __init__(self, port=0, folder=None, clock=None, new_id=None, mutual_tls=False, flaw=None):
        self._temporary = tempfile.TemporaryDirectory(prefix="tsb-standin-") if folder is None else None
        self.folder = pathlib.Path(folder or self._temporary.name).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.clock = clock or SystemClock()
        self.knobs = Knobs()
        self.journal = Journal()
        self.access = Access(self.clock)
        self.keys = KeyStore()
        self.onboarded = {}  # certificate in DER by an approver's address
        self.signer = Signer(self.knobs)
        self.ledger = Ledger(self.clock, self.keys, self.knobs, self.signer, new_id or (lambda: str(uuid.uuid4())))
        self.authority = Authority(self.folder)
        self.ca_file = self.authority.write_authority()
        self._context = server_context(self.authority, mutual_tls, flaw)
        self._server = None
        self.port = port
        self.listen()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def listen(self):
        """Starts to serve, on the port it had before."""
        self._server = Server(self.port, self, self._context)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop_listening(self):
        """As if the machine were gone: connections end, new ones are refused. The state stays."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server.end_connections()
            self._server = None

    def close(self):
        self.stop_listening()
        if self._temporary:
            self._temporary.cleanup()

    def add_key(self, label, source="EC-256", policy=None, password=None, identifier=None, attributes=None):
        """source: a spec (RSA-2048, EC-256, Ed25519 ...), a PEM file (pathlib.Path) or a key of cryptography's.
        policy: the JSON form, None for a key without rules."""
        with self.lock:
            parsed = None if policy is None else PolicyReader(self.onboarded).policy(policy)
            private = self.keys.private_key(source)
            return self.keys.add(Key(label, private, self.clock.now(), parsed, password, identifier, attributes))

    def block_key(self, label, blocked=True):
        with self.lock:
            self.keys.find(label).policy.blocked = blocked

    def requests(self):
        """Every request, its state brought up to date, in order of submission."""
        with self.lock:
            self.ledger.refresh_all()
            return list(self.ledger.requests.values())

    def open_requests(self):
        return [request for request in self.requests() if request.open]

    def wait_for_request(self, number=1, seconds=30):
        """Until so many requests were ever submitted; gives back the last of them."""
        wanted = f"request {number}"
        return self.journal.wait_until(lambda: self.requests()[number - 1 : number], seconds, wanted)[0]

    def end_request(self, identifier, status):
        """Puts one request into a state: FAILED, EXPIRED, REJECTED, CANCELLED ..."""
        with self.lock:
            self.ledger.end(self.ledger.requests[identifier], status)

    def client_certificate(self, name="client"):
        """Files of a certificate and its key that mutual TLS accepts."""
        return self.authority.issue_client(name)

    def approver(self, key, **options):
        """An approver with that private key, who talks to this stand-in; options are those of Approver."""
        return Approver(key, self.url, self.ca_file, clock=self.clock, **options)
