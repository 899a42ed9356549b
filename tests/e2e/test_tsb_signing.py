"""A key behind a transaction security broker: people approve at the service, its HSM signs, notation verifies.

The texts are in messages/tsb: read them aloud."""

import itertools
import subprocess
import time

import pytest
from harness import certs
from harness.token import PIN, Token
from harness.tsb import (  # noqa: F401
    ATTRIBUTES,
    CERTIFICATE,
    ONE,
    POLL,
    SIGN,
    SIGN_AT_ONCE,
    TWO_OF_THREE,
    WITHDRAW,
    alternative,
    asked,
    digest_of,
    group,
    image,
    make,
    policy,
    scene,
)
from tsb_standin import ShiftedClock

THREE = ["anna", "bert", "carl"]


# Signatures


@pytest.mark.parametrize("envelope", ["jws", "cose"])
@pytest.mark.parametrize("spec", certs.KEY_SPECS)
def test_a_key_without_rules_signs_at_once(scene, image, spec, envelope):
    scene.hold(spec)
    scene.succeed(scene.sign(image, "--signature-format", envelope))
    scene.verify(image)
    assert (scene.calls(SIGN_AT_ONCE), scene.calls(SIGN), scene.calls(POLL)) == (1, 0, 0)
    assert scene.tickets() == []


@pytest.mark.parametrize(
    "spec, envelope",
    [*zip(certs.KEY_SPECS, itertools.cycle(["jws", "cose"])), ("RSA-2048", "cose"), ("EC-256", "cose")],
)
def test_a_key_with_rules_signs_once_people_agree(scene, image, spec, envelope):
    scene.hold(spec, TWO_OF_THREE)
    run = scene.sign(image, "--signature-format", envelope)
    request = scene.standin.wait_for_request()
    assert digest_of(request) == image.digest
    scene.approve(request, "anna", "bert")
    scene.succeed(run)
    scene.verify(image)
    assert (scene.calls(SIGN_AT_ONCE), scene.calls(SIGN), scene.calls(WITHDRAW)) == (0, 1, 0)
    assert scene.tickets() == []


def test_on_a_registry(scene, registry, image):
    scene.hold(rule=ONE)
    repository = f"tsb{time.time_ns()}"
    registry.push(image.folder, repository)
    reference = f"{registry.host}/{repository}@{image.digest}"
    words = ["sign", "--insecure-registry", "--plugin", "pkcs11", "--id", "release", reference]
    run = subprocess.Popen([scene.host.notation, *words], env={k: str(v) for k, v in scene.host.environment.items()})
    scene.approve(scene.standin.wait_for_request(), "anna")
    assert run.wait(30) == 0
    scene.host.succeed("verify", "--insecure-registry", reference)


def test_the_leaf_may_come_from_the_service(scene, image):
    """Then describe-key asks the service as well."""
    scene.hold(rule=ONE)
    scene.standin.keys.certificates["release"] = scene.leaf.der
    certs.write_chain(scene.host.folder / "authorities.pem", [scene.root])
    del scene.settings["chain_file"]
    scene.settings["ca_certs"] = "authorities.pem"
    scene.configure()
    run = scene.sign(image)
    scene.approve(scene.standin.wait_for_request(), "anna")
    scene.succeed(run)
    scene.verify(image)
    assert scene.calls(CERTIFICATE) == 2 and scene.calls(ATTRIBUTES) == 2


def test_a_chain_in_a_file_describes_the_key_without_the_service(scene):
    scene.hold(rule=ONE)
    scene.standin.stop_listening()
    assert scene.call("describe-key").signed


def test_without_leave_to_see_the_keys_attributes_it_asks_people(scene, image):
    scene.hold(rule=ONE)
    scene.configure(key_management_api_keys=None)
    run = scene.sign(image)
    scene.approve(scene.standin.wait_for_request(), "anna")
    scene.succeed(run)
    scene.verify(image)


# Who agrees


@pytest.mark.parametrize("pair", itertools.permutations(THREE, 2), ids="-".join)
def test_any_two_of_three_in_any_order_are_enough(scene, asked, image, pair):
    run, request = asked
    scene.approve(request, pair[0])
    scene.standin.journal.wait_for(POLL)
    assert run.child.poll() is None
    scene.approve(request, pair[1])
    scene.succeed(run)
    scene.verify(image)


def test_every_group_has_to_agree(scene, image):
    scene.hold(rule=policy(alternative(group(1, "anna", "bert"), group(2, "bert", "carl", "dora"))))
    run = scene.sign(image)
    request = scene.standin.wait_for_request()
    scene.approve(request, "anna", "bert")
    polls = scene.calls(POLL)
    scene.standin.journal.wait_for(POLL, polls + 1)
    assert run.child.poll() is None and not image.signatures()
    scene.approve(request, "dora")
    scene.succeed(run)
    scene.verify(image)


