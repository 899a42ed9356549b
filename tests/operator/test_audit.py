"""The audit log as people see it: what leaves a line, what the commands print, and what they find."""

import base64
import hashlib
import json
import socket
import subprocess

import jsonschema
import pytest
from desk import PIN, WRONG_PIN
from harness import certs, contract, process, tools
from harness.audit_log import lines_of
from harness.certs import Certificate, Key, Profile
from harness.shapes import conforms

LINE = json.loads((tools.SOURCE / "schema/audit-line.schema.json").read_text(encoding="utf-8"))


class Signer:
    """A desk whose key `release` signs for notation."""

    def __init__(self, desk):
        self.desk = desk
        self.path = desk.folder / "state/notation-pkcs11/audit.jsonl"
        key, root_key = Key("EC-256", desk.folder / "release.key"), Key("EC-256", desk.folder / "root.key")
        root = Certificate(certs.authority(), root_key)
        certs.write_chain(desk.folder / "chain.pem", [Certificate(Profile(), key, root), root])
        desk.token.write(f"token label=e2e pin={PIN}", f'key P-256 label=release id=01 pem="{key.path}"')
        (desk.folder / "pin").write_text(PIN + "\n")
        (desk.folder / "pin").chmod(0o600)
        desk.environment["NOTATION_PKCS11_CONFIG"] = desk.folder / "config.json"
        self.configure()

    def configure(self, top=None, **more):
        settings = {
            "uri": "pkcs11:token=e2e;object=release",
            "module": str(self.desk.token.module),
            "chain_file": "chain.pem",
            "pin_source": "file:pin",
            **more,
        }
        path = self.desk.folder / "config.json"
        path.write_text(json.dumps({"version": 1, "keys": {"release": settings}, **(top or {})}))
        path.chmod(0o600)

    @property
    def plugin(self):
        return contract.Plugin(tools.product(), self.desk.environment, self.desk.folder)

    def sign(self):
        answer = self.plugin.answer("generate-signature", contract.generate_signature("release", "EC-256"))
        return base64.b64decode(answer["signature"])

    def fail(self):
        return self.plugin.error("generate-signature", contract.generate_signature("release", "EC-256"))

    def lines(self):
        lines = lines_of(self.path)
        for line in lines:
            jsonschema.validate({name: value for name, value in line.items() if name != "hash"}, LINE)
        return lines

    def audit(self, *words, **options):
        return self.desk.run("audit", *words, **options)


@pytest.fixture
def signer(scripted):
    return Signer(scripted)


def test_before_the_first_signature_there_is_an_empty_log(signer):
    signer.desk.compare("audit-show-empty", signer.audit("show"))
    signer.desk.compare("audit-verify-empty", signer.audit("verify"))
    signer.desk.compare("audit-head-empty", signer.audit("head"))
    conforms("audit-verify", signer.audit("verify", "--json").out)


def test_a_command_whose_signature_is_not_recorded_says_so_without_a_terminal(signer):
    words = ["cert", "self-sign", "release", "--subject", "CN=release,O=Example,C=CH", "--out", "test.pem"]
    signer.path.mkdir(parents=True)
    signer.path.parent.chmod(0o700)
    made = process.run([tools.product(), *words], signer.desk.environment, cwd=signer.desk.folder)
    assert made.code == 0 and (signer.desk.folder / "test.pem").exists()
    assert made.err.startswith("notation-pkcs11: warning: not recorded: "), made.err


def test_a_signature_for_notation_that_is_not_recorded_says_nothing_on_standard_error(signer):
    signer.path.mkdir(parents=True)
    signer.path.parent.chmod(0o700)
    signer.sign()


def test_a_key_is_shown_by_the_beginning_of_its_hash_alone(signer):
    signer.sign()
    (shown,) = conforms("audit-show", signer.audit("show", "--json").out)["signatures"]
    whole = shown["key"]["spkiSha256"]
    assert f"SPKI SHA-256 {whole[:16]}..." in signer.audit("show", "--key", whole[:16]).out
    assert signer.audit("show", "--key", whole[:15]).out == "no signature\n"
    assert f"serial {shown['certificate']['serial']}" in signer.audit("show").out


