"""A broker that answers with nonsense: a run ends in time, with the right code, and asks for a signature once."""

import pytest
from harness.tsb import (  # noqa: F401
    ATTRIBUTES,
    ONE,
    POLL,
    SIGN,
    SIGN_AT_ONCE,
    asking,
    make,
    scene,
)
from harness.tsb_faults import MARGIN, next_run_signs, word
from tsb_standin import knobs

HUGE = 64 << 20
TIMEOUT = 2  # seconds for one request where a test waits for it


@pytest.mark.parametrize("status", [500, 502, 504, 408])
@pytest.mark.parametrize("processed", [False, True], ids=["not taken", "taken"])
def test_a_gateways_answer_to_a_request_leaves_doubt(asking, status, processed):
    asking.standin.knobs.answer(SIGN, status, b"<html>gateway</html>", processed=processed)
    outcome = asking.call()
    assert outcome.code == "ERROR" and asking.calls(SIGN) == 1
    asking.reads(f"fault {status} to sign", outcome.text)
    assert len(asking.open_requests()) == processed
    next_run_signs(asking, told=True)


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_is_busy_is_asked_again_when_it_says(asking, status):
    asking.standin.knobs.answer(SIGN, status, headers={"Retry-After": "3"})
    with asking.approving("anna"):
        outcome = asking.call()
    assert outcome.signed and outcome.seconds > 3
    first, second = asking.standin.journal.entries(SIGN)
    assert second.time - first.time >= 3
    assert len(asking.standin.requests()) == 1


@pytest.mark.parametrize("status, code", [(429, "THROTTLED"), (503, "ERROR")])
def test_a_service_that_stays_busy(asking, status, code):
    asking.standin.knobs.answer(SIGN, status, times=None)
    outcome = asking.call(approval_wait="2")
    assert outcome.code == code and outcome.seconds < 2 + MARGIN
    asking.reads(f"fault {status} to sign", outcome.text)
    assert asking.standin.requests() == [] and asking.tickets() == []


@pytest.mark.parametrize("status", [404, 429, 500, 502, 503, 504])
def test_a_poll_without_an_answer_does_not_end_the_wait(asking, status):
    asking.standin.knobs.answer(POLL, status, b"<html>", times=2)
    with asking.approving("anna"):
        assert asking.call().signed
    assert asking.calls(SIGN) == 1


def test_retry_after_counts_between_polls(asking):
    asking.standin.knobs.answer(POLL, 429, headers={"Retry-After": "4"})
    with asking.approving("anna"):
        assert asking.call().signed
    first, second = asking.standin.journal.entries(POLL)[:2]
    assert second.time - first.time >= 4


def test_polls_that_never_get_an_answer_end_with_the_wait(asking):
    asking.standin.knobs.answer(POLL, 502, b"<html>", times=None)
    outcome = asking.call(approval_wait="2")
    assert outcome.code == "TIMEOUT" and outcome.seconds < 2 + MARGIN
    asking.reads("fault 502 to every poll", outcome.text)
    assert asking.open_requests() == []


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503])
@pytest.mark.parametrize("route", [ATTRIBUTES, SIGN_AT_ONCE])
def test_a_status_without_an_explanation(scene, route, status):
    scene.hold()
    scene.standin.knobs.answer(route, status, times=None)
    outcome = scene.call()
    assert outcome.seconds < MARGIN
    assert outcome.code == {401: "ACCESS_DENIED", 403: "ACCESS_DENIED", 429: "THROTTLED"}.get(status, "ERROR")
    assert scene.calls(SIGN_AT_ONCE) <= 1
    scene.reads(f"fault {status} to {word(route)}", outcome.text)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("route", [SIGN, POLL])
def test_a_refusal_of_the_caller_ends_the_run(asking, route, status):
    asking.standin.knobs.answer(route, status, times=None)
    outcome = asking.call()
    assert outcome.code == "ACCESS_DENIED" and outcome.seconds < MARGIN
    asking.reads(f"fault {status} to {word(route)}", outcome.text)
    assert asking.open_requests() == []


