"""gate-prompt.py: requests as files, decisions at a prompt."""

import json
import re
import time

import pytest
from conftest import Program, make_request


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "gate").mkdir()
    return tmp_path / "gate"


@pytest.fixture
def gate(tmp_path, folder):
    program = Program("gate-prompt.py", tmp_path)
    program.environment["GATE_FOLDER"] = str(folder)
    return program


def say(gate, *lines):
    done = gate.run("answer", stdin="".join(line + "\n" for line in lines))
    assert done.stderr == ""
    return done.stdout


def test_a_request_waits_until_somebody_says_yes(gate, folder, request_made):
    where = f"GATE_FOLDER={folder} {gate.command[0]} answer"
    waiting = {"status": "waiting", "missing": ["somebody"], "where": where}
    assert gate.ask("submit", request_made) == waiting
    assert gate.ask("poll", request_made) == waiting
    say(gate, "ann", "y")
    permitted = {"status": "permitted", "approved": ["ann"]}
    assert gate.ask("poll", request_made) == permitted
    assert gate.ask("redeem", request_made) == permitted
    assert gate.ask("redeem", request_made) == permitted


def test_a_no_carries_name_and_reason(gate, request_made):
    gate.ask("submit", request_made)
    say(gate, "bob", "n", "the release is frozen")
    refused = {"status": "refused", "by": ["bob"], "reason": "the release is frozen"}
    assert gate.ask("poll", request_made) == refused
    assert gate.ask("redeem", request_made) == refused


def test_a_repeated_submit_asks_nobody_twice(gate, folder, request_made):
    gate.ask("submit", request_made)
    say(gate, "ann", "y")
    assert gate.ask("submit", request_made) == {"status": "permitted", "approved": ["ann"]}
    assert len(list(folder.glob("*.request.json"))) == 1
    assert say(gate) == "no open request\n"


def test_another_request_with_the_same_id_gets_nothing(gate, request_made):
    gate.ask("submit", request_made)
    say(gate, "ann", "y")
    other = json.loads(json.dumps(request_made))
    other["subject"]["artifact"]["digest"] = "sha256:" + "00" * 32
    for verb in ("submit", "poll", "redeem"):
        assert gate.ask(verb, other) == {"status": "failed", "message": "another request has this id"}


def test_redeem_without_a_yes_fails(gate, request_made):
    assert gate.ask("redeem", request_made) == {"status": "failed", "message": "the request is not known"}
    gate.ask("submit", request_made)
    assert gate.ask("redeem", request_made) == {"status": "failed", "message": "the request is waiting"}
    gate.ask("withdraw", request_made)
    assert gate.ask("redeem", request_made) == {"status": "failed", "message": "the request is withdrawn"}


def test_a_withdrawn_request_is_asked_for_no_more(gate, request_made):
    gate.ask("submit", request_made)
    assert gate.ask("withdraw", request_made) == {"status": "withdrawn"}
    assert gate.ask("withdraw", request_made) == {"status": "withdrawn"}
    assert gate.ask("poll", request_made) == {"status": "withdrawn"}
    assert say(gate) == "no open request\n"


def test_an_unknown_request_counts_as_withdrawn(gate, request_made):
    assert gate.ask("withdraw", request_made) == {"status": "withdrawn"}


def test_an_expired_request_is_asked_for_no_more(gate):
    old = make_request(lifetime=-1)
    assert gate.ask("submit", old) == {"status": "expired"}
    assert say(gate) == "no open request\n"


def test_the_prompt_shows_what_is_to_be_signed_and_marks_the_claims(gate):
    request = make_request(note="harmless\x1b[2J\u202etxt")
    gate.ask("submit", request)
    shown = say(gate, "ann", "perhaps", "l")
    assert shown == (
        "your name: \n"
        f"request   00112233, until {request['expires']}\n"
        f"key       release, SHA-256 {'b2' * 32}\n"
        f"artifact  sha256:{'c3' * 32}\n"
        "          application/vnd.oci.image.manifest.v1+json, 528 bytes\n"
        "          verb = redeem\n"
        "signature notary.x509, does not expire\n"
        "claims of the requester, verified by nobody:\n"
        "          note = harmless\\x1b[2J\\u202etxt\n"
        "          user = runner\n"
        "sign it? [y]es, [n]o, [l]ater: sign it? [y]es, [n]o, [l]ater: "
    )
    assert gate.ask("poll", request)["status"] == "waiting"


