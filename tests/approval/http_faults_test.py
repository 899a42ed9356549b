"""HTTPS requests against servers that misbehave: bounded time, the right fault, and no secret in any text."""

import os
import re
import ssl
import time
from dataclasses import dataclass

import pytest
from harness import process
from http_faults_server import DAY, Certificate, Proxy, Server, drain, reply, reset, server_context

PROBE = os.environ["NOTATION_PKCS11_HTTP_PROBE"]
SECRET = "s3cr3t-api-key"
PASSWORD = "s3cr3t-password"
PROXY_PASSWORD = "s3cr3t-proxy"
MIB = 1024 * 1024


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


def answering(data, stay=True):
    def answer(peer, request):
        peer.sendall(data)
        return stay

    return answer


def fault(server, sent, text, lasting="passing"):
    return Fault(sent, lasting, f"https://127.0.0.1:{server.port}: {text}")


# Replies


def test_a_request_carries_what_was_asked_for_and_no_more(serve, caller):
    server = serve(answering(reply()))
    assert caller.post(server.url("/v1/sign"), "header=Content-Type:application/json") == Reply(200, "-", "{}")
    request = server.requests[0]
    assert (request.method, request.path, request.body) == ("POST", "/v1/sign", "{}")
    assert request.fields == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "notation-pkcs11",
        "accept": "*/*",
        "content-type": "application/json",
        "x-api-key": SECRET,
        "content-length": "2",
    }


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_request_without_a_body_says_nothing_about_one(serve, caller, method):
    server = serve(answering(reply(204, "")))
    assert caller.send((method, server.url())) == [Reply(204, "-", "")]
    assert server.requests[0].method == method
    assert not {"content-type", "content-length", "expect", "accept-encoding"} & set(server.requests[0].fields)


def test_an_empty_post_has_length_zero(serve, caller):
    server = serve(answering(reply()))
    assert caller.send(("POST", server.url())) == [Reply(200, "-", "{}")]
    assert server.requests[0].fields["content-length"] == "0"
    assert "content-type" not in server.requests[0].fields


@pytest.mark.parametrize("status", [401, 403, 404, 500, 502, 503])
def test_every_status_is_a_reply(serve, caller, status):
    server = serve(answering(reply(status, '{"errorCode":631}')))
    assert caller.get(server.url()) == Reply(status, "-", '{"errorCode":631}')
    assert len(server.requests) == 1


def test_a_busy_service_says_how_long_to_wait(serve, caller):
    assert caller.get(serve(answering(reply(429, "", "Retry-After: 17\r\n"))).url()) == Reply(429, "17", "")


def test_a_body_that_is_not_json_is_passed_on(serve, caller):
    assert caller.get(serve(answering(reply(200, "<html>"))).url()) == Reply(200, "-", "<html>")


def test_a_large_request_goes_out_without_asking_first(serve, caller):
    server = serve(answering(reply()))
    body = "x" * 100000
    assert caller.send(("POST", server.url(), f"body={body}"), within=5) == [Reply(200, "-", "{}")]
    assert server.requests[0].body == body


def test_a_redirect_is_a_reply_and_not_followed(serve, caller):
    elsewhere = serve(answering(reply()))
    server = serve(answering(reply(302, "", f"Location: {elsewhere.url()}\r\n")))
    assert caller.get(server.url()) == Reply(302, "-", "")
    assert elsewhere.connections == 0


def test_cookies_are_not_kept(serve, caller):
    server = serve(answering(reply(200, "", "Set-Cookie: a=b; Path=/\r\n")))
    caller.send(("GET", server.url()), ("GET", server.url()))
    assert "cookie" not in server.requests[1].fields