BODIES = {
    "text": b"<html>hello</html>",
    "nothing": b"",
    "cut": b'{"signRequestId": "0b29',
    "array": b"[]",
    "rubbish": b"\xff\xfe\x00",
    "deep": b'{"a":' * 100_000,
}


@pytest.mark.parametrize("body", BODIES)
def test_an_answer_that_cannot_be_read(asking, body):
    """Before anybody is asked, instead of a request's name, and while waiting."""
    asking.standin.knobs.answer(ATTRIBUTES, 200, BODIES[body])
    outcome = asking.call()
    assert outcome.code == "ERROR" and asking.calls(SIGN) == 0
    asking.reads(f"fault {body} from attributes", outcome.text)
    asking.standin.knobs.answer(SIGN, 201, BODIES[body])
    outcome = asking.call()
    assert outcome.code == "ERROR" and asking.calls(SIGN) == 1
    asking.reads(f"fault {body} from sign", outcome.text)
    asking.standin.knobs.answer(POLL, 200, BODIES[body], times=2)
    next_run_signs(asking, told=True)


@pytest.mark.parametrize("route", [ATTRIBUTES, SIGN, SIGN_AT_ONCE])
def test_a_body_of_64_mib_is_not_read(scene, route):
    scene.hold(rule=None if route == SIGN_AT_ONCE else ONE)
    scene.standin.knobs.answer(route, 200, b"{", fill=HUGE)
    outcome = scene.call()
    assert outcome.code == "ERROR" and outcome.seconds < MARGIN
    assert scene.calls(SIGN) + scene.calls(SIGN_AT_ONCE) == (route != ATTRIBUTES)
    scene.reads(f"fault huge from {word(route)}", outcome.text)


def test_a_poll_of_64_mib_does_not_end_the_wait(asking):
    asking.standin.knobs.answer(POLL, 200, b"{", fill=HUGE, times=2)
    with asking.approving("anna"):
        assert asking.call().signed


@pytest.mark.parametrize("kind", [knobs.SLOW_ANSWER, knobs.HANG, knobs.HANG_AFTER_PROCESSING])
@pytest.mark.parametrize("route", [ATTRIBUTES, SIGN, SIGN_AT_ONCE])
def test_an_answer_that_does_not_come_is_given_up(scene, route, kind):
    scene.hold(rule=None if route == SIGN_AT_ONCE else ONE)
    scene.configure(timeout=TIMEOUT)
    scene.standin.knobs.fault(route, kind)
    outcome = scene.call()
    assert outcome.code == "ERROR" and TIMEOUT <= outcome.seconds < TIMEOUT + MARGIN
    assert scene.calls(SIGN) + scene.calls(SIGN_AT_ONCE) == (route != ATTRIBUTES)
    scene.reads(f"fault late from {word(route)}", outcome.text)
    if route == SIGN:
        assert len(scene.open_requests()) == (kind != knobs.HANG)


@pytest.mark.parametrize("kind", [knobs.SLOW_ANSWER, knobs.HANG])
def test_a_poll_that_does_not_come_does_not_end_the_wait(asking, kind):
    asking.configure(timeout=TIMEOUT)
    asking.standin.knobs.fault(POLL, kind)
    with asking.approving("anna"):
        assert asking.call().signed
    assert asking.calls(SIGN) == 1


@pytest.mark.parametrize("route", [ATTRIBUTES, SIGN, SIGN_AT_ONCE, POLL])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_answer_leads_to_another_place(make, route, status):
    """Where the token and the API keys would go with it."""
    scene, other = make(), make()
    scene.hold(rule=None if route == SIGN_AT_ONCE else ONE)
    path = route.split(" ")[1].replace("{id}", "1")
    scene.standin.knobs.answer(route, status, headers={"Location": other.standin.url + path}, times=None)
    outcome = scene.call(approval_wait="2")
    assert outcome.code == "ERROR" and outcome.seconds < 2 + MARGIN
    assert other.standin.journal.count() == 0
    scene.reads(f"fault redirect of {word(route)}", outcome.text.replace(f"HTTP {status}", "HTTP <status>"))
    assert scene.calls(SIGN) + scene.calls(SIGN_AT_ONCE) == (route != ATTRIBUTES)
    assert scene.open_requests() == []