def test_a_signature_is_shown_with_what_was_signed(signer):
    signature = signer.sign()
    signer.desk.compare("audit-show", signer.audit("show"))
    signer.desk.compare("audit-verify", signer.audit("verify"))
    signer.desk.compare("audit-head", signer.audit("head"))
    (shown,) = conforms("audit-show", signer.audit("show", "--json").out)["signatures"]
    assert shown["outcome"] == "signed" and shown["signatureSha256"] == hashlib.sha256(signature).hexdigest()
    assert shown["artifact"]["digest"] == "sha256:" + "0" * 64 and shown["key"]["name"] == "release"
    intent, outcome = signer.lines()
    head = conforms("audit-head", signer.audit("head", "--json").out)
    assert (head["sequence"], head["hash"]) == (2, outcome["hash"])
    assert head["head"] == signer.audit("head").out.splitlines()[0]
    assert signer.path.stat().st_mode & 0o777 == 0o600


def test_what_failed_after_a_login_is_shown_as_well(signer):
    (signer.desk.folder / "pin").write_text(WRONG_PIN + "\n")
    assert signer.fail()["errorCode"] == "ACCESS_DENIED"
    signer.desk.compare("audit-show-refused", signer.audit("show"))
    (shown,) = conforms("audit-show", signer.audit("show", "--json").out)["signatures"]
    assert (shown["outcome"], shown["error"]["kind"], shown["error"]["ckr"]) == (
        "failed",
        "pin_refused",
        "CKR_PIN_INCORRECT",
    )
    signer.lines()


def test_an_intent_without_an_outcome_is_what_nobody_knows(signer):
    signer.sign()
    first = signer.path.read_bytes().splitlines(keepends=True)[0]
    signer.path.write_bytes(first)
    signer.desk.compare("audit-show-unknown", signer.audit("show"))
    signer.desk.compare("audit-verify-unknown", signer.audit("verify"))
    assert len(conforms("audit-verify", signer.audit("verify", "--json").out)["unknown"]) == 1


def test_what_was_changed_is_found(signer):
    for _ in range(3):
        signer.sign()
    good = signer.path.read_bytes()
    signer.path.write_bytes(good.replace(b'"size":1}', b'"size":2}', 1))
    signer.desk.compare("audit-verify-changed", signer.audit("verify", status=6))
    signer.desk.compare("audit-show-changed", signer.audit("show", status=6))
    assert signer.audit("head", status=6).out == ""
    report = conforms("audit-verify", signer.audit("verify", "--json", status=6).out)
    assert not report["intact"] and report["fault"].startswith("line 1 is not the line that line 2")
    assert not conforms("audit-show", signer.audit("show", "--json", status=6).out)["intact"]
    lines = good.splitlines(keepends=True)
    signer.path.write_bytes(b"".join(lines[:2] + lines[3:]))
    assert "line 3 is missing" in signer.audit("verify", status=6).err
    signer.path.write_bytes(b"".join([*lines[:2], lines[3], lines[2], *lines[4:]]))
    assert "line 3 is missing: line 4 stands in its place" in signer.audit("verify", status=6).err


def test_a_cut_tail_is_found_with_a_head_kept_elsewhere(signer):
    signer.sign()
    early = signer.audit("head").out.split()[0]
    signer.sign()
    late = signer.audit("head").out.split()[0]
    signer.desk.compare("audit-verify-head", signer.audit("verify", "--head", early))
    copy = signer.desk.folder / "copy.jsonl"
    copy.write_bytes(b"".join(signer.path.read_bytes().splitlines(keepends=True)[:2]))
    words = ["verify", "--file", "copy.jsonl", "--head"]
    signer.audit(*words, early)
    signer.desk.compare("audit-verify-cut", signer.audit(*words, late, status=6))
    signer.audit("verify", "--file", "copy.jsonl")
    signer.desk.compare("audit-wrong-head", signer.audit("verify", "--head", "12", status=2))
    signer.desk.compare("audit-no-file", signer.audit("verify", "--file", "nowhere.jsonl", status=6))