@pytest.mark.parametrize(
    "lifetime, words",
    [
        (0, "0 seconds"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (86400, "1 day"),
        (7776000, "90 days"),
    ],
)
def test_the_prompt_says_how_long_the_signature_lasts(gate, request_made, lifetime, words):
    request_made["subject"]["lifetime"] = lifetime
    gate.ask("submit", request_made)
    assert f"signature notary.x509, expires {words} after it is made\n" in say(gate, "ann", "l")


def test_the_oldest_request_comes_first(gate):
    requests = [make_request(digit * 32) for digit in "cab"]
    for request in requests:
        gate.ask("submit", request)
        time.sleep(0.02)
    shown = say(gate, "ann", "y", "l", "l")
    assert re.findall(r"request   (\w+)", shown) == ["cccccccc", "aaaaaaaa", "bbbbbbbb"]
    assert [gate.ask("poll", request)["status"] for request in requests] == ["permitted", "waiting", "waiting"]


def test_the_first_decision_stands(gate, request_made):
    gate.ask("submit", request_made)
    slow = gate.start("answer")
    slow.stdin.write("bob\n")
    slow.stdin.flush()
    shown = ""
    while "sign it?" not in shown:
        shown += slow.stdout.read(1)
    say(gate, "ann", "y")
    rest, _ = slow.communicate("n\nno\n", timeout=60)
    assert rest.endswith("too late: the request is permitted\n")
    assert gate.ask("poll", request_made) == {"status": "permitted", "approved": ["ann"]}


def test_ending_the_prompt_decides_nothing(gate, request_made):
    gate.ask("submit", request_made)
    done = gate.run("answer", stdin="ann\n")
    assert (done.returncode, done.stderr) == (1, "\nnothing more was recorded\n")
    assert gate.ask("poll", request_made)["status"] == "waiting"


def test_many_submits_at_once_make_one_request(gate, folder, request_made):
    question = json.dumps({"version": 1, "verb": "submit", "request": request_made})
    running = [gate.start() for _ in range(8)]
    for process in running:
        process.stdin.write(question)
        process.stdin.close()
    for process in running:
        assert json.loads(process.stdout.read())["status"] == "waiting"
        assert process.wait(60) == 0
        process.stdout.close()
        process.stderr.close()
    assert [path.name for path in folder.iterdir()] == [f"{request_made['id']}.request.json"]


def test_a_folder_that_is_not_there_is_named(gate, tmp_path, request_made):
    question = json.dumps({"version": 1, "verb": "submit", "request": request_made})
    gate.environment["GATE_FOLDER"] = str(tmp_path / "none")
    done = gate.run(stdin=question)
    assert done.returncode == 1
    assert str(tmp_path / "none") in done.stderr
    assert done.stderr.count("\n") == 1
    for folder in ("", "gate"):
        gate.environment["GATE_FOLDER"] = folder
        done = gate.run(stdin=question)
        assert (done.returncode, done.stderr) == (1, "GATE_FOLDER is not set to an absolute path\n")


def test_what_is_no_question_is_refused_in_one_line(gate, folder, request_made):
    def question(**changed):
        return json.dumps({"version": 1, "verb": "submit", "request": {**request_made, **changed}})

    assert gate.run().stderr == "standard input is empty: notation-pkcs11 writes its question there\n"
    bad = ["{", "[]", "{}", '{"verb": "poll", "request": 1}', "[" * 100_000]
    for text in [*bad, question(id="../x"), question(id=1), question(expires="soon")]:
        done = gate.run(stdin=text)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "standard input holds no question of notation-pkcs11\n"
    assert list(folder.iterdir()) == []


def test_wrong_arguments_get_the_usage(gate):
    for arguments in (["approve"], ["answer", "now"]):
        done = gate.run(*arguments)
        assert done.returncode == 1
        assert "gate-prompt.py answer" in done.stderr
