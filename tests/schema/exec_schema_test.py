"""Holds the schemas of the backend exec against the decoders: same verdict on every example, questions as described."""

import copy
import json
import pathlib
import subprocess
import sys
import unittest

try:
    import jsonschema
except ImportError:
    print("skipped: the Python package jsonschema is missing (Debian: python3-jsonschema)")
    sys.exit(77)

PROBE = sys.argv.pop(1)
HERE = pathlib.Path(__file__).resolve().parent
QUESTION = json.loads((HERE / "../../schema/exec-request.schema.json").read_text(encoding="utf-8"))
ANSWER = json.loads((HERE / "../../schema/exec-answer.schema.json").read_text(encoding="utf-8"))
EXAMPLES = json.loads((HERE / "exec_examples.json").read_text(encoding="utf-8"))
VERBS = QUESTION["properties"]["verb"]["enum"]


def probe(document, *words):
    """Exit status and output of the decoder."""
    run = subprocess.run([PROBE, *words], input=json.dumps(document), capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stderr
    return run.returncode, run.stdout


def ticket_of(request):
    ticket = {"version": 1, "request": request, "backend": "exec", "place": "/bin/ask", "state": "intended"}
    progress = {"approved": [], "missing": [], "refused": [], "executing": False, "where": "", "warning": ""}
    return {**ticket, "progress": progress, "newest": "2026-11-21T01:48:29Z"}


def changed(request, path, value):
    """The request with another value at "a/b/c"; without the member when there is none."""
    copied = copy.deepcopy(request)
    *parents, last = path.split("/")
    place = copied
    for name in parents:
        place = place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return copied


class ExecSchemas(unittest.TestCase):
    def setUp(self):
        self.question = jsonschema.Draft202012Validator(QUESTION)
        self.answer = jsonschema.Draft202012Validator(ANSWER)
        self.request = jsonschema.Draft202012Validator({**QUESTION["$defs"]["request"], "$defs": QUESTION["$defs"]})

    def test_the_schemas_are_some(self):
        jsonschema.Draft202012Validator.check_schema(QUESTION)
        jsonschema.Draft202012Validator.check_schema(ANSWER)

    def test_valid_answers_are_taken_by_both(self):
        for answer in EXAMPLES["valid_answers"] + ANSWER["examples"]:
            with self.subTest(answer=answer):
                self.assertEqual(probe(answer, "answer", "submit"), (0, ""))
                self.answer.validate(answer)

    def test_invalid_answers_are_refused_by_both_whatever_the_question(self):
        for answer in EXAMPLES["invalid_answers"]:
            with self.subTest(answer=answer):
                self.assertFalse(self.answer.is_valid(answer))
                for verb in VERBS:
                    self.assertEqual(probe(answer, "answer", verb)[0], 1)

    def test_the_schema_tells_which_status_answers_which_verb(self):
        told = {
            "submit": {"waiting", "permitted", "refused", "expired", "withdrawn", "failed"},
            "poll": {"waiting", "permitted", "refused", "expired", "withdrawn", "failed"},
            "redeem": {"permitted", "refused", "expired", "failed"},
            "withdraw": {"withdrawn", "permitted", "refused", "expired", "failed"},
        }
        self.assertEqual(set(VERBS), set(told))
        for verb in VERBS:
            for status in ANSWER["properties"]["status"]["enum"]:
                with self.subTest(verb=verb, status=status):
                    answer = {"status": status, **({"message": "m"} if status == "failed" else {})}
                    self.assertEqual(probe(answer, "answer", verb)[0] == 0, status in told[verb])

    def test_questions_are_as_the_schema_says(self):
        request = QUESTION["examples"][0]["request"]
        for known in ("", "REQ-41"):
            ticket = {**ticket_of(request), **({"service_id": known} if known else {})}
            status, output = probe(ticket, "ticket")
            self.assertEqual(status, 0, output)
            questions = [json.loads(line) for line in output.splitlines()]
            self.assertEqual([question["verb"] for question in questions], VERBS)
            for question in questions:
                self.question.validate(question)
                self.assertEqual(question["request"], request)
                self.assertEqual(question.get("service_id", ""), known)

    def test_requests_are_judged_alike_by_schema_and_decoder(self):
        request = QUESTION["examples"][0]["request"]
        for verdict in ("valid", "invalid"):
            for path, value in EXAMPLES[verdict + "_request_changes"]:
                with self.subTest(path=path, value=value):
                    document = changed(request, path, value)
                    self.assertEqual(self.request.is_valid(document), verdict == "valid")
                    status, output = probe(ticket_of(document), "ticket")
                    self.assertEqual(status == 0, verdict == "valid", output)


unittest.main()
