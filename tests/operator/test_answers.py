"""What approvers see and say: approvals pending, show, approve and reject against the stand-in of a broker.

The texts are in expected/; UPDATE=1 rewrites them, to be read again."""

import base64
import json
import re

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from harness import process, tools
from harness.screen import Screen
from harness.shapes import conforms
from harness.token import Token
from desk import Desk
from tsb_standin import Client, ManualClock, Standin, use_policy

PASSWORD = "open sesame"
TASKS = "POST /v1/filteredSignApprovalTask"


def base64url(value):
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


def notary_payload(digest="sha256:" + "43a6f438" * 8):
    """What notation has signed for an artifact."""
    scheme = "io.cncf.notary.signingScheme"
    header = {
        "alg": "ES256",
        "crit": [scheme],
        "cty": "application/vnd.cncf.notary.payload.v1+json",
        scheme: "notary.x509",
        "io.cncf.notary.signingTime": "2026-11-21T02:02:02Z",
    }
    artifact = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": 587}
    return f"{base64url(header)}.{base64url({'targetArtifact': artifact})}".encode()


def pem(key, password=None):
    cipher = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, cipher)


class Office(Desk):
    """An approver's machine, the service that asks, and requests there."""

    def __init__(self, folder, standin):
        super().__init__(folder, NoToken())
        self.standin = standin
        self.client = Client(standin.url, standin.ca_file)
        self.ann = ec.generate_private_key(ec.SECP256R1())
        self.bob = ec.generate_private_key(ec.SECP384R1())
        self.key_file("me.pem", self.ann)
        self.password_file(PASSWORD)
        self.policy([self.ann, self.bob], 2)

    def policy(self, keys, quorum, label="release"):
        """From now on requests are for a key with this rule."""
        self.label = label
        self.standin.add_key(label, "EC-256", use_policy(quorum, [key.public_key() for key in keys], timeout=3600))

    def key_file(self, name, key, password=None):
        path = self.folder / name
        path.write_bytes(pem(key, password))
        path.chmod(0o600)
        return path

    def password_file(self, text):
        path = self.folder / "password"
        path.write_text(text + "\n")
        path.chmod(0o600)

    def configure(self, **approver):
        service = {"url": self.standin.url, "ca_file": str(self.standin.ca_file)}
        path = self.folder / "config.json"
        path.write_text(json.dumps({"version": 1, "approver": {"key": "me.pem", "securosys_tsb": service, **approver}}))
        path.chmod(0o600)
        self.environment["NOTATION_PKCS11_CONFIG"] = path
        return self

    def submit(self, payload=None):
        asked = {
            "payload": base64.b64encode(payload or notary_payload()).decode(),
            "payloadType": "UNSPECIFIED",
            "signKeyName": self.label,
            "metaData": base64.b64encode(b'{"app":"builds","user":"eve"}').decode(),
            "signatureAlgorithm": "SHA256_WITH_ECDSA",
        }
        return self.client.call("POST", "/v1/sign", {"signRequest": asked})["signRequestId"]

    def state(self, request):
        return self.client.call("GET", f"/v1/request/{request}")

    def approvals(self, *words, status=0):
        return self.run("approvals", *words, status=status)

    def task(self):
        """The id of the one task."""
        (task,) = conforms("approvals-pending", self.approvals("pending", "--json").out)["tasks"]
        return task["id"]

    def compare(self, name, result):
        out, err = (
            re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<task>", text).replace(
                self.standin.url.removeprefix("https://"), "<host>"
            )
            for text in (result.out, result.err)
        )
        out = re.sub(r"(?m)^[0-9a-f]{8}(?=  )", "<task>", out)
        super().compare(f"answers-{name}", process.Result(result.code, out, err))


class NoToken:
    module, environment = "/nowhere", {}


@pytest.fixture
def standin(tmp_path):
    with Standin(folder=tmp_path / "standin") as made:
        yield made


@pytest.fixture
def office(tmp_path, standin):
    return Office(tmp_path, standin).configure()