def test_a_line_that_was_cut_short_is_told_and_fenced(signer):
    signer.sign()
    with signer.path.open("ab") as log:
        log.write(b'{"version":1,"sequence":3,"prev')
    signer.desk.compare("audit-verify-torn", signer.audit("verify"))
    signer.sign()
    signer.desk.compare("audit-verify-fenced", signer.audit("verify"))
    assert signer.lines()[2]["event"] == "recovery"


def test_show_can_be_narrowed_down(signer):
    signer.sign()
    signer.configure(uri="pkcs11:token=e2e;id=%01")
    signer.sign()
    (name,) = {line["key"]["name"] for line in signer.lines()}
    key = signer.lines()[0]["key"]["spkiSha256"]

    def shown(*flags):
        return len(conforms("audit-show", signer.audit("show", "--json", *flags).out)["signatures"])

    assert (shown("--key", name), shown("--key", key), shown("--key", "other")) == (2, 2, 0)
    assert (shown("--since", "2020-01-01"), shown("--since", "2200-01-01T00:00:00Z")) == (2, 0)
    signer.desk.compare("audit-since", signer.audit("show", "--since", "yesterday", status=2))
    assert signer.audit("show", "--key", "other").out == "no signature\n"


def test_a_key_whose_record_is_required_does_not_sign_without_it(signer):
    signer.configure(audit="required")
    signer.sign()
    signer.path.chmod(0o640)
    error = signer.fail()
    assert error["errorMessage"].splitlines()[0] == (
        f'nothing was signed with key "release": cannot write {signer.path}: others may read or write it'
    )
    assert error["errorMetadata"]["phase"] == "audit"
    assert signer.desk.token.calls("C_Sign") == 1
    signer.configure(audit="on")
    signer.sign()
    assert "not recorded: cannot write" in (signer.path.parent / "notation-pkcs11.log").read_text()
    signer.path.chmod(0o600)
    signer.configure(audit="off")
    signer.sign()
    assert len(signer.lines()) == 2


def test_lines_also_go_to_syslog(signer, tmp_path):
    devices = tmp_path / "dev"
    devices.mkdir()
    (devices / "null").touch()
    script = 'mount --bind /dev/null "$0/null" && mount --rbind "$0" /dev && exec "$@"'
    words = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, str(devices)]
    if subprocess.run([*words, "true"], capture_output=True).returncode != 0:
        pytest.skip("another /dev cannot be mounted here")
    request = json.dumps(contract.generate_signature("release", "EC-256")).encode()
    environment = {name: str(value) for name, value in signer.desk.environment.items()}

    def sign():
        run = subprocess.run(
            [*words, str(tools.product()), "generate-signature"], input=request, env=environment, capture_output=True
        )
        assert run.returncode == 0, run.stderr

    signer.configure(top={"audit_syslog": True})
    sign()
    assert "syslog did not take line 2" in (signer.path.parent / "notation-pkcs11.log").read_text()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
        syslog.bind(str(devices / "log"))
        syslog.settimeout(10)
        sign()
        received = [syslog.recv(70_000) for _ in range(2)]
    lines = signer.path.read_bytes().splitlines()[2:]
    assert [message.partition(b"]: ")[2] for message in received] == lines


def test_describing_a_key_leaves_no_line(signer):
    signer.plugin.answer("describe-key", contract.describe_key("release"))
    assert not signer.path.exists()


def test_the_commands_signatures_are_recorded_with_their_purpose(desk):
    uri = json.loads(desk.generate("EC-256", "release", "--id", "0a01", "--json").out)["uri"]
    module = ["--module", desk.token.module]
    desk.run("cert", "self-sign", uri, *module, "--out", "test.pem")
    report = conforms("audit-show", desk.run("audit", "show", "--json").out)
    assert [entry["purpose"] for entry in report["signatures"]] == ["challenge", "certificate"]
    assert all("object=release" in entry["key"]["name"] for entry in report["signatures"])
    assert all(entry["outcome"] == "signed" for entry in report["signatures"])
    desk.compare("audit-show-commands", desk.run("audit", "show"))
