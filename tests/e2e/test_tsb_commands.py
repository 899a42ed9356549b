"""The commands of requesters and of approvers, beside runs that wait for a broker."""

import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from harness.shapes import conforms
from harness.tsb import (  # noqa: F401
    PEOPLE,
    TWO_OF_THREE,
    alternative,
    asked,
    eventually,
    group,
    image,
    make,
    policy,
    scene,
)


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
        [scene.plugin, "approvals", "watch", ticket["id"]], env=environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert watch.stdout.readline()
    scene.approve(request, "anna", "carl")
    scene.succeed(run)
    ended = watch.communicate(timeout=30)[1]
    assert watch.returncode == 5
    scene.reads("watch of a run", ended)
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
        (task,) = conforms("approvals-pending", listed.out)["tasks"]
        said = scene.answer(key, "approve", task["id"], "--yes")
        assert said.code == 0 and image.digest in said.out, said
    assert len(request.approved) == 3
    scene.succeed(run)
    scene.verify(image)


def test_an_approver_rejects_with_our_program(scene, asked, image):
    run, request = asked
    for name in ("anna", "carl"):
        (task,) = conforms("approvals-pending", scene.answer(PEOPLE[name], "pending", "--json").out)["tasks"]
        assert scene.answer(PEOPLE[name], "reject", task["id"], "--yes").code == 0
    scene.fails_with("rejected", run)
    assert request.status == "REJECTED" and not image.signatures()


def test_an_approval_of_other_bytes_than_the_tasks_is_not_given(scene, asked, image):
    """A service that shows one artifact and has another signed."""
    run, request = asked
    other = scene.sign(scene.artifact("other"))
    victim = scene.standin.wait_for_request(2)
    request.token, victim.token = victim.token, request.token
    tasks = conforms("approvals-pending", scene.answer(PEOPLE["anna"], "pending", "--json").out)["tasks"]
    for task in tasks:
        refused = scene.answer(PEOPLE["anna"], "approve", task["id"], "--yes")
        assert refused.code != 0
        scene.reads("other bytes", refused.err)
    assert len(tasks) == 2 and not request.approved and not victim.approved
    for one in (run, other):
        one.kill()
        one.end()
