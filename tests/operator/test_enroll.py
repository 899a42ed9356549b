"""Enrolling: from a bare token to a key that notation knows, in one go or in steps, and what stops it.

The texts are in expected/; UPDATE=1 rewrites them, to be read again."""

import datetime
import json
import re
import shutil
import stat
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from harness import process, tools
from harness.shapes import conforms
from harness.token import PIN

SUBJECT = "CN=release,O=Example,ST=ZH,C=CH"
NOTATION = "notation"


class Office:
    """A desk, the files that enrolling leaves there, and a CA next door."""

    def __init__(self, desk):
        self.desk = desk
        folder = desk.folder
        self.config = folder / ".config/notation-pkcs11/config.json"
        self.chain = self.config.with_name("release.pem")
        self.request = self.config.with_name("release.csr")
        self.policy = folder / NOTATION / "trustpolicy.json"
        desk.environment |= {"NOTATION_CONFIG": folder / NOTATION, "NOTATION_LIBEXEC": folder / NOTATION}
        (folder / NOTATION).mkdir()
        self.ca_key = ec.generate_private_key(ec.SECP256R1())
        self.ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example CA")])

    def enroll(self, *more, name="release", **options):
        module = self.desk.token.module
        return self.desk.run("enroll", name, "--module", module, "--token", "e2e", *more, **options)

    def steps(self, *more, **options):
        report = json.loads(self.enroll(*more, "--json", **options).out)
        conforms("enroll", report)
        return {step["name"]: step["state"] for step in report["steps"]}

    def compare(self, name, result):
        shown = [re.sub(r"\b[0-9a-f]{16}\b", "<fingerprint>", text) for text in (result.out, result.err)]
        self.desk.compare(f"enroll-{name}", process.Result(result.code, *shown))

    def install_plugin(self):
        folder = self.desk.folder / NOTATION / "plugins/pkcs11"
        folder.mkdir(parents=True)
        shutil.copy(tools.product(), folder / "notation-pkcs11")

    def root(self):
        return self._sign(self.ca_name, self.ca_key.public_key(), True)

    def issue(self, key=None):
        """What the CA hands back: the leaf for the request (or for another key), and its own certificate."""
        request = x509.load_pem_x509_csr(self.request.read_bytes())
        assert request.is_signature_valid
        leaf = self._sign(request.subject, key or request.public_key(), False)
        issued = self.desk.folder / "issued.pem"
        certificates = [self.root(), leaf]
        issued.write_bytes(b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates))
        return issued

    def _sign(self, subject, key, ca):
        now = datetime.datetime.now(datetime.timezone.utc)
        usage = dict.fromkeys(
            (
                "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
            ),
            False,
        )  # fmt: skip
        usage["key_cert_sign" if ca else "digital_signature"] = True
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.ca_name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=400 if ca else 300))
            .add_extension(x509.KeyUsage(**usage), True)
            .add_extension(x509.BasicConstraints(ca, None), True)
        )
        if not ca:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
        return builder.sign(self.ca_key, hashes.SHA256())


@pytest.fixture
def office(desk):
    return Office(desk)


def configured(office):
    return json.loads(office.config.read_text())


def test_a_request_first_and_the_rest_when_the_ca_has_signed(office):
    office.compare("request", office.enroll("--subject", SUBJECT))
    assert not office.config.exists() and not office.chain.exists()
    office.compare("request-again", office.enroll(pin="", status=0))
    issued = office.issue()
    office.compare("issued", office.enroll("--chain", issued, pin=""))
    assert configured(office)["keys"]["release"]["chain_file"] == "release.pem"
    assert office.chain.read_text().count("BEGIN CERTIFICATE") == 2
    assert office.steps(pin="") == {
        "key": "kept",
        "certificate": "kept",
        "configuration": "kept",
        "registration": "open",
        "trust-store": "left out",
        "trust-policy": "left out",
    }


