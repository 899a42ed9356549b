"""The record of how a key was made: what is in it, also after a failure, and that its proof can be checked by others."""

import base64
import getpass
import hashlib
import json
import os
import signal
import socket
import stat
import subprocess
import time

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from desk import WRONG_PIN
from harness import process, tools
from harness.screen import Screen
from harness.shapes import conforms
from harness.token import PIN


def record_of(desk, name="ceremony"):
    text = (desk.folder / f"{name}.json").read_text()
    page = (desk.folder / f"{name}.txt").read_text()
    for secret in (PIN, WRONG_PIN):
        assert f'"{secret}"' not in text and f" {secret}\n" not in page
    assert hashlib.sha256(text.encode()).hexdigest() in page
    return conforms("key-ceremony", text), page


def verify(record):
    """With another implementation than the one that made the record."""
    key = serialization.load_pem_public_key(record["key"]["publicKey"].encode())
    challenge, signature = (base64.b64decode(record["proof"][part]) for part in ("challenge", "signature"))
    used = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}[record["proof"]["algorithm"][-3:]]()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, challenge, ec.ECDSA(used))
    else:
        key.verify(signature, challenge, padding.PSS(padding.MGF1(used), used.digest_size), used)
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert hashlib.sha256(spki).hexdigest() == record["key"]["spkiSha256"]


@pytest.mark.parametrize("spec", ["EC-256", "EC-384", "EC-521", "RSA-2048", "RSA-3072"])
def test_the_proof_in_a_record_can_be_checked_by_others(desk, spec):
    desk.generate(spec, "release", "--record", "ceremony")
    record, _ = record_of(desk)
    assert record["key"]["keySpec"] == spec
    verify(record)


@pytest.mark.parametrize("spec", ["EC-384", "RSA-2048"])
def test_the_commands_on_the_page_check_the_proof(desk, spec):
    tools.need("openssl", "apt-get install openssl")
    desk.generate(spec, "release", "--record", "ceremony")
    record, page = record_of(desk)
    (desk.folder / "public.pem").write_text(record["key"]["publicKey"])
    for part in ("challenge", "signature"):
        (desk.folder / part).write_bytes(base64.b64decode(record["proof"][part]))
    command = page[page.index("  openssl ") :].split("\n\n")[0]
    result = process.succeed(["/bin/sh", "-c", command], {"PATH": os.environ["PATH"]}, cwd=desk.folder)
    assert result.out == "Verified OK\n"


def test_a_record_says_who_where_and_what(desk):
    desk.generate("EC-256", "release", "--id", "0a01", "--record", "ceremony.json", "--attribute",
                  "private:CKA_UNWRAP=false")  # fmt: skip
    record, page = record_of(desk)
    assert record["outcome"] == "made" and record["failure"] is None
    assert record["user"] == {"name": getpass.getuser(), "id": os.geteuid()}
    assert record["host"] == socket.gethostname()
    assert record["began"] <= record["ended"]
    assert record["module"]["sha256"] == hashlib.sha256(open(desk.token.module, "rb").read()).hexdigest()
    assert record["module"]["description"] == "Implementation of PKCS11"
    assert record["token"]["label"] == "e2e" and record["token"]["hardwareVersion"]
    assert record["asked"]["extraAttributes"] == ["private:CKA_UNWRAP=false"]
    halves = {part["type"]: part["attributes"] for part in record["key"]["objects"]}
    assert halves["private key"]["CKA_UNWRAP"] == "false" and halves["private key"]["CKA_SENSITIVE"] == "true"
    assert "Witnesses" in page and record["key"]["uri"] in page
    assert max(len(line) for line in page.splitlines() if not line.startswith("URI")) <= 80
    assert stat.S_IMODE((desk.folder / "ceremony.txt").stat().st_mode) == 0o644


def test_a_record_is_never_written_over_another(scripted):
    (scripted.folder / "ceremony.txt").write_text("older")
    scripted.compare("key-generate-record-exists", scripted.generate("EC-256", "a", "--record", "ceremony", status=2))
    assert scripted.token.calls("C_Login") == 0
    assert not (scripted.folder / "ceremony.json").exists()
    scripted.generate("EC-256", "a", "--record", "ceremony", "--force")
    assert record_of(scripted)[0]["outcome"] == "made"


def test_a_record_that_cannot_be_written_is_found_before_the_pin(scripted):
    refused = scripted.generate("EC-256", "a", "--record", "absent/ceremony", status=2)
    assert "ceremony record" in refused.err
    assert scripted.token.calls("C_Login") == 0


def test_a_wrong_pin_is_recorded_and_not_told(desk):
    desk.generate("EC-256", "release", "--record", "ceremony", pin=WRONG_PIN, status=4)
    record, page = record_of(desk)
    assert (record["outcome"], record["key"], record["proof"]) == ("failed", None, None)
    assert "CKR_PIN_INCORRECT" in record["failure"]["message"] and "FAILED" in page
    assert record["token"]["label"] == "e2e"


