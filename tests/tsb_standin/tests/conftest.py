"""A stand-in with a clock that tests move, and people."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from .. import Client, ManualClock, Standin, use_policy
from ..keys import READY_MADE, load_pem


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def standin(clock, tmp_path):
    with Standin(folder=tmp_path / "standin", clock=clock) as made:
        yield made


@pytest.fixture
def client(standin):
    return Client(standin.url, standin.ca_file)


@pytest.fixture(scope="session")
def people():
    """Private keys of three kinds: Ann's is RSA, Bob's EC, Cid's Ed25519."""
    ann = load_pem(READY_MADE / "rsa-2048.pem")
    return [ann, ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()]


@pytest.fixture
def approvers(standin, people):
    return [standin.approver(key) for key in people]


@pytest.fixture
def two_of_three(people):
    """Makes a policy; arguments are those of use_policy."""

    def make(**times):
        return use_policy(2, [key.public_key() for key in people], **times)

    return make


def base64_of(data):
    return base64.b64encode(data).decode()


def sign_request(label="release", payload=b"statement", algorithm="SHA256_WITH_ECDSA", **more):
    return {
        "payload": base64_of(payload),
        "payloadType": "UNSPECIFIED",
        "signKeyName": label,
        "signatureAlgorithm": algorithm,
        **more,
    }


def submit(client, **arguments):
    return client.call("POST", "/v1/sign", {"signRequest": sign_request(**arguments)})["signRequestId"]


def read(client, identifier):
    return client.call("GET", f"/v1/request/{identifier}")


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()