def test_what_waits_is_listed_shown_and_approved(office):
    office.compare("nothing", office.approvals("pending"))
    request = office.submit()
    office.compare("pending", office.approvals("pending"))
    task = office.task()
    office.compare("show", office.approvals("show", task))
    assert office.approvals("show", task[:6]).out == office.approvals("show", task).out
    (shown,) = conforms("approvals-show", office.approvals("show", task, "--json").out)["tasks"]
    assert (shown["id"], shown["signed"]["notary"]["format"]) == (task, "JWS")
    office.compare("approve", office.approvals("approve", task, "--yes"))
    assert len(office.state(request)["approvedBy"]) == 1
    office.standin.approver(office.bob).approve_request(request)
    assert office.state(request)["status"] == "EXECUTED"


def test_a_rejection_ends_the_request(office):
    request = office.submit()
    office.compare("reject", office.approvals("reject", office.task(), "--yes"))
    assert office.state(request)["status"] == "REJECTED"


def test_several_tasks_are_answered_at_once(office):
    requests = [office.submit(notary_payload("sha256:" + digit * 64)) for digit in "ab"]
    tasks = [task["id"] for task in conforms("approvals-pending", office.approvals("pending", "--json").out)["tasks"]]
    answers = conforms("approvals-approve", office.approvals("approve", *tasks, "--yes", "--json").out)["tasks"]
    assert [(answer["id"], answer["answer"]) for answer in answers] == [(task, "approved") for task in tasks]
    assert all(office.state(request)["approvedBy"] for request in requests)


def test_the_second_answer_with_one_key_finds_nothing(office):
    office.submit()
    task = office.task()
    office.approvals("approve", task, "--yes")
    office.compare("twice", office.approvals("approve", task, "--yes", status=3))


def test_a_task_that_is_named_twice_is_answered_once(office):
    request = office.submit()
    task = office.task()
    answered = office.approvals("approve", task, task[:8], "--yes", "--json")
    assert [one["answer"] for one in conforms("approvals-approve", answered.out)["tasks"]] == ["approved"]
    assert len(office.state(request)["approvedBy"]) == 1


def test_a_task_that_was_answered_meanwhile_is_no_failure(office):
    request = office.submit()
    approver = office.standin.approver(office.ann)
    tasks = approver.tasks()
    approver.approve_request(request)
    office.standin.knobs.answer(TASKS, 200, json.dumps({"tasks": tasks}).encode())
    office.compare("gone", office.approvals("approve", tasks[0]["id"], "--yes"))


def test_the_wrong_persons_key_sees_and_answers_nothing(office):
    office.submit()
    task = office.task()
    office.key_file("eve.pem", ec.generate_private_key(ec.SECP256R1()))
    service = ["--url", office.standin.url, "--ca-file", office.standin.ca_file, "--key", "eve.pem"]
    assert office.approvals("pending", *service).out.startswith("nothing waits for this key at ")
    assert "waits for this key" in office.approvals("approve", task, "--yes", *service, status=3).err