def test_self_signed_in_one_go(office):
    tools.notation()
    office.desk.environment["PATH"] = f"{tools.TOOLS}:{office.desk.environment['PATH']}"
    office.install_plugin()
    words = ["--self-signed", "--subject", SUBJECT, "--register", "--trust-policy"]
    office.compare("self-signed", office.enroll(*words))
    office.compare("self-signed-again", office.enroll(*words, pin=""))
    keys = json.loads((office.desk.folder / NOTATION / "signingkeys.json").read_text())["keys"]
    assert keys == [{"name": "release", "id": "release", "pluginName": "pkcs11"}]
    (statement,) = json.loads(office.policy.read_text())["trustPolicies"]
    assert statement["trustStores"] == ["ca:release"]
    assert statement["trustedIdentities"] == ["x509.subject: C=CH,ST=ZH,O=Example,CN=release"]
    shown = process.run([tools.notation(), "policy", "show"], office.desk.environment)
    assert shown.code == 0 and "ca:release" in shown.out


@pytest.mark.parametrize("spec", ["RSA-2048", "EC-384"])
def test_the_key_is_of_the_kind_that_was_asked_for(office, spec):
    report = json.loads(office.enroll("--spec", spec, "--json").out)
    assert report["keySpec"] == spec
    other = "EC-521"
    office.compare(f"other-spec-{spec}", office.enroll("--spec", other, status=2))


def test_what_a_login_needs_is_kept_in_the_configuration(office):
    pin = office.desk.folder / "pin"
    pin.write_text("1234\n")
    pin.chmod(0o600)
    office.enroll("--self-signed", "--pin-source", "file:pin", "--quirk", "rw-session", pin="")
    key = configured(office)["keys"]["release"]
    assert (key["pin_source"], key["quirks"]) == (f"file:{pin}", ["rw-session"])


def test_other_keys_and_the_permissions_of_the_configuration_stay(office):
    kept = office.desk.folder / "kept.json"
    kept.write_text('{"x-note": "mine", "version": 1, "keys": {"team": {"uri": "pkcs11:object=team"}}}')
    kept.chmod(0o600)
    office.config.parent.mkdir(parents=True)
    office.config.symlink_to(kept)
    office.enroll("--self-signed")
    assert office.config.is_symlink() and stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(configured(office)) == ["x-note", "version", "keys"]
    assert list(configured(office)["keys"]) == ["team", "release"]


def test_a_trust_policy_that_is_there_is_not_touched_unless_told(office):
    office.policy.write_text(
        '{"version": "1.0", "trustPolicies": [{"name": "team", "registryScopes": ["*"], "signatureVerification": '
        '{"level": "strict"}, "trustStores": ["ca:team"], "trustedIdentities": ["*"]}]}'
    )
    before = office.policy.read_text()
    words = ["--self-signed", "--subject", SUBJECT, "--trust-policy"]
    office.compare("policy-there", office.enroll(*words, status=2))
    assert office.policy.read_text() == before
    listed = office.desk.run("key", "list", "--module", office.desk.token.module, "--token", "e2e", "--login", "--json")
    assert [token["keys"] for token in json.loads(listed.out)["tokens"]] == [[]]
    report = json.loads(office.enroll(*words, "--merge", "--json").out)
    detail = report["steps"][-1]["detail"]
    assert "(ca:release, *); statement \"team\" now trusts each of its identities (*)" in detail
    (statement,) = json.loads(office.policy.read_text())["trustPolicies"]
    assert statement["trustStores"] == ["ca:team", "ca:release"]
    office.enroll(*words, "--scope", "registry.example.com/app", "--force", pin="")
    (statement,) = json.loads(office.policy.read_text())["trustPolicies"]
    assert (statement["name"], statement["registryScopes"]) == ("release", ["registry.example.com/app"])


POLICY_OF_A_TEAM = (
    '{"version": "1.0", "trustPolicies": [{"name": "team", "registryScopes": ["*"], "signatureVerification": '
    '{"level": "strict"}, "trustStores": ["ca:team"], "trustedIdentities": ["x509.subject: C=CH,ST=ZH,O=Team"]}]}'
)


def identities(office):
    return [each["trustedIdentities"] for each in json.loads(office.policy.read_text())["trustPolicies"]]


