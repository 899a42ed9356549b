import http.client
import ssl
import threading
import time

import pytest

from .. import Client, Refused, knobs
from .conftest import base64_of, compact, read, sign_request, submit

SIGN, READ = "POST /v1/sign", "GET /v1/request/{id}"
BROKEN = (ConnectionError, ssl.SSLError, http.client.HTTPException)


@pytest.fixture
def waiting(standin, client, two_of_three):
    """The id of a request that waits for two people."""
    standin.add_key("release", policy=two_of_three())
    return submit(client)


@pytest.fixture
def plain(standin):
    return standin.add_key("release")


def approve(approvers, identifier):
    for approver in approvers[:2]:
        approver.approve_request(identifier)


def test_execution_can_lag_behind_the_approvals(standin, client, clock, approvers, waiting):
    standin.knobs.execution_delay = 60
    approve(approvers, waiting)
    assert read(client, waiting)["status"] == "APPROVED"
    clock.advance(60)
    shown = read(client, waiting)
    assert shown["status"] == "EXECUTED"
    assert shown["executionTime"] == "2026-01-01T00:01:00.000Z"


def test_expiry_can_show_late(standin, client, clock, two_of_three):
    standin.knobs.expiry_delay = 300
    standin.add_key("release", policy=two_of_three(timeout=60))
    identifier = submit(client)
    clock.advance(360)
    assert read(client, identifier)["status"] == "PENDING"
    clock.advance(1)
    assert read(client, identifier)["status"] == "EXPIRED"


@pytest.mark.parametrize("status", ["FAILED", "EXPIRED", "REJECTED", "CANCELLED"])
def test_requests_can_be_forced_to_end(standin, client, waiting, status):
    standin.end_request(waiting, status)
    assert read(client, waiting)["status"] == status
    standin.knobs.forced_status = status
    assert read(client, submit(client))["status"] == status
    assert standin.open_requests() == []


def test_a_status_nobody_knows_can_be_shown(standin, client, waiting):
    standin.knobs.shown_statuses = ["PAUSED"]
    assert read(client, waiting)["status"] == "PAUSED"
    assert read(client, waiting)["status"] == "PENDING"


def test_a_result_can_be_missing_at_first(standin, client, plain):
    standin.knobs.empty_results = 1
    identifier = submit(client)
    shown = read(client, identifier)
    assert (shown["status"], shown["result"]) == ("EXECUTED", None)
    assert read(client, identifier)["result"]
    assert read(client, identifier)["result"]


def test_a_result_can_be_handed_out_once(standin, client, plain):
    standin.knobs.result_once = True
    identifier = submit(client)
    assert read(client, identifier)["result"]
    shown = read(client, identifier)
    assert (shown["status"], shown["result"]) == ("EXECUTED", None)


@pytest.mark.parametrize("knob", [{"wrong_signature": True}, {"salt_length": 20}])
def test_a_signature_can_be_wrong(standin, client, knob):
    standin.add_key("release", "RSA-2048")
    standin.knobs.set(**knob)
    asked = sign_request(algorithm="SHA256_WITH_RSA_PSS")
    signature = client.call("POST", "/v1/synchronousSign", {"signRequest": asked})["signature"]
    verify = {name: asked[name] for name in ("signKeyName", "signatureAlgorithm", "payload")}
    answer = client.call("POST", "/v1/verify", {"verifySignatureRequest": {**verify, "signature": signature}})
    assert answer == {"signatureValid": False}


def test_a_route_can_be_slow(standin, client, plain):
    standin.knobs.latency = {SIGN: 0.2}
    start = time.monotonic()
    submit(client)
    assert time.monotonic() - start >= 0.2


@pytest.mark.parametrize(
    "moment, processed",
    [
        (knobs.RESET_BEFORE_READING, False),
        (knobs.RESET_BEFORE_PROCESSING, False),
        (knobs.RESET_AFTER_PROCESSING, True),
        (knobs.RESET_MID_ANSWER, True),
        (knobs.CUT_MID_ANSWER, True),
    ],
)
def test_a_connection_can_end_at_any_moment(standin, client, plain, moment, processed):
    standin.knobs.drop(SIGN, moment)
    with pytest.raises(BROKEN):
        submit(client)
    standin.journal.wait_for(SIGN)
    entry = standin.journal.entries(SIGN)[0]
    assert (entry.note, entry.status) == (moment, 0)
    assert len(standin.requests()) == processed
    assert submit(client)


