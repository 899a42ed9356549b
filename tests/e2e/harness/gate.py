#!/usr/bin/python3 -IS
"""A gate behind the backend `exec`: named people vote, a quorum decides, and one yes may stand for several artifacts.

Run with its folder as the argument it answers one question; tests import it and play the people. Everything is in the
folder's files, and whoever reads or writes them holds the folder's lock."""

import contextlib
import fcntl
import json
import os
import pathlib
import sys
import time


class Gate:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    # What tests set.

    def open(self, approvers=("anna", "bert", "carl"), quorum=2, **rules):
        """`window`: how many different artifacts one yes covers, which was given already. `until`: seconds that a
        permission lasts. `faults`: verb -> what the program does instead of answering, see _misbehave."""
        for part in ("votes", "requests", "used"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        self._write("rules", {"approvers": approvers, "quorum": quorum, "window": None, "faults": {}, **rules})
        return self

    def change(self, **rules):
        with self._lock():
            self._write("rules", {**self._read("rules"), **rules})

    def approve(self, person, digest):
        self._vote(person, digest, {"yes": True})

    def reject(self, person, digest, reason=""):
        self._vote(person, digest, {"yes": False, "reason": reason})

    def finish(self, digest, state):
        """Lets every open request for the artifact be `expired` or `withdrawn`, or `failed`."""
        with self._lock():
            for request in self._requests():
                if request["digest"] == digest and request["state"] == "open":
                    self._write(f"requests/{request['id']}", {**request, "state": state})

    # What tests look at.

    def questions(self, verb=None, digest=None):
        """Every question that came in, oldest first."""
        with self._lock():
            path = self.folder / "questions"
            lines = path.read_text().splitlines() if path.exists() else []
        found = [json.loads(line) for line in lines]
        return [
            question
            for question in found
            if verb in (None, question["verb"])
            and digest in (None, question["request"]["subject"]["artifact"]["digest"])
        ]

    def asked(self, digest=None):
        """Which requests people were asked: ids in the order of their first question."""
        return list(dict.fromkeys(question["request"]["id"] for question in self.questions("submit", digest)))

    def still_open(self):
        with self._lock():
            return [request["id"] for request in self._requests() if request["state"] == "open"]

    def wait_for_question(self, verb, digest=None, count=1, seconds=30):
        end = time.monotonic() + seconds
        while len(self.questions(verb, digest)) < count:
            assert time.monotonic() < end, f"the gate is not asked to {verb} {count} times: {self.questions()}"
            time.sleep(0.01)

    # The program.

    def answer(self, question):
        with self._lock():
            with open(self.folder / "questions", "a") as log:
                log.write(json.dumps({**question, "variables": sorted(os.environ)}) + "\n")
            fault = self._read("rules")["faults"].get(question["verb"])
            if not fault:
                answer = self._judge(question["verb"], self._request(question["request"]))
        if fault:
            _misbehave(**fault)
        print(json.dumps(answer))

    def _request(self, asked):
        known = self._read(f"requests/{asked['id']}")
        if known:
            return known
        number = len(list((self.folder / "requests").iterdir())) + 1
        digest = asked["subject"]["artifact"]["digest"]
        request = {"id": asked["id"], "name": f"CHANGE-{number}", "digest": digest, "state": "open"}
        self._write(f"requests/{asked['id']}", request)
        return request

    def _judge(self, verb, request):
        if verb == "withdraw":
            self._write(f"requests/{request['id']}", {**request, "state": "withdrawn"})
            return {"status": "withdrawn"}
        if request["state"] == "failed":
            return {"status": "failed", "message": "the change board was dissolved"}
        if request["state"] in ("expired", "withdrawn"):
            return {"status": request["state"]}
        answer = self._verdict(verb, request["digest"])
        if answer["status"] == "waiting":
            answer["where"] = f"https://gate.example.com/{request['name']}"
            if verb == "redeem":
                answer = {"status": "refused", "by": ["the gate"], "reason": "nobody has permitted this"}
        else:
            self._write(f"requests/{request['id']}", {**request, "state": answer["status"]})
        return {**answer, "service_id": request["name"]}

    def _verdict(self, verb, digest):
        rules = self._read("rules")
        if rules["window"] is not None:
            return self._count(verb, digest, rules["window"])
        votes = {person: self._read(f"votes/{digest}/{person}") for person in rules["approvers"]}
        for person, vote in votes.items():
            if vote and not vote["yes"]:
                return {"status": "refused", "by": [person], "reason": vote["reason"]}
        approved = [person for person, vote in votes.items() if vote]
        if len(approved) < rules["quorum"]:
            return {"status": "waiting", "approved": approved, "missing": [p for p in votes if not votes[p]]}
        answer = {"status": "permitted", "approved": approved}
        if "until" in rules:
            answer["until"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + rules["until"]))
        return answer

    def _count(self, verb, digest, window):
        """Only `redeem` counts: that a window is open says nothing about how much of it is left."""
        used = self.folder / "used" / digest
        if verb == "redeem" and not used.exists():
            if len(list(used.parent.iterdir())) >= window:
                return {"status": "refused", "by": ["the gate"], "reason": f"the window is used up: {window} artifacts"}
            used.touch()
        return {"status": "permitted", "approved": ["anna"]}

    def _vote(self, person, digest, vote):
        with self._lock():
            (self.folder / "votes" / digest).mkdir(exist_ok=True)
            self._write(f"votes/{digest}/{person}", vote)

    def _requests(self):
        return [json.loads(path.read_text()) for path in sorted((self.folder / "requests").iterdir())]

    def _read(self, name):
        path = self.folder / name
        return json.loads(path.read_text()) if path.exists() else None

    def _write(self, name, content):
        """A killed gate leaves the old content or the new one."""
        new = self.folder / f"new-{os.getpid()}"
        new.write_text(json.dumps(content))
        new.replace(self.folder / name)

    @contextlib.contextmanager
    def _lock(self):
        with open(self.folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _misbehave(seconds=0, text="", times=1, errors="", then=0, status=0):
    """Sleeps, writes the text again and again, sleeps again, and ends with a status."""
    time.sleep(seconds)
    for _ in range(times):
        sys.stdout.write(text)
    sys.stdout.flush()
    sys.stderr.write(errors)
    time.sleep(then)
    sys.exit(status)


if __name__ == "__main__":
    Gate(sys.argv[1]).answer(json.load(sys.stdin))
