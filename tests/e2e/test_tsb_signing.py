"""A key behind a transaction security broker: people approve at the service, its HSM signs, notation verifies. The texts
are in messages/tsb: read them aloud."""

import datetime
import itertools
import json
import subprocess
import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from harness import certs
from harness.certs import Certificate, Profile
from harness.tsb import (  # noqa: F401
    ATTRIBUTES,
    CERTIFICATE,
    ONE,
    PEOPLE,
    POLL,
    SIGN,
    SIGN_AT_ONCE,
    TWO_OF_THREE,
    WITHDRAW,
    alternative,
    digest_of,
    eventually,
    group,
    make,
    policy,
    scene,
)
from harness.token import PIN, Token
from tsb_standin import ShiftedClock

THREE = ["anna", "bert", "carl"]


@pytest.fixture
def image(scene):
    return scene.artifact()


@pytest.fixture
def asked(scene, image):
    """A run that waits for two of three, and its request at the service."""
    scene.hold(rule=TWO_OF_THREE)
    run = scene.sign(image)
    return run, scene.standin.wait_for_request()


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
    "spec, envelope", [*zip(certs.KEY_SPECS, itertools.cycle(["jws", "cose"])), ("RSA-2048", "cose"), ("EC-256", "cose")]
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


# Without waiting, and the requester's commands


def test_without_waiting_the_request_stays_and_the_next_run_withdraws_it(scene, image):
    scene.hold(rule=TWO_OF_THREE)
    scene.fails_with("no wait", scene.sign(image, wait=0))
    (first,) = scene.open_requests()
    scene.approve(first, "anna")
    run = scene.sign(image)
    second = scene.standin.wait_for_request(2)
    assert first.status == "CANCELLED"
    scene.approve(second, "bert", "carl")
    scene.succeed(run)
    scene.verify(image)
    assert scene.tickets() == []


def test_asking_ahead_is_refused(scene, image):
    scene.hold(rule=TWO_OF_THREE)
    result = scene.approvals("request", "release", stdin=image.descriptor)
    assert result.code == 2
    scene.reads("asked ahead", result.out + result.err)
    assert scene.standin.requests() == [] and scene.tickets() == []


