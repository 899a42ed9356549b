"""Who is trusted with an HTTPS request, and how it goes through a proxy."""

import os
import ssl

import pytest
from harness import process
from http_faults_caller import SECRET, Reply, answering, fault
from http_faults_server import DAY, Certificate, drain, reply, server_context

pytest_plugins = ["http_faults_fixtures"]
PASSWORD = "s3cr3t-password"
PROXY_PASSWORD = "s3cr3t-proxy"


# Whom we trust


def test_an_expired_certificate_is_refused(serve, caller, folder, ca):
    server = serve(answering(reply()), server_context(Certificate(folder, "expired", ca, until=-DAY)))
    assert caller.post(server.url()) == fault(server, "not_sent", "its certificate has expired", "permanent")
    assert server.requests == []


@pytest.mark.parametrize("host", ["127.0.0.2", "example.com"])
def test_a_certificate_of_another_host_is_refused(serve, caller, folder, ca, host):
    server = serve(answering(reply()), server_context(Certificate(folder, "other", ca, host=host)))
    assert caller.post(server.url()) == fault(server, "not_sent", "its certificate is for another host", "permanent")
    assert server.requests == []


def test_a_certificate_of_an_unknown_ca_is_refused(serve, caller, folder, ca):
    server = serve(answering(reply()), server_context(Certificate(folder, "mine", Certificate(folder, "stranger"))))
    text = f"its certificate is not from a CA that is trusted here ({ca.path})"
    assert caller.post(server.url()) == fault(server, "not_sent", text, "permanent")
    assert server.requests == []


def test_without_a_ca_file_the_systems_cas_count(serve, caller):
    server = serve(answering(reply()))
    text = "its certificate is not from a CA that is trusted here (the system's CAs)"
    assert caller.post(server.url(), ca=None) == fault(server, "not_sent", text, "permanent")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_cannot_be_used_is_named(serve, caller, tmp_path, content):
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    server = serve(answering(reply()))
    assert caller.post(server.url(), ca=path) == fault(server, "not_sent", f"cannot use CA file {path}", "permanent")


def test_tls_before_1_2_is_refused(serve, caller, certificate):
    with pytest.warns(DeprecationWarning):
        context = server_context(certificate, ssl.TLSVersion.TLSv1_1)
    server = serve(answering(reply()), context)
    assert caller.post(server.url()) == fault(server, "not_sent", "it does not offer TLS 1.2 or newer", "permanent")


def test_tls_1_2_is_enough(serve, caller, certificate):
    server = serve(answering(reply()), server_context(certificate, ssl.TLSVersion.TLSv1_2))
    assert caller.post(server.url()) == Reply(200, "-", "{}")


def test_a_server_without_tls_is_refused(serve, caller):
    def greet(server, connection):
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        drain(connection)

    server = serve(greet=greet)
    assert caller.post(server.url()) == fault(server, "not_sent", "it does not speak TLS", "permanent")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "ftp://127.0.0.1:1/", "file:///etc/passwd", "127.0.0.1:1"])
def test_anything_but_https_is_refused(caller, url):
    answer = caller.get(url)
    assert (answer.sent, answer.lasting) == ("not_sent", "permanent")
    assert answer.text.endswith(": it is not an https URL")


# Who we are


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLS 1.2", "TLS 1.3"])
def demanding(serve, certificate, ca, request):
    return serve(answering(reply()), server_context(certificate, request.param, client_ca=ca))


def test_a_client_certificate_opens_the_door(demanding, caller, folder, ca):
    client = Certificate(folder, "client", ca)
    assert caller.post(demanding.url(), certificate=client.path, key=client.key_path) == Reply(200, "-", "{}")


def test_a_client_key_may_be_encrypted(demanding, caller, folder, ca):
    client = Certificate(folder, "locked", ca, password=PASSWORD)
    answer = caller.post(demanding.url(), certificate=client.path, key=client.key_path, password=PASSWORD)
    assert answer == Reply(200, "-", "{}")


@pytest.mark.parametrize("password, cause", [(None, "it needs a password"), ("no", "the password is wrong")])
def test_an_encrypted_client_key_without_its_password_is_named(demanding, caller, folder, ca, password, cause):
    client = Certificate(folder, "locked", ca, password=PASSWORD)
    text = f"cannot use client key {client.key_path}: not a readable PEM key, not the key of {client.path}, or {cause}"
    answer = caller.post(demanding.url(), certificate=client.path, key=client.key_path, password=password, within=5)
    assert answer == fault(demanding, "not_sent", text, "permanent")


