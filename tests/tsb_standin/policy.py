"""Key policies: tokens are alternatives, every group of a token must reach its quorum."""

from dataclasses import dataclass

from cryptography.x509.oid import NameOID

from . import strict_json as strict
from .errors import ServiceError
from .signatures import load_certificate, load_public, spki

RULES = ("ruleUse", "ruleBlock", "ruleUnblock", "ruleModify")


@dataclass(frozen=True)
class Group:
    quorum: int
    approvers: frozenset  # SubjectPublicKeyInfo, DER

    def completed_at(self, approved):
        """When the quorum was reached, given the time of each approval; None if it is not."""
        times = sorted(time for key, time in approved.items() if key in self.approvers)
        return times[self.quorum - 1] if len(times) >= self.quorum else None

    def can_complete(self, refused):
        return len(self.approvers - set(refused)) >= self.quorum


@dataclass(frozen=True)
class Token:
    timelock: int  # seconds, 0 for none
    timeout: int
    groups: tuple

    def completed_at(self, approved, created):
        times = [group.completed_at(approved) for group in self.groups]
        return None if None in times else max([created, *times])

    def expired(self, now, created):
        return self.timeout > 0 and now > created + self.timeout


@dataclass(frozen=True)
class Rule:
    tokens: tuple = ()

    @property
    def approvers(self):
        """In a fixed order."""
        return sorted({key for token in self.tokens for group in token.groups for key in group.approvers})

    @property
    def has_times(self):
        return any(token.timelock or token.timeout for token in self.tokens)

    def usable_from(self, approved, created, delay=0):
        """The earliest time at which approvals, timelock and a delay for the executor let the key be used, or None."""
        times = []
        for token in self.tokens:
            completed = token.completed_at(approved, created)
            if completed is not None:
                time = max(completed, created + token.timelock) + delay
                if not token.expired(time, created):
                    times.append(time)
        return min(times, default=None)

    def complete(self, approved, now, created):
        """Whether approvals suffice in a token that still counts, timelock or not."""
        return any(
            token.completed_at(approved, created) is not None and not token.expired(now, created)
            for token in self.tokens
        )

    def expired(self, now, created):
        return all(token.expired(now, created) for token in self.tokens)

    def denied(self, refused, now, created):
        """Whether every token that still counts has a group that cannot reach its quorum any more."""
        left = [token for token in self.tokens if not token.expired(now, created)]
        return bool(left) and not any(all(group.can_complete(refused) for group in token.groups) for token in left)


@dataclass
class Policy:
    use: Rule
    blocked: bool
    document: dict

    def shown(self):
        return {**self.document, "keyStatus": {"blocked": self.blocked}}


class PolicyReader:
    """Reads the JSON form; onboarded maps an approver's address to a certificate in DER."""

    def __init__(self, onboarded=None):
        self._onboarded = onboarded or {}

    def policy(self, value, where="policy"):
        members = strict.Members(value, where)
        rules = {name: members.optional(name, self._rule(name == "ruleUse")) for name in RULES}
        status = strict.Members(members.required("keyStatus", strict.an_object), f"{where}.keyStatus")
        blocked = status.required("blocked", strict.boolean)
        status.done()
        members.done()
        document = {name: value.get(name) for name in RULES}
        return Policy(rules["ruleUse"] or Rule(), blocked, document)

    def _rule(self, must_be_reachable):
        def check(value, where):
            members = strict.Members(value, where)
            tokens = members.required("tokens", strict.a_list(self._token(must_be_reachable)))
            members.done()
            return Rule(tuple(tokens))

        return check

    def _token(self, must_be_reachable):
        def check(value, where):
            members = strict.Members(value, where)
            members.optional("name", strict.text)
            timelock = members.required("timelock", _minutes)
            timeout = members.required("timeout", _minutes)
            groups = members.optional("groups", strict.a_list(self._group(must_be_reachable)))
            members.done()
            return Token(timelock, timeout, tuple(groups or ()))

        return check

    def _group(self, must_be_reachable):
        def check(value, where):
            members = strict.Members(value, where)
            members.optional("name", strict.text)
            quorum = members.required("quorum", strict.integer)
            approvers = frozenset(members.required("approvals", strict.a_list(self._approver)))
            members.done()
            if quorum < 1 or (must_be_reachable and quorum > len(approvers)):
                strict.refuse(f"{where}.quorum is not between 1 and {len(approvers)}")
            return Group(quorum, approvers)

        return check

    def _approver(self, value, where):
        members = strict.Members(value, where)
        kind = members.required("type", strict.one_of("public_key", "certificate", "onboarded_approver_certificate"))
        name = members.optional("name", strict.text)
        data = members.optional("value", strict.binary)
        members.done()
        if kind == "onboarded_approver_certificate":
            if data is not None or name is None:
                strict.refuse(f"{where} of this type has a name and no value")
            if name not in self._onboarded:
                raise ServiceError(413, f"{where}.name is not a known approver")
            data = self._onboarded[name]
        if data is None:
            strict.refuse(f"{where}.value is missing")
        if kind == "public_key":
            return spki(load_public(data))
        certificate = load_certificate(data)
        if not certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
            raise ServiceError(604, f"{where}.value has no common name")
        return spki(load_public(spki(certificate.public_key())))


def _minutes(value, where):
    if strict.integer(value, where) < 0 or value % 60:
        strict.refuse(f"{where} is not divisible by 60")
    return value
