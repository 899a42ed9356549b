"""What the commands for people print and how they end: exactly, on SoftHSM and on the scripted module.

The texts are in expected/; UPDATE=1 rewrites them, to be read again."""

import json
import os
import pathlib
import re
import stat

import pytest
from harness import process, tools
from harness.fake import FakeModule
from harness.screen import Screen
from harness.token import PIN, Token

EXPECTED = pathlib.Path(__file__).parent / "expected"
WRONG_PIN = "7391"


class Desk:
    """One person's folders, and the executable in them."""

    def __init__(self, folder, token):
        self.folder, self.token = folder, token
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ},
            "HOME": folder,
            "XDG_STATE_HOME": folder / "state",
            "NOTATION_PKCS11_PIN": PIN,
            **token.environment,
        }

    def run(self, *arguments, pin=PIN, status=0):
        result = process.run(
            [tools.product(), *arguments], {**self.environment, "NOTATION_PKCS11_PIN": pin}, cwd=self.folder
        )
        assert result.code == status, f"{arguments} ended with {result.code}\n{result.out}\n{result.err}"
        for secret in (PIN, WRONG_PIN):
            assert not re.search(rf"(?<![0-9a-f]){secret}(?![0-9a-f])", result.out + result.err)
        assert (result.err == "") == (status == 0), result.err
        return result

    def generate(self, spec="EC-256", label="release", *more, **options):
        return self.run(
            "key", "generate", "--module", self.token.module, "--token", "e2e", "--label", label, "--spec", spec, *more,
            **options,
        )  # fmt: skip

    def compare(self, name, result):
        text = result.out + result.err
        for found, shown in ((self.token.module, "<module>"), (self.folder, "<folder>")):
            text = text.replace(str(found), shown)
        text = re.sub(r"serial(=| )[0-9a-f]{16}", r"serial\1<serial>", text)
        text = re.sub(r"(%[0-9A-Fa-f]{2}|[A-Za-z0-9._~-]){20,}(?=[\n;])", lambda id: self._id(id.group()), text)
        text = re.sub(r"\b[0-9a-f]{64}\b", "<digest>", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:]+Z", "<time>", text)
        path = EXPECTED / f"{name}.txt"
        if os.environ.get("UPDATE") == "1":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"{path} is missing; UPDATE=1 writes it. The text:\n{text}"
        assert text == path.read_text(), f"{path} holds another text"

    @staticmethod
    def _id(text):
        return "<id>" if "%" in text else text


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path, Token(tmp_path).create())


@pytest.fixture
def scripted(tmp_path):
    fake = FakeModule(tmp_path)
    fake.write("token label=e2e", "quirk quick-generate")
    return Desk(tmp_path, fake)


