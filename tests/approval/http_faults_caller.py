"""Runs the probe of the HTTP client and reads what became of its requests."""

import os
import re
import time
from dataclasses import dataclass

from harness import process

PROBE = os.environ["NOTATION_PKCS11_HTTP_PROBE"]
SECRET = "s3cr3t-api-key"


@dataclass
class Fault:
    sent: str
    lasting: str
    text: str


@dataclass
class Reply:
    status: int
    retry_after: str
    body: str


def parse(line):
    word, first, second, rest = line.split(" ", 3)
    return Reply(int(first), second, rest) if word == "reply" else Fault(first, second, rest)


class Caller:
    """Runs the probe: one process, one client, one or more requests."""

    def __init__(self, ca):
        self.options = {"ca": ca, "timeout": 20000}
        self.environment = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
        self.elapsed = None

    def send(self, *requests, within=15, **options):
        arguments = [f"{name}={value}" for name, value in {**self.options, **options}.items() if value is not None]
        for request in requests:
            arguments += ["--", *request, f"secret=X-API-KEY:{SECRET}"]
        start = time.monotonic()
        result = process.run([PROBE, *arguments], self.environment)
        self.elapsed = time.monotonic() - start
        assert result.code == 0 and result.err == "", result
        assert self.elapsed < within
        assert not re.search("s3cr3t", result.out), result.out
        outcomes = [parse(line) for line in result.out.splitlines()]
        assert len(outcomes) == len(requests)
        return outcomes

    def get(self, url, *words, **options):
        return self.send(("GET", url, *words), **options)[0]

    def post(self, url, *words, **options):
        return self.send(("POST", url, "body={}", *words), **options)[0]


def answering(data, stay=True):
    def answer(peer, request):
        peer.sendall(data)
        return stay

    return answer


def fault(server, sent, text, lasting="passing"):
    return Fault(sent, lasting, f"https://127.0.0.1:{server.port}: {text}")
