"""A broker whose connections break: a run ends in bounded time, with the right code, and asks for a signature once."""

import pytest
from harness.tsb import (  # noqa: F401
    ATTRIBUTES,
    CERTIFICATE,
    POLL,
    SIGN,
    SIGN_AT_ONCE,
    WITHDRAW,
    asking,
    eventually,
    make,
    scene,
)
from harness.tsb_faults import MARGIN, next_run_signs
from tsb_standin import knobs

MOMENTS = [
    knobs.RESET_BEFORE_READING,
    knobs.RESET_BEFORE_PROCESSING,
    knobs.RESET_AFTER_PROCESSING,
    knobs.RESET_MID_ANSWER,
    knobs.CUT_MID_ANSWER,
]
PROCESSED = MOMENTS[2:]
SILENT = MOMENTS[:3]  # no byte of an answer came: libcurl repeats a GET or DELETE on a connection that had been used
READ_ONLY = [ATTRIBUTES, CERTIFICATE]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("route", READ_ONLY)
def test_a_connection_that_breaks_before_anybody_is_asked(asking, route, moment):
    asking.standin.knobs.drop(route, moment)
    with asking.approving("anna"):
        outcome = asking.call()
    repeated = route == CERTIFICATE and moment in SILENT
    assert outcome.code == (None if repeated else "ERROR") and outcome.seconds < MARGIN
    assert asking.calls(SIGN) == repeated and asking.calls(route) == 1 + repeated
    assert asking.tickets() == []
    next_run_signs(asking)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_lost_reply_to_a_request_is_never_sent_again(asking, moment):
    asking.standin.knobs.drop(SIGN, moment)
    outcome = asking.call()
    assert asking.calls(SIGN) == 1 and outcome.seconds < MARGIN
    asking.reads(f"fault {moment} of sign", outcome.text)
    assert outcome.code == "ERROR"
    assert len(asking.open_requests()) == (moment in PROCESSED)
    next_run_signs(asking, told=True)
    assert asking.calls(SIGN) == 2


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_lost_signature_is_never_asked_for_again(scene, moment):
    scene.hold()
    scene.standin.knobs.drop(SIGN_AT_ONCE, moment)
    outcome = scene.call()
    assert scene.calls(SIGN_AT_ONCE) == 1 and outcome.seconds < MARGIN
    scene.reads(f"fault {moment} of synchronoussign", outcome.text)
    assert outcome.code == "ERROR"
    assert scene.call().signed


@pytest.mark.parametrize("skip", [0, 1], ids=["first", "second"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_poll_that_breaks_does_not_end_the_wait(asking, moment, skip):
    asking.standin.knobs.drop(POLL, moment, skip=skip)
    asking.standin.knobs.shown_statuses = ["PENDING"] * (skip + (moment in PROCESSED))
    with asking.approving("anna"):
        assert asking.call().signed
    assert asking.calls(SIGN) == 1 and asking.calls(POLL) >= skip + 2
    assert asking.tickets() == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_withdrawal_that_breaks_is_made_up_for(asking, moment):
    asking.standin.knobs.drop(WITHDRAW, moment)
    outcome = asking.call(approval_wait="1")
    assert outcome.code == "TIMEOUT" and outcome.seconds < 1 + MARGIN
    unheard = moment == knobs.RESET_MID_ANSWER  # cut, the answer lacks no more than the end of its header
    assert asking.calls(WITHDRAW) == 1 + (moment in SILENT) and asking.open_requests() == []
    assert ("is not withdrawn, the next run tries again" in asking.log()) == unheard
    assert len(asking.tickets()) == unheard
    asking.reads("fault in the withdrawal", outcome.text)
    next_run_signs(asking)
    assert asking.open_requests() == [] and asking.tickets() == []


def test_a_withdrawal_that_was_not_heard_is_made_up_for(asking):
    asking.standin.knobs.answer(WITHDRAW, 502, b"<html>")
    outcome = asking.call(approval_wait="1")
    assert outcome.code == "TIMEOUT" and len(asking.open_requests()) == 1
    asking.reads("fault 502 to request withdrawn", outcome.text)
    next_run_signs(asking)
    assert asking.open_requests() == [] and asking.tickets() == []


def test_a_service_that_goes_away_for_a_while(asking):
    image = asking.artifact()
    run = asking.sign(image)
    request = asking.standin.wait_for_request()
    asking.standin.journal.wait_for(POLL)
    asking.standin.stop_listening()
    eventually(lambda: "connection refused" in asking.log())
    asking.standin.listen()
    asking.approve(request, "anna")
    asking.succeed(run)
    asking.verify(image)
    assert asking.calls(SIGN) == 1


def test_nobody_listens(asking):
    asking.standin.stop_listening()
    outcome = asking.call()
    assert outcome.code == "ERROR" and outcome.seconds < MARGIN
    asking.reads("fault nobody listens", outcome.text)