def test_key_list_shows_uris_to_copy(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    desk.compare("key-list", desk.run("key", "list", "--module", desk.token.module, "--token", "e2e", "--login"))


def test_key_list_as_json_has_the_documented_members(desk):
    desk.generate("EC-384", "release", "--id", "0a01")
    result = desk.run("key", "list", "--module", desk.token.module, "--token", "e2e", "--json")
    listed = json.loads(result.out)
    assert set(listed) >= {"module", "moduleDescription", "tokens", "remarks"}
    (token,) = listed["tokens"]
    assert (token["label"], token["initialised"]) == ("e2e", True)
    (key,) = token["keys"]
    assert (key["keySpec"], key["usable"], key["public"]) == ("EC-384", True, True)
    assert "object=release" in key["uri"] and len(key["spkiSha256"]) == 64


def test_a_blank_slot_is_no_token_to_choose_from(desk):
    module = desk.token.module
    assert "not initialised" in desk.run("key", "list", "--module", module).out
    desk.run("key", "list", "--module", module, "--login")
    desk.run("key", "generate", "--module", module, "--label", "release", "--spec", "EC-256")


def test_a_token_that_is_not_there_is_status_3(desk):
    desk.compare(
        "key-list-no-token", desk.run("key", "list", "--module", desk.token.module, "--token", "nope", status=3)
    )
    arguments = ["--module", desk.token.module, "--token", "nope", "--label", "release", "--spec", "EC-256"]
    desk.compare("key-generate-no-token", desk.run("key", "generate", *arguments, status=3))


@pytest.mark.parametrize("spec", ["EC-256", "RSA-2048"])
def test_key_generate_makes_and_proves_a_key(desk, spec):
    desk.compare(f"key-generate-{spec}", desk.generate(spec, "release", "--id", "0a01"))


def test_key_generate_as_json_tells_what_was_read_back(desk):
    made = json.loads(desk.generate("EC-521", "release", "--json").out)
    assert (made["keySpec"], made["token"], made["proved"]) == ("EC-521", "e2e", True)
    assert (made["sensitive"], made["extractable"]) == (True, False)


def test_a_label_that_is_taken_is_refused(desk):
    desk.generate("EC-256", "release", "--id", "0a01")
    desk.compare("key-generate-taken", desk.generate("EC-256", "release", "--id", "0a02", status=2))


def test_a_wrong_pin_is_status_4(desk):
    desk.compare("key-generate-wrong-pin", desk.generate(pin=WRONG_PIN, status=4))


def test_a_spec_in_the_wrong_case_brings_a_suggestion(desk):
    desk.compare("key-generate-spec", desk.generate("ec-256", status=2))


def test_a_key_that_fails_its_proof_is_removed(scripted):
    scripted.token.write("token label=e2e", "quirk quick-generate", "quirk signature wrong-key")
    text = scripted.generate("EC-256", "release", "--id", "01", status=5).err
    assert "does not verify" in text and "was removed again" in text
    assert scripted.token.calls("C_DestroyObject") == 2


def test_a_key_that_can_neither_be_proved_nor_removed_is_named(scripted):
    rules = ["token label=e2e", "quirk quick-generate", "quirk signature wrong-key"]
    scripted.token.write(*rules, "fail C_DestroyObject CKR_DEVICE_ERROR")
    text = scripted.generate("EC-256", "release", "--id", "01", status=5).err
    assert "does not verify" in text.splitlines()[0] and "is still on the token, unproved" in text.splitlines()[0]
    assert "object=release" in text and "CKR_DEVICE_ERROR" in text


def test_a_key_whose_proof_nobody_knows_stays(scripted):
    scripted.token.write("token label=e2e", "quirk quick-generate", "crash C_Sign")
    text = scripted.generate("EC-256", "release", "--id", "01", status=5).err
    assert "is still on the token, unproved" in text and "object=release" in text
    assert scripted.token.calls("C_DestroyObject") == 0


def test_a_vendors_role_logs_in(scripted):
    scripted.token.write("token label=e2e user-type=0x80000001", "quirk quick-generate")
    scripted.generate("EC-256", "release", "--user-type", "0x80000001")
    refused = scripted.generate("EC-256", "other", "--user-type", "0", status=2)
    assert "--user-type" in refused.err


def test_key_generate_asks_for_a_pin_only_where_it_logs_in(scripted):
    scripted.token.write("token label=e2e no-login", "quirk quick-generate")
    assert "CKR_USER_NOT_LOGGED_IN" in scripted.generate(pin="", status=5).err
    assert scripted.token.calls("C_Login") == 0
    scripted.generate("EC-256", "release", "--quirk", "force-login")
    assert scripted.token.calls("C_Login") > 0


def test_an_unknown_quirk_brings_a_suggestion(scripted):
    refused = scripted.run("key", "list", "--module", scripted.token.module, "--quirk", "rw-sesion", status=2)
    assert "did you mean rw-session?" in refused.err


def test_a_broken_configuration_file_is_not_passed_over(scripted):
    path = scripted.folder / "config.json"
    path.write_text("{")
    path.chmod(0o600)
    scripted.environment["NOTATION_PKCS11_CONFIG"] = path
    assert str(path) in scripted.run("key", "list", "--module", scripted.token.module, status=2).err


def self_sign(desk, *more, **options):
    uri = f"pkcs11:token=e2e;object=release?module-path={desk.token.module}"
    return desk.run("cert", "self-sign", uri, "--subject", "CN=release,O=Example,C=CH", *more, **options)


def test_cert_self_sign_writes_a_certificate_that_everybody_may_read(desk):
    desk.generate()
    desk.compare("cert-self-sign", self_sign(desk, "--out", "release.pem"))
    made = desk.folder / "release.pem"
    assert made.read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert stat.S_IMODE(made.stat().st_mode) == 0o644
    desk.compare("cert-self-sign-exists", self_sign(desk, "--out", "release.pem", status=2))


def test_force_replaces_a_link_and_leaves_what_it_led_to(desk):
    desk.generate()
    (desk.folder / "other").write_text("other")
    (desk.folder / "release.pem").symlink_to("other")
    self_sign(desk, "--out", "release.pem", "--force", "--json")
    assert not (desk.folder / "release.pem").is_symlink()
    assert (desk.folder / "other").read_text() == "other"


def test_a_file_that_cannot_be_written_is_found_before_the_pin(scripted):
    scripted.token.write("token label=e2e", "key P-256 label=release id=01")
    scripted.compare("cert-self-sign-no-folder", self_sign(scripted, "--out", "absent/release.pem", status=2))
    assert scripted.token.calls("C_Login") == 0


def test_a_failure_leaves_no_file_behind(scripted):
    scripted.token.write("token label=e2e", "key P-256 label=release id=01", "fail C_Sign CKR_DEVICE_ERROR")
    before = set(os.listdir(scripted.folder))
    self_sign(scripted, "--out", "release.pem", status=5)
    left = set(os.listdir(scripted.folder)) - before
    assert not [name for name in left if "pem" in name or name.startswith(".notation")]


@pytest.mark.parametrize(("quirk", "token", "logins"), [("never-login", "", 0), ("force-login", "no-login", 1)])
def test_cert_self_sign_heeds_the_login_quirks(scripted, quirk, token, logins):
    scripted.token.write(f"token label=e2e {token}", "key P-256 label=release id=01 private=visible")
    uri = f"pkcs11:token=e2e;object=release?module-path={scripted.token.module}"
    arguments = [tools.product(), "cert", "self-sign", uri, "--out", "release.pem", "--quirk", quirk]
    process.run(arguments, scripted.environment, cwd=scripted.folder)
    assert scripted.token.calls("C_Login") == logins


def test_what_is_wrong_with_flags_is_told_in_their_names(desk):
    bad = desk.run("key", "list", "--module", desk.token.module, "--login", "--pin-source", "5555", status=2)
    desk.compare("pin-source", bad)
    desk.compare("no-module", desk.run("cert", "self-sign", "pkcs11:token=e2e;object=r", "--out", "x.pem", status=2))
    desk.compare("no-object", desk.run("cert", "self-sign", "pkcs11:token=e2e", "--out", "x.pem", status=2))


def test_version_says_what_it_is(desk):
    result = desk.run("version")
    assert re.match(r"notation-pkcs11 \d+\.\d+\.\d+\n", result.out)
    assert desk.run("--version").out == result.out
    assert json.loads(desk.run("version", "--json").out)["contractVersions"] == ["1.0"]


def test_an_unknown_word_is_named_with_the_valid_ones(desk):
    desk.compare("unknown-word", desk.run("key", "lst", status=2))
    desk.compare("unknown-first-word", desk.run("kye", status=1))
    desk.compare("no-word", desk.run(status=1))


def test_at_a_terminal_a_request_says_what_it_waits_for(desk):
    reading = "reading the artifact's descriptor from standard input"
    words = ["approvals", "request", "release"]
    screen = Screen([tools.product(), *words], desk.environment, desk.folder)
    try:
        screen.wait_for(reading)
        screen.type("\x04")
        assert screen.end() == 2
    finally:
        screen.close()
    assert reading not in desk.run(*words, status=2).err


COMMANDS = [
    [],
    ["key"],
    ["key", "list"],
    ["key", "generate"],
    ["cert"],
    ["cert", "self-sign"],
    ["approvals"],
    *(["approvals", word] for word in ("request", "list", "show", "watch", "cancel", "pending", "approve", "reject")),
    ["version"],
]


def test_no_command_is_left_out(desk):
    """The tests of the help below know every word and group."""

    def below(words):
        _, _, listed = desk.run(*words, "--help").out.partition("\nSubcommands:\n")
        found = [[*words, name] for name in re.findall(r"^  ([a-z-]+) ", listed.split("\n\n")[0], re.MULTILINE)]
        return [words, *(each for command in found for each in below(command))]

    assert below([]) == COMMANDS


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_fits_80_columns_and_has_an_example(desk, words):
    text = desk.run(*words, "--help").out
    assert "Example:\n  notation-pkcs11 " in text
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_a_group_of_commands_alone_shows_its_help(desk):
    assert desk.run("key").out == desk.run("key", "--help").out
