"""Fixtures for the main job: a token with a key of each spec, every key configured, an image on the registry."""

import time

import pytest

from . import certs, oci
from .certs import Certificate, Profile
from .host import PLUGIN, Host
from .token import LABEL, PIN, Token


@pytest.fixture(scope="module")
def golden(tmp_path_factory, keys):
    """A token that holds a key of each spec; tests work on copies."""
    token = Token(tmp_path_factory.mktemp("golden")).create()
    for number, spec in enumerate(certs.KEY_SPECS, start=1):
        token.import_key(keys(spec), spec, f"{number:02x}")
    return token


@pytest.fixture
def token(golden, tmp_path):
    return golden.copy_to(tmp_path)


@pytest.fixture
def host(tmp_path, libexec, token, keys, root):
    """Every key configured under the name of its spec, the root trusted."""
    host = Host(tmp_path, libexec, token)
    host.pin_file(PIN)
    for spec in certs.KEY_SPECS:
        leaf = Certificate(Profile(name=spec), keys(spec), root)
        certs.write_chain(tmp_path / f"{spec}.pem", [leaf, root])
        host.configure_key(
            spec,
            uri=f"pkcs11:token={LABEL};object={spec}",
            module=token.module,
            chain_file=f"{spec}.pem",
            pin_source="file:pin",
        )
    host.trust([root])
    return host


@pytest.fixture
def image(registry, tmp_path, request):
    """An image of its own on the registry, by digest: signatures on one image from parallel runs lose each other."""
    layout = tmp_path / "pushed"
    digest = oci.make_layout(layout, f"{request.node.name} {time.time_ns()}")
    repository = f"app{time.time_ns()}"
    registry.push(layout, repository)
    return f"{registry.host}/{repository}@{digest}"


def on_demand(host, spec):
    """The options that name a key without any configuration."""
    uri = f"pkcs11:token={LABEL};object={spec}?module-path={host.token.module}" f"&pin-source=file:{host.folder}/pin"
    return ["--plugin", PLUGIN, "--id", uri, "--plugin-config", f"chain_file={host.folder}/{spec}.pem"]
