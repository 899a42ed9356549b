"""Runs that are killed while people are asked: whoever runs again gets one signature or one clear text, and no request
stays open at the service but those whose name the killed run never learned.

TSB_ROUNDS sets the number of random rounds, TSB_LANES how many go on at once, E2E_SEED what happens in them."""

import collections
import contextlib
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness import process
from harness.tsb import (  # noqa: F401
    ONE,
    POLL,
    SIGN,
    digest_of,
    eventually,
    make,
    make_scene,
    scene,
)
from tsb_standin import Refused, knobs

ROUNDS = int(os.environ.get("TSB_ROUNDS", "18"))
SEED = int(os.environ.get("E2E_SEED", "1"))
LANES = int(os.environ.get("TSB_LANES", "3"))
LATENCY = 0.4  # seconds that the service may take before it looks at a request
LOST = "it may still be open there, and can no longer be found"
TARGETS = ["plugin", "group"]
APPROVED = ["before", "between", "after", "never"]


@pytest.fixture
def image(scene):
    return scene.artifact()


def kill_plugin(scene, run):
    """The plugin of this run alone: notation stays and reports."""
    for pid in process.running(scene.plugin):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(pid) == run.child.pid:
                os.kill(pid, signal.SIGKILL)


def kill(scene, run, target):
    with contextlib.suppress(ProcessLookupError):
        run.kill() if target == "group" else kill_plugin(scene, run)


def waiting(scene):
    """One run waits, its request noted."""
    return [ticket["state"] for ticket in scene.tickets()] == ["waiting"]


# One moment each


@pytest.mark.parametrize("target", TARGETS)
def test_killed_while_it_waits_the_next_run_withdraws_and_asks_anew(scene, image, target):
    scene.hold(rule=ONE)
    run = scene.sign(image)
    first = scene.standin.wait_for_request()
    eventually(lambda: waiting(scene))
    kill(scene, run, target)
    result = run.end()
    if target == "plugin":
        scene.reads("killed plugin", result.out + result.err)
    assert first.open
    again = scene.sign(image)
    second = scene.standin.wait_for_request(2)
    assert first.status == "CANCELLED"
    scene.approve(second, "anna")
    scene.succeed(again)
    scene.verify(image)
    assert scene.tickets() == [] and LOST not in scene.log()


@pytest.mark.parametrize("target", TARGETS)
def test_killed_before_it_learned_the_requests_name_the_next_run_says_so(scene, image, target):
    """The one case in which a request stays open: the interface has no way to find it again."""
    scene.hold(rule=ONE)
    scene.standin.knobs.fault(SIGN, knobs.HANG_AFTER_PROCESSING)
    run = scene.sign(image)
    first = scene.standin.wait_for_request()
    kill(scene, run, target)
    run.end()
    again = scene.sign(image)
    second = scene.standin.wait_for_request(2)
    scene.approve(second, "anna")
    scene.succeed(again)
    scene.verify(image)
    assert scene.open_requests() == [first]
    (told,) = [line.split(" warning ")[1] for line in scene.log().splitlines() if LOST in line]
    scene.reads("lost", told + "\n")
    third = scene.sign(image)
    scene.approve(scene.standin.wait_for_request(3), "anna")
    scene.succeed(third)
    assert scene.log().count(LOST) == 1, "it is told once"


def test_a_plugin_whose_notation_was_killed_withdraws(scene, image):
    """As after Ctrl-C in some shells: nobody is left to take the signature."""
    scene.hold(rule=ONE)
    run = scene.sign(image)
    request = scene.standin.wait_for_request()
    eventually(lambda: waiting(scene))
    os.kill(run.child.pid, signal.SIGKILL)
    run.child.wait()
    eventually(lambda: not request.open)
    assert request.status == "CANCELLED"
    eventually(lambda: scene.tickets() == [])
    run.end()


def test_approved_and_killed_the_signature_is_not_kept_for_other_bytes(scene, image):
    """What was approved were the bytes of the killed run; a new run has others."""
    scene.hold(rule=ONE)
    run = scene.sign(image)
    first = scene.standin.wait_for_request()
    eventually(lambda: waiting(scene))
    kill(scene, run, "group")
    run.end()
    scene.approve(first, "anna")
    assert first.status == "EXECUTED"
    scene.fail(scene.sign(image, wait=1))
    assert len(scene.standin.requests()) == 2 and scene.open_requests() == []
    assert not image.signatures() and scene.tickets() == []


# Random moments


class Approving:
    """While it lasts, anna approves the requests for one artifact, those of `but` aside."""

    def __init__(self, scene, digest, but=()):
        self.scene, self.digest, self.but = scene, digest, set(but)
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *exception):
        self.done.set()
        self.thread.join()

    def work(self):
        while not self.done.wait(0.02):
            for request in self.scene.open_requests(self.digest):
                if request.id not in self.but:
                    with contextlib.suppress(IndexError, Refused):  # withdrawn meanwhile
                        self.scene.approve(request, "anna")


