"""Fixtures shared by the end-to-end tests; the pieces are in harness/."""

import json
import os
import pathlib

import pytest
from harness import certs, oci, process, tools
from harness.host import Host, install_unchecked_signer
from harness.token import Token

SKIPPED = 77  # what CTest reads as "skipped": every test of the file was


@pytest.fixture(scope="session")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("e2e")


@pytest.fixture(scope="session")
def archive(scratch):
    """The release archive, made from the executable under test without its debug information."""
    stripped = scratch / "notation-pkcs11"
    process.succeed(["strip", "--strip-debug", "-o", stripped, tools.product()], os.environ)
    metadata = process.succeed([tools.product(), "get-plugin-metadata"], os.environ, stdin=b"{}")
    version = json.loads(metadata.out)["version"]
    made = process.succeed([tools.SOURCE / "packaging/make-archive", stripped, version, "amd64", scratch], os.environ)
    return pathlib.Path(made.out.strip())


@pytest.fixture(scope="session")
def libexec(scratch, archive):
    """notation's plugin folder, filled by `notation plugin install`."""
    folder = scratch / "libexec"
    environment = {**os.environ, "NOTATION_CONFIG": str(scratch / "installer"), "NOTATION_LIBEXEC": str(folder)}
    process.succeed([tools.notation(), "plugin", "install", "--file", archive], environment)
    install_unchecked_signer(folder)
    return folder


@pytest.fixture(scope="session")
def registry(scratch):
    server = oci.Registry(scratch)
    yield server
    server.close()


@pytest.fixture(scope="session")
def keys(scratch):
    """Private keys by name, made on first use."""
    made = {}

    def get(spec, name=None):
        name = name or spec
        if name not in made:
            made[name] = certs.Key(spec, scratch / f"{name}.key")
        return made[name]

    return get


@pytest.fixture(scope="session")
def root(keys):
    return certs.Certificate(certs.authority(), keys("EC-256", "root"))


@pytest.fixture
def token(tmp_path):
    return Token(tmp_path).create()


@pytest.fixture
def host(tmp_path, libexec, token):
    return Host(tmp_path, libexec, token)


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter.stats.get("skipped") and not reporter.stats.get("passed"):
        session.exitstatus = SKIPPED
