"""Servers and proxies that end with the test, and the caller that trusts them."""

import pytest
from http_faults_caller import Caller
from http_faults_server import Certificate, Proxy, Server, server_context


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="session")
def ca(folder):
    return Certificate(folder, "ca")


@pytest.fixture(scope="session")
def certificate(folder, ca):
    return Certificate(folder, "server", ca)


@pytest.fixture
def caller(ca):
    return Caller(ca.path)


@pytest.fixture
def serve(certificate):
    """serve(answer, ...): a server that is closed at the end of the test."""
    servers = []

    def start(answer=None, context=None, greet=None):
        servers.append(Server(context or server_context(certificate), answer, greet))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def proxies():
    started = []

    def start(status=200):
        started.append(Proxy(status))
        return started[-1]

    yield start
    for proxy in started:
        proxy.close()
