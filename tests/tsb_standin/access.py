"""Who may call: bearer tokens, API keys by role, and the keys that sign requests."""

from .errors import ServiceError
from .signatures import load_certificate, spki

ROLES = ("keyManagementToken", "keyOperationToken", "approverToken", "serviceToken", "approverKeyManagementToken")


class Access:
    """Everything is open until something is demanded; tests change the attributes at any time.

    tokens: accepted bearer tokens with the time they end (None for never), or None where none is demanded.
    api_keys: accepted values by role, or None where none is demanded. A role without values refuses every call.
    request_signers: SubjectPublicKeyInfo of the keys one of which must sign a request, or None.
    observers: SubjectPublicKeyInfo of those who may see and delete every task.
    """

    def __init__(self, clock):
        self._clock = clock
        self.tokens = None
        self.api_keys = None
        self.request_signers = None
        self.observers = set()
        self._calls_left = {}

    def demand_tokens(self, *values, ends=None):
        self.tokens = {value: ends for value in values}

    def demand_api_keys(self, **by_role):
        unknown = set(by_role) - set(ROLES)
        if unknown:
            raise ValueError(f"unknown roles: {unknown}")
        self.api_keys = {role: list(values) for role, values in by_role.items()}

    def demand_request_signatures(self, *certificates):
        """Of the holders of these certificates (DER)."""
        self.request_signers = {spki(load_certificate(der).public_key()) for der in certificates}

    def end_api_key(self, value, after=0):
        """The key stops working, at once or after that many more calls."""
        self._calls_left[value] = after

    def check(self, role, headers, needs_token):
        if needs_token and self.tokens is not None:
            self._check_token(headers.get("Authorization"))
        if self.api_keys is not None:
            self._check_api_key(role, headers.get("X-API-KEY"))

    def _check_token(self, header):
        if not header:
            raise ServiceError(406, "the access token is missing")
        scheme, _, value = header.partition(" ")
        if scheme.lower() != "bearer" or value not in self.tokens:
            raise ServiceError(617, "the access token is not accepted")
        end = self.tokens[value]
        if end is not None and self._clock.now() >= end:
            raise ServiceError(617, "the access token has expired")

    def _check_api_key(self, role, value):
        if not value:
            raise ServiceError(416, "the API key is missing")
        if value not in self.api_keys.get(role, ()):
            raise ServiceError(631, f"the API key does not open {role}")
        if value in self._calls_left:
            if self._calls_left[value] <= 0:
                raise ServiceError(631, "the API key is not valid any more")
            self._calls_left[value] -= 1
