"""HTTPS requests against servers that misbehave: bounded time, the right fault, and no secret in any text."""

import re

import pytest
from http_faults_caller import SECRET, Reply, answering, fault
from http_faults_server import drain, reply, reset

pytest_plugins = ["http_faults_fixtures"]
MIB = 1024 * 1024


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
    text = "it closed the connection in the middle of the answer"
    assert caller.post(server.url()) == fault(server, "maybe_sent", text)


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


def test_a_reset_during_the_tls_handshake_is_not_sent(serve, caller):
    def greet(server, connection):
        connection.recv(1)
        reset(connection)

    server = serve(greet=greet)
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