@pytest.mark.parametrize("kind", ["rsa", "ec-521", "ed25519"])
def test_keys_of_every_kind_answer(office, kind):
    key = {
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "ec-521": lambda: ec.generate_private_key(ec.SECP521R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }[kind]()
    office.key_file("me.pem", key)
    office.policy([key], 1, "alone")
    request = office.submit()
    office.approvals("approve", office.task(), "--yes")
    assert office.state(request)["status"] == "EXECUTED"


def test_a_key_under_a_password_answers_when_the_password_is_right(office):
    request = office.submit()
    task = office.task()
    office.key_file("me.pem", office.ann, PASSWORD)
    office.compare("no-password", office.approvals("approve", task, "--yes", status=4))
    office.configure(key_password="file:password")
    office.password_file("wrong")
    office.compare("wrong-password", office.approvals("approve", task, "--yes", status=4))
    office.password_file(PASSWORD)
    office.approvals("approve", task, "--yes")
    assert office.state(request)["approvedBy"]


@pytest.mark.parametrize("kind", ["rsa", "ec", "ed25519"])
def test_a_key_on_a_token_answers(office, kind):
    key = {
        "rsa": lambda: rsa.generate_private_key(65537, 3072),
        "ec": lambda: ec.generate_private_key(ec.SECP384R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }[kind]()
    token = Token(office.folder).create()
    office.environment.update(token.environment)
    imported = office.key_file("imported.pem", key)
    token.import_key(type("Key", (), {"path": imported}), "me", "0a01")
    office.configure(key="pkcs11:token=e2e;object=me", module=str(token.module), pin_source="env:NOTATION_PKCS11_PIN")
    office.policy([key], 1, "alone")
    request = office.submit()
    office.approvals("approve", office.task(), "--yes")
    assert office.state(request)["status"] == "EXECUTED"
    rejected = office.submit()
    office.approvals("reject", office.task(), "--yes")
    assert office.state(rejected)["status"] == "REJECTED"


class Holder:
    """A key that never leaves its token, known by the file of its public half."""

    def __init__(self, path):
        self.encoded = path.read_bytes()

    def public_key(self):
        """Some versions of pkcs11-tool write PEM, others DER."""
        is_pem = self.encoded.startswith(b"-----BEGIN")
        return (serialization.load_pem_public_key if is_pem else serialization.load_der_public_key)(self.encoded)


def test_an_ed25519_key_made_on_a_token_is_shown_and_answers(office):
    token = Token(office.folder).create()
    office.environment.update(token.environment)
    token.tool("--keypairgen", "--key-type", "EC:edwards25519", "--label", "me", "--id", "0a01")
    listed = office.run("key", "list", "--module", token.module, "--token", "e2e", "--login")
    office.compare("key-list-ed25519", listed)
    token.tool("--read-object", "--type", "pubkey", "--id", "0a01", "--output-file", office.folder / "me.pub")
    office.configure(key="pkcs11:token=e2e;object=me", module=str(token.module), pin_source="env:NOTATION_PKCS11_PIN")
    office.policy([Holder(office.folder / "me.pub")], 1, "alone")
    request = office.submit()
    office.compare("ed25519-on-a-token", office.approvals("approve", office.task(), "--yes"))
    assert office.state(request)["status"] == "EXECUTED"
    key = json.loads(office.run("key", "list", "--module", token.module, "--token", "e2e", "--json").out)
    assert [(key["keySpec"], key["usable"]) for key in key["tokens"][0]["keys"]] == [("Ed25519", False)]


@pytest.mark.parametrize("change", ["payload", "label", "token"])
def test_a_service_that_shows_something_else_than_is_signed_gets_no_approval(office, change):
    request = office.submit()
    office.submit(notary_payload("sha256:" + "b" * 64))
    tasks = office.standin.approver(office.ann).tasks()
    mine, other = sorted(tasks, key=lambda task: b"43a6" not in base64.b64decode(task["payload"]))
    if change == "payload":
        mine["payload"] = other["payload"]
    elif change == "label":
        shown = json.loads(base64.b64decode(mine["requestBase64"]))
        shown["signKeyName"] = "test"
        mine["requestBase64"] = base64.b64encode(json.dumps(shown).encode()).decode()
    else:
        mine["approvalToBeSigned"] = other["approvalToBeSigned"]
    body = json.dumps({"tasks": [mine]}).encode()
    for command, status, name in (("show", 0, "show"), ("approve", 4, "approve")):
        office.standin.knobs.answer(TASKS, 200, body)
        words = [command, mine["id"], *(["--yes"] if command == "approve" else [])]
        office.compare(f"tampered-{change}-{name}", office.approvals(*words, status=status))
    assert not office.state(request)["approvedBy"]
    assert office.standin.journal.count("POST /v1/approval") == 0
    office.standin.knobs.answer(TASKS, 200, body)
    assert office.approvals("reject", mine["id"], "--yes").out.endswith(": rejected\n")
    assert office.state(request)["status"] == "REJECTED"


def test_what_is_not_a_notary_payload_is_approved_only_when_that_is_said(office):
    request = office.submit(b"\x00\x01\x02")
    task = office.task()
    office.compare("opaque-pending", office.approvals("pending"))
    office.compare("opaque-refused", office.approvals("approve", task, "--yes", status=2))
    assert office.standin.journal.count("POST /v1/approval") == 0
    office.compare("opaque", office.approvals("approve", task, "--yes", "--opaque"))
    assert office.state(request)["approvedBy"]


def test_a_clock_ahead_of_the_services_is_named(tmp_path):
    with Standin(folder=tmp_path / "standin", clock=ManualClock()) as standin:
        office = Office(tmp_path, standin).configure()
        office.compare("clock", office.approvals("pending", status=5))


def test_a_service_that_is_not_there_is_named(office):
    office.standin.stop_listening()
    assert "127.0.0.1" in office.approvals("pending", status=5).err


def screen(office, *words):
    return Screen([tools.product(), "approvals", *words], {**office.environment, "TERM": "dumb"}, office.folder)


@pytest.mark.parametrize(("typed", "status", "approved"), [("y", 0, 1), ("n", 4, 0), ("", 4, 0), ("yes please", 4, 0)])
def test_a_person_is_asked_and_only_a_yes_is_one(office, typed, status, approved):
    request = office.submit()
    shown = screen(office, "approve", office.task())
    try:
        shown.wait_for("approve this? [y/N] ")
        assert "sha256:" + "43a6f438" * 8 in shown.text and "claimed by the requester" in shown.text
        shown.type(typed + "\n")
        assert shown.end() == status, shown.text
    finally:
        shown.close()
    assert len(office.state(request)["approvedBy"]) == approved
    assert ("left unanswered" in shown.text) == (status != 0)


def test_nothing_is_answered_without_a_terminal_and_without_a_word(office):
    request = office.submit()
    office.compare("no-terminal", office.approvals("approve", office.task(), status=2))
    assert not office.state(request)["approvedBy"]


def test_the_password_is_asked_for_at_the_terminal(office):
    request = office.submit()
    task = office.task()
    office.key_file("me.pem", office.ann, PASSWORD)
    shown = screen(office, "approve", task)
    try:
        shown.wait_for("Password of ")
        shown.wait_for_echo(False)
        shown.type(PASSWORD + "\n")
        shown.wait_for("approve this? [y/N] ")
        shown.type("y\n")
        assert shown.end() == 0, shown.text
    finally:
        shown.close()
    assert PASSWORD not in shown.text
    assert office.state(request)["approvedBy"]


def test_a_url_on_the_command_line_gets_no_credential_from_the_file(office):
    (office.folder / "token").write_text("secret-token\n")
    (office.folder / "token").chmod(0o600)
    (office.folder / "keys").write_text("secret-key\n")
    (office.folder / "keys").chmod(0o600)
    office.configure(
        securosys_tsb={"url": "https://tsb.example.com", "token": "file:token", "approver_api_keys": ["file:keys"]}
    )
    service = ["--url", office.standin.url, "--ca-file", office.standin.ca_file]
    office.approvals("pending", *service)
    assert [entry.api_key for entry in office.standin.journal.entries(TASKS)] == [""]
    office.approvals("pending", *service, "--api-key-file", "keys")
    assert office.standin.journal.entries(TASKS)[-1].api_key == "secret-key"


def test_what_is_missing_is_said_with_an_example(office):
    del office.environment["NOTATION_PKCS11_CONFIG"]
    office.compare("no-service", office.approvals("pending", status=2))
    office.compare("no-key", office.approvals("pending", "--url", office.standin.url, status=2))


def test_show_looks_at_home_first_and_then_among_the_tasks(office):
    office.submit()
    assert "what the signed bytes say" in office.approvals("show", office.task()).out
    missing = office.approvals("show", "abcdef", status=3).err
    assert 'no task "abcdef" waits for this key' in missing
    del office.environment["NOTATION_PKCS11_CONFIG"]
    assert "no such request is kept here" in office.approvals("show", "abcdef", status=3).err