def test_a_client_key_of_another_certificate_is_named(demanding, caller, folder, ca):
    one, other = Certificate(folder, "one", ca), Certificate(folder, "two", ca)
    text = (
        f"cannot use client key {other.key_path}: not a readable PEM key, not the key of {one.path}, "
        "or it needs a password"
    )
    answer = caller.post(demanding.url(), certificate=one.path, key=other.key_path)
    assert answer == fault(demanding, "not_sent", text, "permanent")


def test_a_missing_client_certificate_file_is_named(demanding, caller, tmp_path):
    path = tmp_path / "missing.pem"
    text = f"cannot use client certificate {path}: not a readable PEM certificate"
    assert caller.post(demanding.url(), certificate=path, key=path) == fault(demanding, "not_sent", text, "permanent")


def test_a_demanded_client_certificate_that_nobody_set_is_said(demanding, caller):
    answer = caller.post(demanding.url())
    assert (answer.sent, answer.lasting) == ("not_sent", "permanent")
    assert "demand" in answer.text and "client certificate" in answer.text
    assert demanding.requests == []


def test_a_client_certificate_that_the_service_does_not_trust_is_named(demanding, caller, folder):
    client = Certificate(folder, "foreign", Certificate(folder, "foreign-ca"))
    text = f"it does not accept client certificate {client.path}"
    answer = caller.post(demanding.url(), certificate=client.path, key=client.key_path)
    assert answer == fault(demanding, "not_sent", text, "permanent")
    assert demanding.requests == []


def test_no_copy_of_a_secret_stays_in_memory(demanding, caller, folder, ca):
    client = Certificate(folder, "locked", ca, password=PASSWORD)
    probe = [os.environ["NOTATION_PKCS11_HTTP_MEMORY_PROBE"], demanding.url(), ca.path, client.path, client.key_path]
    result = process.succeed(probe, caller.environment, stdin=PASSWORD.encode())
    status, at_first, at_last = map(int, result.out.split())
    assert status == 200 and demanding.requests[0].fields["x-api-key"] == PASSWORD
    assert at_first >= 1, "the search does not find what is there"
    assert at_last == 0


# Proxies


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
def test_a_proxy_of_the_environment_is_used_and_sees_no_header(serve, proxies, caller, variable):
    server, proxy = serve(answering(reply())), proxies()
    caller.environment[variable] = f"http://someone:{PROXY_PASSWORD}@127.0.0.1:{proxy.port}"
    assert caller.post(server.url()) == Reply(200, "-", "{}")
    assert len(proxy.headers) == 1 and len(server.requests) == 1
    assert proxy.headers[0].startswith(f"CONNECT 127.0.0.1:{server.port} ")
    assert "proxy-authorization: basic" in proxy.headers[0].lower() and SECRET not in proxy.headers[0]
    assert "proxy-authorization" not in server.requests[0].fields


def test_a_host_in_no_proxy_is_reached_directly(serve, proxies, caller):
    server, proxy = serve(answering(reply())), proxies()
    caller.environment |= {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": "example.com,127.0.0.1"}
    assert caller.post(server.url()) == Reply(200, "-", "{}")
    assert proxy.connections == 0


@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_refusing_proxy_means_not_sent(serve, proxies, caller, status):
    server, proxy = serve(answering(reply())), proxies(status)
    caller.environment["HTTPS_PROXY"] = f"http://someone:{PROXY_PASSWORD}@127.0.0.1:{proxy.port}"
    assert caller.post(server.url()) == fault(server, "not_sent", f"the proxy answered {status} to CONNECT")
    assert server.connections == 0


def test_a_proxy_that_is_not_there_is_named(serve, proxies, caller):
    server, proxy = serve(answering(reply())), proxies()
    proxy.close()
    caller.environment["HTTPS_PROXY"] = f"http://someone:{PROXY_PASSWORD}@127.0.0.1:{proxy.port}"
    text = f"no connection to the proxy 127.0.0.1:{proxy.port}: connection refused"
    assert caller.post(server.url()) == fault(server, "not_sent", text)


@pytest.mark.parametrize("proxy", ["gopher://someone:%s@127.0.0.1:1", "http://someone:%s@127.0.0.1:port"])
def test_a_proxy_that_makes_no_sense_keeps_its_password(serve, caller, proxy):
    server = serve(answering(reply()))
    caller.environment["HTTPS_PROXY"] = proxy % PROXY_PASSWORD
    assert caller.post(server.url()).sent == "not_sent"
    assert server.connections == 0