def test_a_signer_that_notation_cannot_name_is_refused_before_a_key_is_made(office):
    office.compare("unnameable", office.enroll("--trust-policy", status=2))
    assert not office.request.exists()
    office.enroll("--trust-policy", "--any-identity")
    issued = office.issue()
    office.compare("unnameable-issued", office.enroll("--trust-policy", "--chain", issued, pin="", status=2))
    assert not office.chain.exists() and not office.policy.exists()
    office.enroll("--trust-policy", "--chain", issued, "--any-identity", pin="")
    assert identities(office) == [["*"]]


def test_a_self_signed_leaf_without_an_organization_is_alone_in_its_store(office):
    office.enroll("--self-signed", "--trust-policy")
    assert identities(office) == [["*"]]


def test_notation_reads_the_policy_for_a_subject_with_a_comma(office):
    subject = "CN=release,O=Example\\, Inc.,ST=CA,C=US"
    office.enroll("--self-signed", "--subject", subject, "--trust-policy")
    assert identities(office) == [["x509.subject: C=US,ST=CA,O=Example\\, Inc.,CN=release"]]
    environment = office.desk.environment | {"NOTATION_CONFIG": office.desk.folder / "other"}
    imported = process.run([tools.notation(), "policy", "import", office.policy], environment)
    assert imported.code == 0, imported.err


def test_everybody_is_not_slipped_into_a_statement_that_names_whom_it_trusts(office):
    office.policy.write_text(POLICY_OF_A_TEAM)
    words = ["--self-signed", "--trust-policy", "--merge"]
    office.compare("names-whom-it-trusts", office.enroll(*words, status=2))
    assert office.policy.read_text() == POLICY_OF_A_TEAM
    office.enroll(*words, "--scope", "registry.example.com/app")
    assert identities(office) == [["x509.subject: C=CH,ST=ZH,O=Team"], ["*"]]


def test_flags_that_contradict_what_is_there_are_errors(office):
    office.enroll()
    other = ["--subject", SUBJECT]
    office.compare("other-subject-requested", office.enroll(*other, pin="", status=2))
    assert "is there already" in office.enroll("--self-signed", pin="", status=2).err
    issued = office.issue()
    assert "not for --subject" in office.enroll("--chain", issued, *other, pin="", status=2).err
    office.enroll("--chain", issued, pin="")
    office.enroll("--chain", issued, pin="")
    office.compare("other-subject-issued", office.enroll(*other, pin="", status=2))
    assert "of a CA already" in office.enroll("--self-signed", pin="", status=2).err
    office.compare("other-chain", office.enroll("--chain", office.issue(), pin="", status=2))
    elsewhere = office.desk.run(
        "enroll", "release", "--module", office.desk.token.module, "--token", "other", pin="", status=2
    )
    assert "--token names another" in elsewhere.err


def test_a_chain_that_came_without_its_key_makes_no_key(office):
    office.enroll()
    issued = office.issue()
    refused = office.enroll("--chain", issued, name="second", status=3)
    assert "is for a key that is there already" in refused.err


def test_what_was_done_before_a_failure_is_listed(office):
    store = office.desk.folder / NOTATION / "truststore"
    store.write_text("in the way")
    office.compare("half-done", office.enroll("--self-signed", "--subject", SUBJECT, "--trust-store", "acme", status=2))
    store.unlink()
    assert office.steps("--trust-store", "acme", pin="")["trust-store"] == "done"


@pytest.mark.parametrize(
    "words",
    [["--merge"], ["--force"], ["--scope", "registry.example.com/app"], ["--any-identity"], ["--days", "5"]],
)
def test_a_flag_without_its_partner_is_refused(office, words):
    assert words[0] in office.enroll(*words, status=2).err
    assert not office.request.exists()


def test_a_uri_is_no_name_and_its_pin_is_not_shown(office):
    refused = office.desk.run(
        "enroll", "pkcs11:token=e2e;object=a?pin-value=1234", "--module", office.desk.token.module, status=2
    )
    assert "NAME is a PKCS#11 URI" in refused.err