def test_the_requesters_commands_while_a_run_waits(scene, asked):
    run, request = asked
    eventually(lambda: [ticket["state"] for ticket in scene.tickets()] == ["waiting"])
    scene.reads("list of a run", scene.approvals("list").out)
    (ticket,) = scene.tickets()
    scene.reads("show of a run", scene.approvals("show", ticket["id"]).out)
    cancelled = scene.approvals("cancel", ticket["id"])
    assert cancelled.code == 5
    scene.reads("cancel of a run", cancelled.err)
    assert scene.open_requests() == [request]
    environment = {name: str(value) for name, value in scene.host.environment.items()}
    watch = subprocess.Popen(
        [scene.plugin, "approvals", "watch", ticket["id"]], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert watch.stdout.readline()
    scene.approve(request, "anna", "carl")
    scene.succeed(run)
    watched = watch.communicate(timeout=30)[0]
    assert watch.returncode == 0
    scene.reads("watch of a run", watched.splitlines(True)[-1])
    assert scene.tickets() == []
    scene.reads("show of nothing", scene.approvals("show", ticket["id"]).err)


def test_the_requesters_commands_after_a_run_that_did_not_wait(scene, image):
    scene.hold(rule=TWO_OF_THREE)
    scene.fail(scene.sign(image, wait=0))
    (request,) = scene.open_requests()
    (ticket,) = scene.tickets()
    scene.reads("list", scene.approvals("list").out)
    scene.reads("show", scene.approvals("show", ticket["id"][:8]).out)
    cancelled = scene.approvals("cancel", ticket["id"][:8])
    assert cancelled.code == 0
    scene.reads("cancel", cancelled.out)
    assert request.status == "CANCELLED" and scene.tickets() == []


def test_the_requester_can_cancel_what_a_killed_run_left(scene, asked):
    run, request = asked
    eventually(lambda: [ticket["state"] for ticket in scene.tickets()] == ["waiting"])
    run.kill()
    run.end()
    (ticket,) = scene.tickets()
    eventually(lambda: scene.approvals("cancel", ticket["id"]).code == 0)
    assert request.status == "CANCELLED"


# Who may call


def test_a_token_that_is_replaced_while_the_run_waits(scene, asked, image):
    run, request = asked
    scene.standin.journal.wait_for(POLL)
    scene.secrets["next jwt"] = "eyJhbGciOiJFUzI1NiJ9.bmV4dA.bmV4dC1zaWduYXR1cmU"
    scene.standin.access.demand_tokens(scene.secrets["jwt"], scene.secrets["next jwt"])
    scene.private_file("jwt.new", scene.secrets["next jwt"]).replace(scene.host.folder / "jwt")
    scene.standin.access.demand_tokens(scene.secrets["next jwt"])
    polls = scene.calls(POLL)
    scene.standin.journal.wait_for(POLL, polls + 1)
    scene.approve(request, "anna", "bert")
    scene.succeed(run)
    scene.verify(image)


@pytest.mark.parametrize("route, after", [(CERTIFICATE, 0), (SIGN, 1), (POLL, 2), (POLL, 3)])
def test_an_api_key_that_ends_gives_way_to_the_next(scene, image, route, after):
    """The call that was refused is repeated with the next key; the one request is the only one."""
    scene.hold(rule=ONE)
    scene.secrets["next operation-key"] = "secret-operation-key-next-e0c2"
    old, new = scene.secrets["operation-key"], scene.secrets["next operation-key"]
    scene.private_file("operation-key", f"{old}\n{new}")
    scene.standin.access.api_keys["keyOperationToken"].append(new)
    scene.standin.access.end_api_key(old, after)
    run = scene.sign(image)
    request = scene.standin.wait_for_request()
    if route == POLL:
        scene.standin.journal.wait_for(POLL, after - 1)
    scene.approve(request, "anna")
    scene.succeed(run)
    scene.verify(image)
    refused = [entry for entry in scene.standin.journal.entries() if entry.code == 631]
    assert [entry.route for entry in refused] == [route]
    assert len(scene.standin.requests()) == 1


@pytest.mark.parametrize("encrypted", [False, True], ids=["in clear", "encrypted"])
def test_a_client_certificate_opens_the_connection(make, encrypted):
    scene = make(mutual_tls=True)
    certificate, key = scene.standin.client_certificate()
    password = None
    if encrypted:
        scene.secrets["client-password"] = "secret-client-password-40d1"
        password = f"file:{scene.private_file('client-password', scene.secrets['client-password'])}"
        key = encrypt(key, scene.secrets["client-password"], scene.host.folder / "client.key")
    scene.hold(rule=None)
    scene.configure(client_certificate=certificate, client_key=key, client_key_password=password)
    image = scene.artifact()
    scene.succeed(scene.sign(image))
    scene.verify(image)


def test_without_the_client_certificate_that_is_demanded(make):
    scene = make(mutual_tls=True).hold(rule=ONE)
    scene.fails_with("no client certificate", scene.sign(scene.artifact()))
    assert scene.standin.requests() == []


def test_with_the_wrong_password_of_the_client_key(make):
    scene = make(mutual_tls=True).hold(rule=ONE)
    certificate, key = scene.standin.client_certificate()
    scene.secrets["client-password"] = "secret-client-password-40d1"
    scene.private_file("client-password", scene.secrets["client-password"])
    key = encrypt(key, "another", scene.host.folder / "client.key")
    scene.configure(client_certificate=certificate, client_key=key, client_key_password="file:client-password")
    scene.fails_with("wrong client password", scene.sign(scene.artifact()))


def encrypt(key, password, path):
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(private.private_bytes(pem, pkcs8, serialization.BestAvailableEncryption(password.encode())))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("member", ["digestAlgorithm", "signatureAlgorithm"])
@pytest.mark.parametrize("spec", ["RSA-2048", "EC-256"])
def test_requests_are_signed_where_the_service_demands_it(scene, keys, root, spec, member):
    application = keys(spec, f"application {spec}")
    scene.hold(rule=ONE)
    scene.secrets["application-password"] = "secret-application-password-bb31"
    scene.private_file("application-password", scene.secrets["application-password"])
    path = encrypt(application.path, scene.secrets["application-password"], scene.host.folder / "application.key")
    scene.configure(
        application_key=path, application_key_password="file:application-password", signature_member=member
    )
    if member == "signatureAlgorithm":
        scene.standin.knobs.request_signature_member = None
    else:
        scene.standin.knobs.request_signature_member = member
    scene.standin.access.demand_request_signatures(Certificate(Profile(), application, root).der)
    image = scene.artifact()
    run = scene.sign(image)
    request = scene.standin.wait_for_request()
    assert request.order.metadata_signature
    scene.approve(request, "anna")
    scene.succeed(run)
    scene.verify(image)


def test_a_request_without_the_signature_that_is_demanded(scene, image, keys, root):
    scene.hold(rule=ONE)
    scene.standin.access.demand_request_signatures(Certificate(Profile(), keys("EC-256", "application"), root).der)
    scene.fails_with("no request signature", scene.sign(image))
    assert scene.standin.requests() == []


def test_approvers_see_what_the_requester_says(scene, image):
    scene.host.environment |= {"GITHUB_TOKEN": "secret", "GITHUB_RUN_ID": "4711", "NOTATION_PKCS11_PIN": PIN}
    scene.hold(rule=ONE)
    scene.approval["claims"] = {"change": "CHG-1"}
    scene.configure(metadata={"team": "platform <b>", "app": "not this one"})
    run = scene.sign(image)
    request = scene.standin.wait_for_request()
    task = scene.person("anna").tasks(requestId=request.id)[0]
    shown = json.loads(request.order.metadata)
    assert "metaData" in json.dumps(task)
    assert {name: shown[name] for name in ("app", "team", "change")} == {
        "app": "notation-pkcs11",
        "team": "platform <b>",
        "change": "CHG-1",
    }
    assert "4711" in shown.values() and "secret" not in request.order.metadata.decode()
    scene.approve(request, "anna")
    scene.succeed(run)


# The approvers' own program


@pytest.mark.parametrize("envelope", ["jws", "cose"])
def test_approvers_answer_with_our_program(scene, image, keys, envelope):
    """With an EC, an RSA and an Ed25519 key; what they are shown is what notation signs."""
    people = {"ella": keys("EC-384").private, "rosa": keys("RSA-3072").private}
    people["eddy"] = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    scene.hold(rule=policy(alternative(group(3, **people), timeout=3600)))
    scene.approval["claims"] = {"change": "CHG-1"}
    scene.configure()
    run = scene.sign(image, "--signature-format", envelope)
    request = scene.standin.wait_for_request()
    for key in people.values():
        listed = scene.answer(key, "pending", "--json")
        assert image.digest in listed.out and "CHG-1" in listed.out
        (task,) = json.loads(listed.out)["tasks"]
        said = scene.answer(key, "approve", task["id"], "--yes")
        assert said.code == 0 and image.digest in said.out, said
    assert len(request.approved) == 3
    scene.succeed(run)
    scene.verify(image)


def test_an_approver_rejects_with_our_program(scene, asked, image):
    run, request = asked
    for name in ("anna", "carl"):
        (task,) = json.loads(scene.answer(PEOPLE[name], "pending", "--json").out)["tasks"]
        assert scene.answer(PEOPLE[name], "reject", task["id"], "--yes").code == 0
    scene.fails_with("rejected", run)
    assert request.status == "REJECTED" and not image.signatures()


def test_an_approval_of_other_bytes_than_the_tasks_is_not_given(scene, asked, image):
    """A service that shows one artifact and has another signed."""
    run, request = asked
    other = scene.sign(scene.artifact("other"))
    victim = scene.standin.wait_for_request(2)
    request.token, victim.token = victim.token, request.token
    tasks = json.loads(scene.answer(PEOPLE["anna"], "pending", "--json").out)["tasks"]
    for task in tasks:
        refused = scene.answer(PEOPLE["anna"], "approve", task["id"], "--yes")
        assert refused.code != 0
        scene.reads("other bytes", refused.err)
    assert len(tasks) == 2 and not request.approved and not victim.approved
    for one in (run, other):
        one.kill()
        one.end()


# Before anybody is asked


def authority_alone(scene):
    return [scene.root]


def leaf_alone(scene):
    return [scene.leaf]


def expired(scene):
    return [Certificate(Profile(not_after=-datetime.timedelta(hours=1)), scene.key, scene.root), scene.root]


def of_another_key(scene):
    return [Certificate(Profile(), scene.keys("EC-256", "another"), scene.root), scene.root]


@pytest.mark.parametrize("chain", [authority_alone, leaf_alone, expired, of_another_key], ids=lambda one: one.__name__)
def test_with_a_broken_chain_nobody_is_asked(scene, image, chain):
    scene.hold(rule=ONE)
    certs.write_chain(scene.host.folder / "chain.pem", chain(scene))
    scene.fails_with(f"chain {chain.__name__.replace('_', ' ')}", scene.sign(image))
    assert scene.call().code == "VALIDATION_ERROR"
    assert scene.standin.requests() == [] and scene.calls(SIGN) == 0


def test_with_the_public_key_of_another_key_nobody_is_asked(scene, image):
    scene.hold(rule=ONE)
    scene.approval["public_key"] = "0" * 64
    scene.configure()
    scene.fails_with("other public key", scene.sign(image))
    assert scene.calls(SIGN) == 0


def test_a_key_that_the_service_holds_under_another_name_is_not_asked_for(scene, image):
    scene.hold(rule=ONE)
    scene.standin.add_key("staging", "EC-256", ONE, password=scene.secrets["key-password"])
    scene.configure(key="staging")
    scene.fails_with("another key at the service", scene.sign(image))
    assert scene.calls(SIGN) == 0


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

