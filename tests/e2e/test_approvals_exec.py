"""Nobody signs alone: the real notation waits for people behind a gate. The texts are in messages/approvals: read them
aloud."""

import itertools
import json
import time

import pytest
from harness import process, tools
from harness.approvals import eventually, gate, golden_token, scene, token  # noqa: F401
from harness.shapes import conforms

PEOPLE = ["anna", "bert", "carl"]


@pytest.fixture
def image(scene):
    return scene.artifact()


def wait(seconds):
    return ["--plugin-config", f"approval_wait={seconds}"]


# Yes


@pytest.mark.parametrize("envelope", ["jws", "cose"])
@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_enough_people_let_it_sign(scene, gate, image, envelope, moment):
    """Before the run, between its question and the first look at the answers, and after that look."""
    if moment == "before":
        gate.approve("anna", image.digest)
        gate.approve("bert", image.digest)
    run = scene.sign(image, "--signature-format", envelope)
    gate.wait_for_question("submit")
    if moment == "after":
        gate.wait_for_question("poll")
    if moment != "before":
        assert not image.signatures()
        gate.approve("anna", image.digest)
        gate.approve("bert", image.digest)
    assert "Successfully signed" in run.succeed().out
    scene.verify(image)
    assert len(gate.asked()) == 1
    assert [question["verb"] for question in gate.questions()][-1] == "redeem"


def test_any_two_of_three_in_any_order_are_enough(scene, gate):
    pairs = list(itertools.permutations(PEOPLE, 2))
    images = [scene.artifact("-".join(pair)) for pair in pairs]
    for image, (first, second) in zip(images, pairs):
        gate.approve(first, image.digest)
        run = scene.sign(image, *wait(0))
        assert f"approved by {first}; missing: " in run.fail().err
        assert not image.signatures()
        gate.approve(second, image.digest)
        scene.sign(image, *wait(0)).succeed()
        scene.verify(image)
    assert all(len(gate.asked(image.digest)) == 1 for image in images)


def test_approvers_see_what_is_signed(scene, gate, image):
    """And the program gets neither the PIN nor any variable that was not named."""
    scene.host.environment |= {"NOTATION_PKCS11_PIN": "1234", "CI_JOB_ID": "77", "GITHUB_TOKEN": "secret"}
    scene.sign(image, *wait(0), "--expiry", "24h", "--user-metadata", "stage=production").fail()
    question = gate.questions("submit")[0]
    request = question["request"]
    assert request["subject"] == {
        "artifact": {
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": image.digest,
            "size": request["subject"]["artifact"]["size"],
            "annotations": {"stage": "production"},
        },
        "signingScheme": "notary.x509",
        "lifetime": 86400,
    }
    assert request["key"] == {"name": "release", "sha256": scene.approval["public_key"], "spec": "EC-256"}
    assert request["claims"]["CI_JOB_ID"] == "77"
    assert set(question["variables"]) <= {"PATH", "HOME", "LANG", "TZ", "LC_CTYPE"}


# No


def test_a_refusal_names_who_and_why(scene, gate, image):
    run = scene.sign(image)
    gate.wait_for_question("submit")
    gate.approve("anna", image.digest)
    gate.reject("bert", image.digest, "not before the freeze ends")
    scene.reads_of("refused", run.end())
    assert not image.signatures()


def test_a_refusal_is_final_until_it_is_cancelled(scene, gate, image):
    gate.reject("bert", image.digest, "not before the freeze ends")
    first = scene.sign(image).fail()
    asked = len(gate.questions())
    assert scene.sign(image).fail().err == first.err
    assert len(gate.questions()) == asked, "a refusal is known without asking"
    assert scene.approvals("cancel", gate.asked()[0]).code == 0
    gate.approve("bert", image.digest)
    gate.approve("carl", image.digest)
    scene.sign(image).succeed()
    scene.verify(image)
    assert len(gate.asked()) == 2


def test_a_request_that_the_gate_lets_expire(scene, gate, image):
    run = scene.sign(image)
    gate.wait_for_question("submit")
    gate.approve("anna", image.digest)
    gate.wait_for_question("poll")
    gate.finish(image.digest, "expired")
    scene.reads_of("expired", run.end())
    assert scene.requests() == []