def test_enrolling_at_once_loses_no_entry(office):
    names = [f"parallel-{number}" for number in range(4)]
    for name in names:
        office.desk.generate("EC-256", name)
    environment = office.desk.environment
    words = ["--module", office.desk.token.module, "--token", "e2e", "--self-signed", "--trust-policy", "--merge"]
    running = [
        subprocess.Popen(
            [tools.product(), "enroll", name, *words, "--subject", f"CN={name},O=Example,ST=ZH,C=CH"],
            env={**environment, "NOTATION_PKCS11_PIN": PIN}, cwd=office.desk.folder, stdout=subprocess.DEVNULL,
        )
        for name in names
    ]  # fmt: skip
    # SoftHSM does not always show a token that another process is changing.
    enrolled = [name for name, each in zip(names, running, strict=True) if each.wait(60) == 0]
    assert len(enrolled) > 1
    assert set(enrolled) <= set(configured(office)["keys"])
    (statement,) = json.loads(office.policy.read_text())["trustPolicies"]
    assert {f"ca:{name}" for name in enrolled} <= set(statement["trustStores"])


def test_the_token_is_named_by_its_uri(office):
    listed = json.loads(office.desk.run("token", "list", "--module", office.desk.token.module, "--json").out)
    uri = next(token["uri"] for token in listed["modules"][0]["tokens"] if token["label"] == "e2e")
    module = office.desk.token.module
    office.desk.run("enroll", "release", "--module", module, "--token", uri, "--self-signed")
    assert configured(office)["keys"]["release"]["uri"] == f"{uri};object=release"
    assert "object=release" in office.desk.run("key", "list", "--module", module, "--token", uri, "--login").out
    refused = office.desk.run("key", "list", "--module", module, "--token", f"{uri}?pin-value=1234", status=2)
    assert "never a PIN" in refused.err
    plain = office.desk.run("key", "list", "--module", module, "--token", "e2e;pin-value=98765", status=2)
    assert "98765" not in plain.err


def test_what_the_ca_sends_for_another_key_is_refused(office):
    office.enroll("--subject", SUBJECT)
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    office.compare("other-key", office.enroll("--chain", office.issue(other), pin="", status=2))
    assert not office.chain.exists() and not office.config.exists()


def test_a_request_for_another_key_is_in_the_way(office):
    office.enroll("--subject", SUBJECT)
    office.desk.generate("EC-256", "second")
    office.request.rename(office.request.with_name("second.csr"))
    office.compare("other-request", office.enroll(name="second", pin="", status=2))


def test_a_key_of_that_name_in_notation_stays(office):
    keys = office.desk.folder / NOTATION / "signingkeys.json"
    keys.write_text('{"keys": [{"name": "release", "pluginName": "another", "id": "release"}]}')
    office.compare("notation-has-one", office.enroll("--self-signed", status=2))
    assert "another" in keys.read_text() and not office.config.exists()


def test_a_plugin_that_notation_cannot_run_is_found_before_a_key_is_made(office):
    office.desk.environment["PATH"] = f"{tools.TOOLS}:{office.desk.environment['PATH']}"
    office.compare("plugin-missing", office.enroll("--register", status=2))
    assert not office.request.exists()


@pytest.mark.parametrize("name", ["../release", "", ".hidden", "a/b", "-x", "ü"])
def test_a_name_that_is_no_file_name_is_refused_before_anything_else(office, name):
    refused = office.desk.run("enroll", "--module", office.desk.token.module, "--", name, status=2)
    assert "will not do" in refused.err or "its value is empty" in refused.err


def test_a_wrong_pin_leaves_nothing_behind(office):
    assert "the PIN is wrong" in office.enroll(pin="7391", status=4).err
    assert not office.config.exists() and not office.request.exists()
    listed = office.desk.run("key", "list", "--module", office.desk.token.module, "--token", "e2e", "--login", "--json")
    assert [token["keys"] for token in json.loads(listed.out)["tokens"]] == [[]]


def test_the_proof_that_fails_is_told_and_nothing_is_written(scripted):
    scripted.token.write("token label=e2e", "quirk quick-generate", "quirk signature wrong-key")
    office = Office(scripted)
    assert "was removed again" in office.enroll(status=5).err
    assert not office.request.exists()