class Lane:
    """Rounds one after the other, on a host and a service of their own."""

    def __init__(self, number, folder, libexec, keys, root):
        folder.mkdir()
        self.scene = make_scene(folder, libexec, keys, root).hold(rule=ONE)
        self.random = random.Random(SEED * 1000 + number)
        self.figures = collections.Counter()
        self.count = 0

    def go(self, rounds):
        try:
            for _ in range(rounds):
                self.round()
            self.scene.leave()
        finally:
            self.scene.standin.close()
        return self.figures

    def round(self):
        self.count += 1
        self.figures["rounds"] += 1
        target, approved = self.random.choice(TARGETS), self.random.choice(APPROVED)
        told = f"round {self.count}: {target} killed, approved {approved}"
        self.spoil()
        image = self.scene.artifact(f"image{self.count}")
        early = Approving(self.scene, image.digest) if approved == "before" else contextlib.nullcontext()
        with early:
            run = self.scene.sign(image)
            self.wait_for_the_moment(run, image)
            kill(self.scene, run, target)
            result = run.end()
            self.settle()
        self.scene.seen.append(result.out + result.err)
        if result.code == 0:
            self.figures["signed before the kill"] += 1
            self.scene.verify(image)
        else:
            assert target == "group" or "Error: " in result.err, (told, result)
            self.again(image, approved, told)

    def spoil(self):
        """Answers that take their time make the moments around them longer."""
        service = self.scene.standin.knobs
        service.clear()
        service.result_once = self.random.random() < 0.3
        if self.random.random() < 0.5:
            service.fault(SIGN, knobs.SLOW_ANSWER, pace=self.random.uniform(0.0005, 0.003))
        if self.random.random() < 0.3:
            service.latency[SIGN] = self.random.uniform(0, LATENCY)
        if self.random.random() < 0.3:
            service.fault(POLL, knobs.SLOW_ANSWER, pace=0.001, times=2)

    def wait_for_the_moment(self, run, image):
        if self.random.random() < 0.4:
            end = time.monotonic() + self.random.uniform(0, 2.5)
        else:
            begun = time.monotonic() + 10
            while not self.requests(image) and run.child.poll() is None and time.monotonic() < begun:
                time.sleep(0.002)
            end = time.monotonic() + self.random.choice([0, 0.01, 0.1, 0.5, 1.5]) * self.random.random()
        while time.monotonic() < end and run.child.poll() is None:
            time.sleep(0.002)

    def settle(self):
        """Until the service has done what it was told before the kill."""
        entries = self.scene.standin.journal.entries
        time.sleep(LATENCY + 0.2)  # what lies in a socket's buffer is read after its sender was killed
        eventually(lambda: all(entry.status or entry.note for entry in entries()))
        self.scene.standin.knobs.clear()

    def requests(self, image):
        return [request for request in self.scene.standin.requests() if digest_of(request) == image.digest]

    def again(self, image, approved, told):
        tickets = [one for one in self.scene.tickets() if one["artifact"]["digest"] == image.digest]
        assert len(tickets) <= 1, (told, tickets)
        nameless = [ticket for ticket in tickets if not ticket.get("serviceId")]
        named = {ticket["serviceId"] for ticket in tickets if ticket.get("serviceId")}
        open_now = {request.id for request in self.scene.open_requests(image.digest)}
        lost = open_now - named
        assert not lost or nameless, (told, "a request is open that no ticket speaks of", lost, tickets)
        self.figures["killed with nothing on disk"] += not tickets
        self.figures["killed before the name was noted"] += bool(nameless)
        self.figures["requests left open for good"] += len(lost)
        self.figures["killed with the name noted"] += bool(named)
        if approved == "between":
            for request in self.scene.open_requests(image.digest):
                self.scene.approve(request, "anna")
            self.figures["requests left open for good"] -= len(lost)
            self.figures["left open, then approved for nothing"] += len(lost)
            lost = set()
        before = self.scene.log().count(LOST)
        if approved == "never":
            text = self.scene.fail(self.scene.sign(image, wait=1)).err
            assert "is not complete after 1 second: nobody has approved it; missing: anna" in text, (told, text)
            assert not image.signatures()
            self.figures["ended in a text"] += 1
        else:
            with Approving(self.scene, image.digest, but=lost):
                self.scene.succeed(self.scene.sign(image))
            self.scene.verify(image)
            self.figures["signed by the next run"] += 1
        left = {request.id for request in self.scene.open_requests(image.digest)}
        assert left == lost, (told, tickets, self.requests(image), self.scene.log()[-4000:])
        assert self.scene.log().count(LOST) - before == len(nameless), told
        assert self.scene.tickets() == [], told


def test_killed_at_random_moments(tmp_path, libexec, keys, root, capsys):
    lanes = [Lane(number, tmp_path / f"lane{number}", libexec, keys, root) for number in range(LANES)]
    figures = collections.Counter()
    with ThreadPoolExecutor(LANES) as pool:
        for done in [pool.submit(lane.go, ROUNDS // LANES) for lane in lanes]:
            figures += done.result()
    assert figures["rounds"] == ROUNDS // LANES * LANES
    with capsys.disabled():
        print("\n" + "".join(f"  {name}: {number}\n" for name, number in sorted(figures.items())), end="")