def test_a_failed_proof_is_recorded_with_the_key_that_was_removed(scripted):
    scripted.token.write("token label=e2e", "quirk quick-generate", "quirk signature wrong-key")
    scripted.generate("EC-256", "release", "--record", "ceremony", status=5)
    record, _ = record_of(scripted)
    assert "was removed again" in record["failure"]["message"]
    assert record["key"]["keySpec"] == "EC-256" and record["proof"] is None


@pytest.mark.parametrize("rule", ["fail C_GenerateKeyPair CKR_DEVICE_ERROR", "crash C_GenerateKeyPair"])
def test_a_token_that_fails_is_recorded(scripted, rule):
    scripted.token.write("token label=e2e", rule)
    failed = scripted.generate("EC-256", "release", "--record", "ceremony", status=5)
    record, _ = record_of(scripted)
    assert record["failure"]["message"] in failed.err


def test_a_module_that_is_not_there_is_recorded(scripted):
    failed = scripted.run("key", "generate", "--module", "/absent.so", "--label", "a", "--spec", "EC-256",
                          "--record", "ceremony", status=2)  # fmt: skip
    record, _ = record_of(scripted)
    assert record["failure"]["message"] in failed.err
    assert record["module"] == {**record["module"], "path": "/absent.so", "sha256": ""} and record["token"] is None


def test_a_key_whose_record_cannot_be_written_any_more_stays_and_is_named(scripted):
    scripted.token.write("token label=e2e", "quirk quick-generate", "sleep C_GenerateKeyPair 4000")
    words = ["key", "generate", "--module", scripted.token.module, "--label", "release", "--spec", "EC-256"]
    screen = Screen(
        [tools.product(), *words, "--record", "ceremony"], {**scripted.environment, "TERM": "xterm"}, scripted.folder
    )
    try:
        screen.wait_for("on token \"e2e\": ")
        (scripted.folder / "ceremony.json").write_text("somebody else's")
        assert screen.end() == 2
    finally:
        screen.close()
    assert "ceremony.json exists already; the new key is on the token" in screen.text
    assert "object=release" in screen.text
    assert (scripted.folder / "ceremony.json").read_text() == "somebody else's"
    assert scripted.token.calls("C_DestroyObject") == 0


def interrupt(scripted, function, number, to_all=False):
    """Ends the command by that signal while the token is in that function; what it said."""
    words = ["key", "generate", "--module", scripted.token.module, "--label", "release", "--spec", "EC-256"]
    environment = {name: str(value) for name, value in scripted.environment.items()}
    running = subprocess.Popen(
        [str(word) for word in (tools.product(), *words, "--record", "ceremony")],
        env=environment, cwd=scripted.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 30
        while scripted.token.calls(function) == 0:
            assert time.monotonic() < deadline and running.poll() is None
            time.sleep(0.05)
        os.killpg(running.pid, number) if to_all else running.send_signal(number)
        out, err = running.communicate(timeout=30)
    finally:
        running.kill()
        running.wait()
    assert (running.returncode, out) == (4, "")
    return err


@pytest.mark.parametrize("number, to_all", [(signal.SIGINT, False), (signal.SIGINT, True), (signal.SIGHUP, True),
                                            (signal.SIGTERM, False)])  # fmt: skip
def test_an_interrupted_generation_is_recorded_and_says_that_nobody_knows(scripted, number, to_all):
    scripted.token.write("token label=e2e", "quirk quick-generate", "sleep C_GenerateKeyPair 60000")
    said = interrupt(scripted, "C_GenerateKeyPair", number, to_all)
    assert "interrupted: nobody knows whether the key was made" in said
    assert "notation-pkcs11 key list --module" in said and "--token e2e --login" in said
    record, page = record_of(scripted)
    assert (record["outcome"], record["key"], record["proof"]) == ("failed", None, None)
    assert record["failure"]["message"] in said and "nobody knows" in page


def test_a_generation_that_is_interrupted_before_the_proof_names_the_key_that_is_there(scripted):
    scripted.token.write("token label=e2e", "quirk quick-generate", "sleep C_Sign 60000")
    said = interrupt(scripted, "C_Sign", signal.SIGINT)
    assert "the new key is still on the token, unproved" in said and "object=release" in said
    record, _ = record_of(scripted)
    assert record["key"]["keySpec"] == "EC-256" and record["proof"] is None
    assert scripted.token.calls("C_DestroyObject") == 0


def test_records_are_named_in_the_answer(desk):
    made = conforms("key-generate", desk.generate("EC-256", "release", "--record", "ceremony", "--json").out)
    assert made["records"] == ["ceremony.json", "ceremony.txt"]
    desk.compare("key-generate-record", desk.generate("EC-256", "other", "--id", "0a01", "--record", "other"))
    assert json.loads((desk.folder / "other.json").read_text())["asked"]["label"] == "other"