def test_a_request_that_is_withdrawn_at_the_gate(scene, gate, image):
    run = scene.sign(image)
    gate.wait_for_question("submit")
    gate.finish(image.digest, "withdrawn")
    scene.reads_of("withdrawn", run.end())
    assert scene.requests() == []


def test_a_request_that_fails_at_the_gate(scene, gate, image):
    run = scene.sign(image)
    gate.wait_for_question("submit")
    gate.finish(image.digest, "failed")
    scene.reads_of("failed", run.end())
    assert scene.requests() == []


# Not enough


def test_one_of_two_is_too_few(scene, gate, image):
    gate.approve("anna", image.digest)
    scene.reads_of("too few", scene.sign(image, *wait(2)).end())
    assert not image.signatures()
    assert len(scene.requests()) == 1


def test_a_person_who_was_not_asked_does_not_count(scene, gate, image):
    gate.approve("anna", image.digest)
    gate.approve("mallory", image.digest)
    scene.reads_of("wrong person", scene.sign(image, *wait(2)).end())
    assert not image.signatures()


def test_one_person_twice_counts_once(scene, gate, image):
    gate.approve("anna", image.digest)
    run = scene.sign(image, *wait(2))
    gate.wait_for_question("submit")
    gate.approve("anna", image.digest)
    scene.reads_of("same person twice", run.end())
    assert not image.signatures()


def test_a_yes_to_another_artifact_does_not_count(scene, gate, image):
    other = scene.artifact("other")
    gate.approve("anna", other.digest)
    gate.approve("bert", other.digest)
    scene.reads_of("nobody", scene.sign(image, *wait(2)).end())
    assert not image.signatures()


# Now, later


def test_without_waiting_it_asks_and_ends_and_the_next_run_signs(scene, gate, image):
    scene.reads_of("no wait", scene.sign(image, *wait(0)).end())
    gate.approve("carl", image.digest)
    gate.approve("bert", image.digest)
    begun = time.monotonic()
    scene.sign(image, *wait(0)).succeed()
    assert time.monotonic() - begun < 5
    scene.verify(image)
    assert len(gate.asked()) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_asked_ahead_it_signs_at_once(scene, gate, image, moment):
    """The descriptor comes from oras, the request goes out long before the job, which need not wait."""
    if moment == "before":
        gate.approve("anna", image.digest)
        gate.approve("bert", image.digest)
    fetched = process.succeed(
        [tools.oras(), "manifest", "fetch", "--descriptor", "--oci-layout", image.reference], scene.host.environment
    )
    asked = scene.approvals("request", "release", stdin=fetched.out.encode())
    scene.reads_of(f"asked ahead {moment}", asked, 0)
    if moment == "after":
        gate.approve("anna", image.digest)
        gate.approve("bert", image.digest)
    scene.sign(image, *wait(0)).succeed()
    scene.verify(image)
    assert len(gate.asked()) == 1


def test_a_descriptor_without_annotations_is_the_one_that_notation_signs(scene, gate, image):
    assert scene.approvals("request", "release", stdin=image.descriptor).code == 0
    scene.sign(image, *wait(0)).fail()
    assert len(gate.asked()) == 1


@pytest.mark.parametrize("option", ["--expiry=24h", "--user-metadata=stage=production"])
def test_asked_ahead_with_what_the_job_will_say(scene, gate, image, option):
    gate.approve("anna", image.digest)
    gate.approve("bert", image.digest)
    assert scene.approvals("request", "release", option, stdin=image.descriptor).code == 0
    scene.sign(image, *wait(0), option).succeed()
    assert len(gate.asked()) == 1
    scene.sign(image, *wait(0)).succeed()
    assert len(gate.asked()) == 2, "another statement is another question"


def test_what_the_requester_reads(scene, gate, image):
    scene.reads_of("list nothing", scene.approvals("list"), 0)
    gate.approve("anna", image.digest)
    scene.sign(image, *wait(0)).fail()
    request = gate.asked()[0]
    scene.reads_of("list", scene.approvals("list"), 0)
    scene.reads_of("show", scene.approvals("show", request[:8]), 0)
    scene.reads_of("cancel", scene.approvals("cancel", request[:8]), 0)
    scene.reads_of("show nothing", scene.approvals("show", "f" * 32), 3)
    assert gate.still_open() == [] and scene.requests() == []
    scene.sign(image, *wait(0)).fail()
    assert len(gate.asked()) == 2