@pytest.mark.parametrize("names", [["anna", "bert"], ["dora"]], ids="-".join)
def test_one_of_two_alternatives_is_enough(scene, image, names):
    scene.hold(rule=policy(alternative(group(2, "anna", "bert")), alternative(group(1, "dora"))))
    run = scene.sign(image)
    scene.approve(scene.standin.wait_for_request(), *names)
    scene.succeed(run)
    scene.verify(image)


def test_a_timelock_holds_the_signature_back(make):
    scene = make(clock=ShiftedClock())
    scene.hold(rule=policy(alternative(group(1, "anna"), timelock=3600)))
    image = scene.artifact()
    run = scene.sign(image)
    request = scene.standin.wait_for_request()
    scene.approve(request, "anna")
    polls = scene.calls(POLL)
    scene.standin.journal.wait_for(POLL, polls + 1)
    assert run.child.poll() is None and request.status == "APPROVED"
    scene.standin.clock.advance(3600)
    scene.succeed(run)
    scene.verify(image)


def test_a_timelock_longer_than_the_wait(make):
    scene = make(clock=ShiftedClock())
    scene.hold(rule=policy(alternative(group(1, "anna"), timelock=3600)))
    run = scene.sign(scene.artifact(), wait=3)
    request = scene.standin.wait_for_request()
    scene.approve(request, "anna")
    scene.fails_with("timelock", run)
    assert request.status == "CANCELLED"


def test_a_refusal_counts_once_the_quorum_is_out_of_reach(scene, asked, image):
    run, request = asked
    scene.refuse(request, "anna")
    scene.standin.journal.wait_for(POLL)
    assert run.child.poll() is None
    scene.refuse(request, "bert")
    scene.fails_with("refused", run)
    assert not image.signatures() and scene.tickets() == []


def test_after_a_refusal_one_may_ask_anew(scene, asked, image):
    run, request = asked
    scene.refuse(request, "anna", "bert")
    scene.fail(run)
    again = scene.sign(image)
    scene.approve(scene.standin.wait_for_request(2), "anna", "carl")
    scene.succeed(again)
    scene.verify(image)


def test_the_rules_timeout_ends_the_request(make):
    scene = make(clock=ShiftedClock())
    scene.hold(rule=policy(alternative(group(2, *THREE), timeout=600)))
    run = scene.sign(scene.artifact())
    request = scene.standin.wait_for_request()
    scene.approve(request, "carl")
    scene.standin.journal.wait_for(POLL)
    scene.standin.clock.advance(700)
    scene.fails_with("expired", run)
    assert scene.tickets() == []


@pytest.mark.parametrize("status", ["CANCELLED", "FAILED"])
def test_a_request_that_ends_at_the_service(scene, asked, status):
    run, request = asked
    scene.standin.end_request(request.id, status)
    scene.fails_with(status.lower(), run)
    assert scene.tickets() == []


def test_a_request_that_the_service_forgot(scene, asked):
    run, request = asked
    with scene.standin.lock:
        del scene.standin.ledger.requests[request.id]
    scene.fails_with("forgotten", run)
    assert scene.tickets() == []


def test_too_few_until_the_deadline_withdraw_the_request(scene, image):
    scene.hold(rule=TWO_OF_THREE)
    run = scene.sign(image, wait=3)
    request = scene.standin.wait_for_request()
    scene.approve(request, "anna")
    scene.fails_with("too few", run)
    assert request.status == "CANCELLED" and scene.tickets() == []
    assert not image.signatures()


def test_nobody_until_the_deadline(scene, image):
    scene.hold(rule=TWO_OF_THREE)
    scene.fails_with("nobody", scene.sign(image, wait=1))
    assert scene.open_requests() == []


def test_somebody_whom_the_key_does_not_know_does_not_count(scene, image):
    scene.hold(rule=TWO_OF_THREE)
    run = scene.sign(image, wait=3)
    request = scene.standin.wait_for_request()
    scene.approve(request, "anna")
    with pytest.raises(IndexError):
        scene.approve(request, "mallory")
    task = scene.person("bert").tasks(requestId=request.id)[0]
    with pytest.raises(Exception, match="652"):
        scene.person("mallory").approve(task)
    scene.fails_with("wrong person", run)
    assert not image.signatures() and request.status == "CANCELLED"


def test_one_person_twice_counts_once(scene, image):
    scene.hold(rule=TWO_OF_THREE)
    run = scene.sign(image, wait=3)
    request = scene.standin.wait_for_request()
    task = scene.person("anna").tasks(requestId=request.id)[0]
    scene.person("anna").approve(task)
    with pytest.raises(Exception, match="652"):
        scene.person("anna").approve(task)
    scene.fails_with("same person twice", run)
    assert not image.signatures() and request.status == "CANCELLED"


