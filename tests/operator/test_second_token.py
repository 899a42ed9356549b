"""The commands on real tokens other than SoftHSM: a TPM 2.0, from bare, and the database of NSS."""

import json
import re
import urllib.parse

import pytest
from cryptography import x509
from desk import WRONG_PIN, Desk
from harness import process, tools
from harness.authority import Authority
from harness.second_tokens import SO_PIN, Nss, Tpm
from harness.shapes import conforms
from harness.token import PIN

NOT_THE_TOKENS_AFFAIR = {"notation", "plugin", "notation-key", "default-key", "trust-policy", "trusted-root"}
SUBJECT = "CN=release,O=Example,ST=ZH,C=CH"


class SecondDesk(Desk):
    """Module, token and what else the module wants are said for the test."""

    def __init__(self, folder, name, token):
        super().__init__(folder, token)
        self.name = name
        for file, secret in (("pin", PIN), ("so-pin", SO_PIN)):
            (folder / file).write_text(secret + "\n")
            (folder / file).chmod(0o600)

    def at_module(self, *words, **options):
        return self.run(*words, "--module", self.token.module, *self.token.flags, **options)

    def at_token(self, *words, **options):
        return self.at_module(*words, "--token", self.token.label, **options)

    def initialise(self):
        return self.at_module(
            "token", "init", "--label", self.token.label, "--so-pin-source", "file:so-pin", "--pin-source", "file:pin",
            "--yes",
        )  # fmt: skip

    def generate(self, spec="EC-256", label="release", *more, **options):
        return self.at_token("key", "generate", "--label", label, "--spec", spec, *more, **options)

    def with_key(self, *words, label="release", **options):
        """A command on the key that is named by its URI."""
        nouns = 1 if words[0] == "explain" else 2
        return self.run(*words[:nouns], self.uri(label), *words[nouns:], *self.token.flags, **options)

    def examine(self, *words):
        """The doctor's checks by their names; notation, which is not the token's affair, may be missing."""
        uri = self.uri("release")
        arguments = [tools.product(), "doctor", uri, *words, *self.token.flags, "--json"]
        result = process.run(arguments, self.environment, cwd=self.folder)
        return {check["check"]: check for check in conforms("doctor", result.out)["checks"]}

    def uri(self, label):
        return f"pkcs11:token={urllib.parse.quote(self.token.label)};object={label}?module-path={self.token.module}"

    def compare(self, name, result):
        for found, shown in (
            (re.escape(str(self.token.module.resolve())), "<module>"),
            (r"(version|Cryptoki|firmware|hardware) \d+\.\d+", r"\1 <version>"),
        ):
            result.out, result.err = (re.sub(found, shown, text) for text in (result.out, result.err))
        super().compare(f"second-{self.name}-{name}", result)


@pytest.fixture
def tpm(tmp_path):
    token = Tpm(tmp_path)
    yield SecondDesk(tmp_path, "tpm", token)
    token.close()


@pytest.fixture(params=["tpm", "nss"])
def second(request, tmp_path):
    """A token with its PIN set, and nothing on it."""
    if request.param == "tpm":
        desk = request.getfixturevalue("tpm")
        desk.initialise()
        return desk
    return SecondDesk(tmp_path, "nss", Nss(tmp_path))


def test_a_bare_tpm_becomes_a_token(tpm):
    tpm.compare("bare", tpm.at_module("token", "list"))
    tpm.compare("init", tpm.initialise())
    tpm.compare("list", tpm.at_module("token", "list"))


def test_tokens_are_listed(second):
    second.compare("token-list", second.at_module("token", "list"))


@pytest.mark.parametrize("spec", ["EC-256", "EC-384", "RSA-2048"])
def test_a_key_is_made_and_proved(second, spec):
    second.compare(f"key-generate-{spec}", second.generate(spec, "release", "--id", "0a01"))


def test_keys_are_listed_and_described(second):
    second.generate("EC-256", "release", "--id", "0a01")
    second.generate("EC-384", "team", "--id", "0a02")
    second.compare("key-list", second.at_token("key", "list", "--login"))
    second.compare("key-describe", second.with_key("key", "describe", "--login"))


@pytest.mark.parametrize("spec", ["EC-256", "RSA-2048"])
def test_a_certificate_is_asked_for_and_kept_on_the_token(second, spec, tmp_path):
    authority = Authority(tmp_path / "authority")
    second.generate(spec, "release", "--id", "0a01")
    second.compare(f"cert-csr-{spec}", second.with_key("cert", "csr", "--subject", SUBJECT, "--out", "release.csr"))
    request = x509.load_pem_x509_csr((tmp_path / "release.csr").read_bytes())
    assert request.is_signature_valid
    issued = authority.issue(tmp_path / "release.csr")
    second.compare(f"cert-import-{spec}", second.with_key("cert", "import", "--chain", str(issued), "--to-token"))
    second.compare(f"cert-import-again-{spec}", second.with_key("cert", "import", "--chain", str(issued), "--to-token"))
    second.compare(f"key-list-certified-{spec}", second.at_token("key", "list", "--login"))


@pytest.mark.parametrize("spec", ["EC-256", "RSA-2048"])
def test_a_test_certificate_is_made(second, spec):
    second.generate(spec, "release", "--id", "0a01")
    made = second.with_key("cert", "self-sign", "--subject", SUBJECT, "--out", "release.pem")
    second.compare(f"cert-self-sign-{spec}", made)


def test_a_key_is_deleted(second):
    second.generate("EC-256", "release", "--id", "0a01")
    second.compare("key-delete", second.with_key("key", "delete", "--yes"))
    assert json.loads(second.at_token("key", "list", "--login", "--json").out)["tokens"][0]["keys"] == []


def test_a_wrong_pin_is_tried_once(second):
    second.compare("wrong-pin", second.generate(pin=WRONG_PIN, status=4))
    second.generate()


def test_a_key_is_explained(second):
    second.generate("EC-256", "release", "--id", "0a01")
    second.compare("explain", second.with_key("explain"))


@pytest.mark.parametrize("spec", ["EC-256", "RSA-2048"])
def test_the_doctor_has_nothing_against_the_token_and_makes_a_signature(second, spec):
    second.generate(spec, "release", "--id", "0a01")
    second.with_key("cert", "self-sign", "--subject", SUBJECT, "--out", "release.pem")
    examined = second.examine("--chain-file", "release.pem", "--sign")
    wrong = {name: check for name, check in examined.items() if check["state"] in ("failed", "not-checked")}
    assert not set(wrong) - NOT_THE_TOKENS_AFFAIR, wrong
    assert examined["signature"]["state"] == "passed"


@pytest.mark.parametrize("spec", ["EC-521", "RSA-4096"])
def test_a_spec_that_the_tpm_cannot_have_is_refused(tpm, spec):
    tpm.initialise()
    tpm.compare(f"key-generate-{spec}", tpm.generate(spec, "release", "--id", "0a01", status=5))
