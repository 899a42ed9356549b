"""A host whose one key, `release`, is an EC-256 key on the scripted module; and the fixtures for it."""

import pytest

from . import certs
from .certs import Certificate, Profile
from .fake import FakeModule
from .host import Host

PIN = "1234"


def configure_release(host, keys, root, pin=PIN, **more):
    """Chain file, PIN file and configuration of the key; gives back the settings."""
    host.pin_file(pin)
    certs.write_chain(host.folder / "chain.pem", [Certificate(Profile(), keys("EC-256"), root), root])
    settings = {
        "uri": "pkcs11:token=e2e;object=release",
        "module": host.token.module,
        "chain_file": "chain.pem",
        "pin_source": "file:pin",
        **more,
    }
    host.configure_key("release", **settings)
    return settings


@pytest.fixture
def token(tmp_path, keys):
    return FakeModule(tmp_path).with_key(keys("EC-256"))


@pytest.fixture
def host(tmp_path, libexec, token, keys, root):
    host = Host(tmp_path, libexec, token)
    configure_release(host, keys, root)
    return host