# What the service answers


def test_an_unknown_state_is_waited_through_with_a_warning(scene, image):
    scene.hold(rule=ONE)
    scene.standin.knobs.shown_statuses = ["RESTING"]
    run = scene.sign(image)
    scene.approve(scene.standin.wait_for_request(), "anna")
    scene.succeed(run)
    scene.verify(image)
    assert 'the request is in a state that we do not know: "RESTING"' in scene.log()


def test_executed_without_a_signature_is_asked_once_more(scene, image):
    scene.hold(rule=ONE)
    scene.standin.knobs.empty_results = 1
    run = scene.sign(image)
    scene.approve(scene.standin.wait_for_request(), "anna")
    scene.succeed(run)
    scene.verify(image)


def test_executed_without_a_signature_for_good(scene, image):
    scene.hold(rule=ONE)
    scene.standin.knobs.empty_results = 10
    run = scene.sign(image)
    scene.approve(scene.standin.wait_for_request(), "anna")
    scene.fails_with("no result", run)
    assert not image.signatures()


def test_a_signature_that_is_handed_out_once_is_enough(scene, image):
    scene.hold(rule=ONE)
    scene.standin.knobs.result_once = True
    run = scene.sign(image)
    request = scene.standin.wait_for_request()
    scene.approve(request, "anna")
    scene.succeed(run)
    scene.verify(image)
    assert request.result_reads == 1


@pytest.mark.parametrize("rule", [None, ONE], ids=["at once", "asked"])
@pytest.mark.parametrize("flaw", ["signature", "salt"])
def test_a_signature_that_does_not_verify_is_not_handed_out(scene, image, flaw, rule):
    scene.hold("RSA-2048", rule)
    scene.standin.knobs.set(**{"signature": {"wrong_signature": True}, "salt": {"salt_length": 20}}[flaw])
    run = scene.sign(image)
    if rule:
        scene.approve(scene.standin.wait_for_request(), "anna")
    scene.fails_with(f"wrong {flaw}", run)
    assert not image.signatures() and scene.tickets() == []


def test_a_blocked_key(scene, image):
    scene.hold(rule=TWO_OF_THREE)
    scene.standin.block_key("release")
    scene.fails_with("blocked", scene.sign(image))
    assert scene.standin.requests() == []


# Several runs, several ways to one key


def test_two_runs_for_one_artifact_have_a_request_each(scene, image):
    scene.hold(rule=ONE)
    copies = [image, image.copy(scene.host.folder / "copy")]
    runs = []
    for number, copy in enumerate(copies, start=1):
        runs.append(scene.sign(copy))
        scene.standin.wait_for_request(number)
    first, second = scene.standin.requests()
    polls = scene.calls(POLL)
    scene.standin.journal.wait_for(POLL, polls + 2)
    assert (first.status, second.status) == ("PENDING", "PENDING")
    scene.approve(second, "anna")
    scene.succeed(runs[1])
    assert first.status == "PENDING" and runs[0].child.poll() is None
    scene.approve(first, "anna")
    scene.succeed(runs[0])
    for copy in copies:
        scene.verify(copy)
    assert scene.calls(WITHDRAW) == 0 and scene.tickets() == []


@pytest.mark.parametrize("reached", ["by name", "by uri", "by another token"])
def test_the_rule_holds_however_the_key_is_reached(make, tmp_path, keys, reached):
    """The same key pair on a token of one's own: the service signs all the same."""
    label = "another" if reached == "by another token" else "e2e"
    token = Token(tmp_path).create(label)
    token.import_key(keys("EC-256"), "copy", "01", token=label)
    scene = make(token=token).hold(rule=TWO_OF_THREE)
    pin = scene.host.pin_file(PIN)
    uri = f"pkcs11:token={label};object=copy"
    chain = scene.host.folder / "chain.pem"
    if reached == "by uri":
        key = f"{uri}?module-path={token.module}&pin-source=file:{pin}"
        options = ["--plugin-config", f"chain_file={chain}"]
    else:
        key, options = "copy", []
        scene.more_keys["copy"] = {
            "uri": uri,
            "module": token.module,
            "chain_file": "chain.pem",
            "pin_source": "file:pin",
        }
        scene.configure()
    image = scene.artifact()
    run = scene.sign(image, *options, key=key)
    request = scene.standin.wait_for_request()
    assert run.child.poll() is None and not image.signatures()
    scene.approve(request, "carl", "bert")
    scene.succeed(run)
    scene.verify(image)
    refused = scene.sign(image, *options, key=key)
    scene.refuse(scene.standin.wait_for_request(2), "anna", "bert")
    scene.fail(refused)
    assert len(image.signatures()) == 1