def test_connections_can_end_before_tls(standin, client):
    standin.knobs.drop_connections = 1
    with pytest.raises(BROKEN):
        client.call("GET", "/v1/versionInfo")
    assert client.call("GET", "/v1/versionInfo")


@pytest.mark.parametrize("processed", [False, True])
def test_a_call_can_be_answered_by_a_gateway(standin, client, plain, processed):
    standin.knobs.answer(SIGN, 502, b"<html>Bad Gateway</html>", processed=processed)
    status, headers, body = client.exchange("POST", "/v1/sign", compact({"signRequest": sign_request()}))
    assert (status, body) == (502, b"<html>Bad Gateway</html>")
    assert headers["Content-Type"] == "text/plain"
    assert len(standin.requests()) == processed


def test_a_burst_of_errors_starts_and_ends(standin, client, waiting):
    standin.knobs.answer(READ, 429, headers={"Retry-After": "7"}, times=2, skip=1)
    path = f"/v1/request/{waiting}"
    answers = [client.exchange("GET", path) for _ in range(4)]
    assert [status for status, _, _ in answers] == [200, 429, 429, 200]
    assert answers[1][1]["Retry-After"] == "7"


def test_an_answer_can_be_larger_than_anybody_should_read(standin, client):
    standin.knobs.answer("GET /v1/versionInfo", 200, b'{"Version":"2"}', fill=8 << 20)
    assert len(client.exchange("GET", "/v1/versionInfo")[2]) == 15 + (8 << 20)


def test_an_answer_can_come_byte_by_byte(standin, client):
    standin.knobs.fault("GET /v1/versionInfo", knobs.SLOW_ANSWER, pace=0.002)
    start = time.monotonic()
    assert client.call("GET", "/v1/versionInfo") == {"Version": "2.1.0"}
    assert time.monotonic() - start > 0.1


@pytest.mark.parametrize("kind, processed", [(knobs.HANG, False), (knobs.HANG_AFTER_PROCESSING, True)])
def test_a_call_can_hang_until_the_client_leaves(standin, client, plain, kind, processed):
    standin.knobs.fault(SIGN, kind)
    with pytest.raises(TimeoutError):
        client.call("POST", "/v1/sign", {"signRequest": sign_request()}, timeout=0.3)
    standin.journal.wait_for(SIGN)
    assert len(standin.requests()) == processed


def test_an_api_key_can_end_in_the_middle_of_polling(standin, approvers, waiting):
    standin.access.demand_api_keys(keyOperationToken=["first", "second"])
    standin.access.end_api_key("first", after=2)
    first = Client(standin.url, standin.ca_file, api_key="first")
    assert [read(first, waiting)["status"] for _ in range(2)] == ["PENDING", "PENDING"]
    with pytest.raises(Refused) as caught:
        read(first, waiting)
    assert (caught.value.status, caught.value.code) == (401, 631)
    assert [entry.api_key for entry in standin.journal.entries(READ)] == ["first"] * 3


def test_the_service_can_go_away_and_come_back(standin, client, waiting):
    standin.stop_listening()
    with pytest.raises(ConnectionError):
        read(client, waiting)
    standin.listen()
    assert read(client, waiting)["status"] == "PENDING"


def test_all_knobs_can_be_turned_back(standin, client):
    standin.knobs.set(latency={"*": 5}, faults=[{"route": "*", "kind": knobs.HANG}])
    standin.knobs.clear()
    assert client.call("GET", "/v1/versionInfo")
    with pytest.raises(ValueError):
        standin.knobs.set(nonsense=1)


def test_the_journal_tells_what_came_in(standin, client, plain):
    submit(client)
    entry = standin.journal.entries(SIGN)[0]
    assert (entry.role, entry.status, entry.path) == ("keyOperationToken", 201, "/v1/sign")
    assert base64_of(b"statement").encode() in entry.body


def test_a_test_can_wait_for_a_request(standin, client, plain):
    thread = threading.Thread(target=submit, args=[client])
    thread.start()
    assert standin.wait_for_request().status == "EXECUTED"
    thread.join()
    with pytest.raises(AssertionError):
        standin.wait_for_request(2, seconds=0)