def test_programs_read_the_same_in_the_documented_shape(scene, gate, image):
    asked = scene.approvals("request", "release", "--expiry=24h", "--json", stdin=image.descriptor)
    request = conforms("approvals-request", asked.out)
    assert (request["id"], request["state"], request["lifetime"]) == (gate.asked()[0], "waiting", 86400)
    assert request["artifact"]["digest"] == image.digest
    shown = conforms("approvals-show", scene.approvals("show", request["id"], "--json").out)
    assert shown["id"] == request["id"] and scene.requests() == [shown]
    gate.approve("anna", image.digest)
    gate.approve("bert", image.digest)
    (*_, end) = documents(scene.approvals("watch", request["id"], "--json").out)
    assert conforms("approvals-watch", end)["state"] == "permitted"
    assert sorted(end["approved"]) == ["anna", "bert"]
    cancelled = scene.approvals("cancel", request["id"], "--json")
    assert conforms("approvals-cancel", cancelled.out)["id"] == request["id"]


def documents(text):
    """JSON objects, one after the other."""
    decoder, found = json.JSONDecoder(), []
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].lstrip()
    return found


def test_watching_ends_with_the_decision(scene, gate, image):
    scene.sign(image, *wait(0)).fail()
    gate.approve("anna", image.digest)
    gate.approve("bert", image.digest)
    scene.reads_of("watch", scene.approvals("watch", gate.asked()[0]), 0)
    scene.sign(image, *wait(0)).succeed()


def test_a_request_with_a_run_that_waits_is_not_cancelled(scene, gate, image):
    run = scene.sign(image)
    gate.wait_for_question("submit")
    request = gate.asked()[0]
    eventually(lambda: scene.requests()[0]["state"] == "waiting")
    scene.reads_of("list of a run", scene.approvals("list"), 0)
    scene.reads_of("cancel of a run", scene.approvals("cancel", request), 5)
    assert gate.questions("withdraw") == []
    run.kill()
    run.end()
    eventually(lambda: scene.approvals("cancel", request).code == 0)
    assert gate.still_open() == []


# Again


def test_again_within_the_grant_nobody_is_asked(scene, gate, image):
    """notation can lose a signature after it got it, and the same statement needs no second yes."""
    gate.approve("anna", image.digest)
    gate.approve("bert", image.digest)
    scene.sign(image).succeed()
    asked = len(gate.questions())
    scene.sign(image).succeed()
    assert [question["verb"] for question in gate.questions()[asked:]] == ["redeem"]
    assert len(image.signatures()) == 2


def test_after_the_grant_people_are_asked_anew(scene, gate, image):
    gate.change(until=3)
    gate.approve("anna", image.digest)
    gate.approve("bert", image.digest)
    scene.sign(image).succeed()
    assert [request["state"] for request in scene.requests()] == ["permitted"]
    time.sleep(4)
    assert scene.requests() == [], "what is over is not listed"
    scene.sign(image).succeed()
    assert len(gate.asked()) == 2


def test_a_yes_that_is_taken_back_does_not_sign(scene, gate, image):
    gate.approve("anna", image.digest)
    gate.approve("bert", image.digest)
    scene.sign(image).succeed()
    gate.reject("bert", image.digest, "a fault was found")
    scene.reads_of("taken back", scene.sign(image).end())
    assert len(image.signatures()) == 1


# One yes for several artifacts


def test_a_window_lets_as_many_artifacts_through_as_it_counts(scene, gate):
    gate.change(window=2)
    images = [scene.artifact(name) for name in ("first", "second", "third")]
    for image in images[:2]:
        scene.sign(image).succeed()
        scene.verify(image)
    scene.reads_of("window used up", scene.sign(images[2]).end())
    scene.sign(images[0]).succeed()
    assert len(images[0].signatures()) == 2, "the same artifact again is no further one"
    assert not images[2].signatures()
