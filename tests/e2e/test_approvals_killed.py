"""notation or the plugin is killed at a random moment of asking, waiting and signing, the command is run again, and
people answer before, between or after: every round ends in one verified signature or one clear text, nobody is asked
twice, and no request stays open that the next run would not find. E2E_KILL_ROUNDS sets how many rounds are played,
E2E_SEED which."""

import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import signal
import time

import pytest
from harness.approvals import eventually, fake_scene  # noqa: F401

ROUNDS = int(os.environ.get("E2E_KILL_ROUNDS", "60"))
SEED = os.environ.get("E2E_SEED", "1")
AT_ONCE = 6
LIVES = [0.6, 1.8]  # seconds until the kill, at most: a run asks after some tenths of one, and polls after one more
REFUSED = re.compile(
    r"Error: failed to sign with the plugin pkcs11: approval of sha256:[0-9a-f]{64} with key \"release\" was refused "
    r"by bert: no\na refusal is final for its request; to ask anew: notation-pkcs11 approvals cancel [0-9a-f]{8}, then "
    r"run the command again\n"
)
PLUGIN_KILLED = "signal: killed"  # in notation's own words


def told(result):
    """What notation printed, but for its remark on layouts."""
    return "".join(line for line in result.err.splitlines(True) if not line.startswith("Warning: This feature"))


class Round:
    """One artifact, one to three kills, and one run to the end."""

    def __init__(self, scene, number):  # noqa: F811
        self.scene = scene
        self.chance = random.Random(f"{SEED} {number}")
        self.image = scene.artifact(f"round-{number}")
        self.says_no = self.chance.random() < 0.25
        self.kills = self.chance.randint(1, 3)
        self.answers_at = sorted(self.chance.choices(range(2 * self.kills + 2), k=2))
        self.moment = 0
        self.answered = set()
        self.met = collections.Counter()

    def play(self):
        self.people_may_answer()
        for number in range(self.kills):
            self.run_and_kill(self.copy(number))
            self.people_may_answer()
        return self.run_to_the_end()

    def copy(self, number):
        """A layout of its own for each run: notation killed while it writes leaves a broken one."""
        return self.image.copy(pathlib.Path(f"{self.image.folder}-{number}"))

    def people_may_answer(self):
        """The next moment of the round: two people answer, each at a moment of his own."""
        for person, moment in zip(("anna", "bert"), self.answers_at):
            if moment == self.moment:
                self.answer(person)
        self.moment += 1

    def answer(self, person):
        self.answered.add(person)
        if person == "bert" and self.says_no:
            self.scene.gate.reject(person, self.image.digest, "no")
        else:
            self.scene.gate.approve(person, self.image.digest)

    def run_and_kill(self, image):
        run = self.scene.sign(image)
        life = self.chance.uniform(0, self.chance.choice(LIVES))
        time.sleep(life / 2)
        self.people_may_answer()
        time.sleep(life / 2)
        if self.chance.random() < 0.5:
            self.met["group killed" if run.child.poll() is None else "ended before"] += 1
            kill(-run.child.pid)
        else:
            self.kill_plugin(run)
        self.check_killed(run.end(), image)

    def kill_plugin(self, run):
        """notation runs one plugin after another; between two of them there is none to kill."""
        plugins = children(run.child.pid)
        for pid in plugins:
            kill(pid)
        eventually(lambda: run.child.poll() is not None or set(children(run.child.pid)) != set(plugins) or not plugins)
        if run.child.poll() is None and (not plugins or children(run.child.pid)):
            self.met["no plugin to kill"] += 1
            kill(-run.child.pid)
        else:
            self.met["plugin killed"] += 1

    def check_killed(self, result, image):
        if result.code == 0:
            self.met["signed all the same"] += 1
            assert len(self.answered) == 2 and not self.says_no, "signed without a yes"
            self.scene.verify(image)
        elif result.code == 1:
            assert REFUSED.fullmatch(told(result)) or PLUGIN_KILLED in told(result), result
        else:
            assert result.code == -signal.SIGKILL, result

    def run_to_the_end(self):
        run = self.scene.sign(self.image)
        while self.moment < 2 * self.kills + 2:
            self.people_may_answer()
        result = run.end()
        if self.says_no:
            assert result.code == 1 and REFUSED.fullmatch(told(result)), result
            assert not self.image.signatures()
        else:
            assert result.code == 0, result
            self.scene.verify(self.image)
        self.met["refused" if self.says_no else "signed"] += 1
        asked = self.scene.gate.asked(self.image.digest)
        assert len(asked) == 1, f"asked {len(asked)} times"
        return self.met


def kill(pid):
    try:
        if pid < 0:
            os.killpg(-pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def children(pid):
    """What notation runs: the plugin."""
    found = []
    for thread in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in thread.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def test_killed_at_random_moments_it_goes_on_where_it_was(fake_scene):  # noqa: F811
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        rounds = [pool.submit(Round(fake_scene, number).play) for number in range(ROUNDS)]
    failed = {number: future.exception() for number, future in enumerate(rounds) if future.exception()}
    assert not failed, "\n".join(f"round {number}: {error!r}" for number, error in failed.items())
    met = sum((future.result() for future in rounds), collections.Counter())
    print(json.dumps(met, sort_keys=True))
    assert met["group killed"] and met["plugin killed"] and met["signed"] and met["refused"]
    known = {request["id"] for request in fake_scene.requests()}
    assert set(fake_scene.gate.still_open()) <= known
    eventually(lambda: not fake_scene.programs())


@pytest.mark.parametrize("verb", ["submit", "poll", "redeem"])
@pytest.mark.parametrize("victim", ["group", "plugin"])
def test_killed_while_the_gate_thinks(fake_scene, verb, victim):  # noqa: F811
    """The gate has heard the question, and nobody is left to hear its answer."""
    image = fake_scene.artifact()
    copy = image.copy(image.folder.with_name("killed"))
    if verb == "redeem":
        answer(fake_scene, image)
    fake_scene.gate.change(faults={verb: {"seconds": 60}})
    run = fake_scene.sign(copy)
    fake_scene.gate.wait_for_question(verb)
    kill(-run.child.pid if victim == "group" else children(run.child.pid)[0])
    run.end()
    fake_scene.gate.change(faults={})
    answer(fake_scene, image)
    fake_scene.sign(image).succeed()
    fake_scene.verify(image)
    assert len(fake_scene.gate.asked()) == 1
    for pid in fake_scene.programs():
        kill(pid)


def test_a_gate_whose_run_was_killed_ends_by_itself(fake_scene):  # noqa: F811
    fake_scene.approval["exec"]["timeout"] = 2
    fake_scene.configure()
    fake_scene.gate.change(faults={"submit": {"seconds": 60}})
    run = fake_scene.sign(fake_scene.artifact())
    fake_scene.gate.wait_for_question("submit")
    run.kill()
    run.end()
    eventually(lambda: not fake_scene.programs())


def answer(scene, image):  # noqa: F811
    scene.gate.approve("anna", image.digest)
    scene.gate.approve("bert", image.digest)