def test_netrc_is_not_read(serve, caller, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    caller.environment["HOME"] = tmp_path
    server = serve(answering(reply()))
    caller.get(server.url())
    assert "authorization" not in server.requests[0].fields


# Answers that break off or never end


def test_a_truncated_body_is_no_reply(serve, caller):
    server = serve(answering(reply(200, "{", length=2000), stay=False))
    assert caller.post(server.url()) == fault(server, "maybe_sent", "it closed the connection in the middle of the answer")


def test_a_truncated_chunk_is_no_reply(serve, caller):
    server = serve(answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{", stay=False))
    assert caller.post(server.url()).sent == "maybe_sent"


def test_a_body_without_a_length_ends_with_the_connection(serve, caller):
    server = serve(answering(b"HTTP/1.1 200 OK\r\n\r\n{}", stay=False))
    assert caller.post(server.url()) == Reply(200, "-", "{}")


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_of_64_mib_is_not_read(serve, caller, announced):
    sent = 0

    def answer(peer, request):
        nonlocal sent
        field = f"Content-Length: {64 * MIB}" if announced else "Transfer-Encoding: chunked"
        peer.sendall(f"HTTP/1.1 200 OK\r\n{field}\r\n\r\n".encode())
        piece = b"x" * MIB if announced else b"100000\r\n" + b"x" * MIB + b"\r\n"
        for _ in range(64):
            peer.sendall(piece)
            sent += MIB

    server = serve(answer)
    assert caller.get(server.url()) == fault(server, "maybe_sent", f"the answer is longer than {MIB} bytes")
    assert sent < 32 * MIB


def test_the_limit_is_the_callers(serve, caller):
    server = serve(answering(reply(200, "x" * 100)))
    assert caller.get(server.url(), limit=100) == Reply(200, "-", "x" * 100)
    assert caller.get(server.url(), limit=99) == fault(server, "maybe_sent", "the answer is longer than 99 bytes")


def test_a_compressed_answer_is_not_unpacked(serve, caller):
    server = serve(answering(reply(200, "packed", "Content-Encoding: gzip\r\n")))
    assert caller.get(server.url()) == Reply(200, "-", "packed")


def test_a_header_without_end_is_cut_off(serve, caller):
    def answer(peer, request):
        peer.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            peer.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")

    server = serve(answer)
    assert caller.get(server.url()) == fault(
        server, "maybe_sent", "the header of the answer is longer than 65536 bytes"
    )


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_an_answer_byte_by_byte_ends_at_the_deadline(serve, caller, start):
    def answer(peer, request):
        peer.sendall(start)
        while not server.over.wait(0.05):
            peer.sendall(b"x")

    server = serve(answer)
    assert caller.post(server.url(), timeout=1500, within=8) == fault(server, "maybe_sent", "timed out after 1.5 s")
    assert caller.elapsed >= 1.5


def test_silence_ends_at_the_deadline(serve, caller):
    server = serve(lambda peer, request: server.over.wait(30))
    assert caller.post(server.url(), timeout=1000, within=8) == fault(server, "maybe_sent", "timed out after 1 s")


def test_something_else_than_http_is_no_reply(serve, caller):
    server = serve(answering(b"220 mail.example.com ready\r\n", stay=False))
    assert caller.post(server.url()) == fault(server, "maybe_sent", "it answered with something that is not HTTP")


# Connections that break


def test_nobody_listening_is_not_sent(serve, caller):
    server = serve()
    server.close()
    assert caller.post(server.url()) == fault(server, "not_sent", "no connection: connection refused")


def test_a_host_without_an_address_is_not_sent(caller):
    answer = caller.post("https://nowhere.invalid/", timeout=4000, within=12)
    assert (answer.sent, answer.lasting) == ("not_sent", "passing")
    assert re.fullmatch(
        r"https://nowhere\.invalid:443: (the host name cannot be resolved|timed out after 4 s while connecting)",
        answer.text,
    )


def test_a_reset_before_tls_is_not_sent(serve, caller):
    server = serve(greet=lambda server, connection: reset(connection))
    assert caller.post(server.url()) == fault(server, "not_sent", "the connection ended during the TLS handshake")


def test_a_server_that_never_greets_is_given_up_on(serve, caller):
    server = serve(greet=lambda server, connection: server.over.wait(30))
    assert caller.post(server.url(), connect=500, within=6) == fault(
        server, "not_sent", "timed out after 0.5 s while connecting"
    )


def test_a_reset_before_the_request_is_read_may_be_sent(serve, caller):
    assert caller.post(serve(None).url()).sent == "maybe_sent"


def test_a_reset_after_the_request_is_read_may_be_sent(serve, caller):
    server = serve(lambda peer, request: reset(peer))
    assert caller.post(server.url()) == fault(
        server, "maybe_sent", "the connection broke before the answer was complete"
    )
    assert len(server.requests) == 1


def test_a_reset_in_mid_answer_may_be_sent(serve, caller):
    def answer(peer, request):
        peer.sendall(reply(200, "{", length=2000))
        reset(peer)

    server = serve(answer)
    assert caller.post(server.url()).sent == "maybe_sent"


def test_an_orderly_end_without_an_answer_may_be_sent(serve, caller):
    def answer(peer, request):
        drain(peer.unwrap())

    server = serve(answer)
    assert caller.post(server.url()) == fault(server, "maybe_sent", "it closed the connection without an answer")


# Connections that are used again


def answer_the_first(peer, request):
    if request.method == "GET":
        peer.sendall(reply())
        return True
    return reset(peer)


def test_a_connection_is_used_again(serve, caller):
    server = serve(answering(reply()))
    assert caller.send(*[("GET", server.url())] * 3) == [Reply(200, "-", "{}")] * 3
    assert (server.connections, len(server.requests)) == (1, 3)


def test_libcurl_repeats_a_post_by_itself_when_a_used_connection_dies(serve, caller):
    server = serve(answer_the_first)
    caller.send(("GET", server.url()), ("POST", server.url(), "body={}"))
    methods = [request.method for request in server.requests]
    if methods == ["GET", "POST"]:
        pytest.skip("this libcurl does not")
    assert methods == ["GET", "POST", "POST"]


def test_a_post_on_a_fresh_connection_goes_out_once(serve, caller):
    server = serve(answer_the_first)
    outcomes = caller.send(("GET", server.url()), ("POST", server.url(), "body={}", "fresh"))
    assert outcomes[1] == fault(server, "maybe_sent", "the connection broke before the answer was complete")
    assert [request.method for request in server.requests] == ["GET", "POST"]
    assert server.connections == 2


def test_after_a_fault_the_client_goes_on(serve, caller):
    server = serve(answer_the_first)
    outcomes = caller.send(("POST", server.url(), "fresh"), ("GET", server.url()), ("GET", server.url()))
    assert outcomes[1:] == [Reply(200, "-", "{}")] * 2
    assert server.connections == 2


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
