"""From a bare token to a verified signature with our commands alone; openssl plays nothing but the authority."""

import json

import pytest
from harness import certs
from harness.authority import Authority
from harness.host import PLUGIN
from harness.provisioning import EmptyToken, Operator
from harness.second_tokens import Nss, Tpm
from harness.shapes import conforms
from harness.signing import image  # noqa: F401
from harness.token import LABEL


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority") / "ca")


@pytest.fixture
def operator(tmp_path, libexec):
    return Operator(tmp_path, libexec, EmptyToken(tmp_path))


def sign_and_verify(host, image, *options):
    for envelope in ("jws", "cose"):
        host.succeed("sign", "--insecure-registry", "--signature-format", envelope, *options, image)
    host.succeed("verify", "--insecure-registry", image)
    signatures = json.loads(host.succeed("inspect", "--insecure-registry", "-o", "json", image).out)["Signatures"]
    assert sorted(signature["mediaType"] for signature in signatures) == ["application/cose", "application/jose+json"]
    return signatures[0]["certificates"]


@pytest.mark.parametrize("spec", certs.KEY_SPECS)
def test_a_key_goes_from_a_bare_token_to_a_verified_signature(operator, authority, image, spec):
    host = operator.initialise().host
    made = operator.generate("release", spec)
    listed = operator.answer("key-list", "key", "list", *operator.module, "--token", LABEL)
    assert made["spkiSha256"] in json.dumps(listed)
    operator.certify("release", authority)
    operator.answer("cert-lint", "cert", "lint", operator.folder / "release.pem")
    operator.register("release")
    operator.trust("release", identities=["x509.subject: C=US, ST=WA, O=End to end, CN=release"])
    chain = sign_and_verify(host, image, "--key", "release")
    assert [certificate["issuedTo"].split(",")[0] for certificate in chain] == [
        "CN=release", "CN=intermediate", "CN=root",
    ]  # fmt: skip


@pytest.mark.parametrize("spec", ["EC-384", "RSA-3072"])
def test_a_chain_on_the_token_serves_without_any_file(operator, authority, image, spec):
    """The certificates come weeks later; the key is named by its URI, nothing is configured."""
    operator.initialise().generate("release", spec)
    request = operator.request("release")
    uri = operator.uri("release")
    operator.run("cert", "import", uri, "--chain", authority.issue(request), "--to-token")
    operator.run("cert", "export", uri, "--trust-store", "e2e")
    operator.host.write_policy()
    sign_and_verify(operator.host, image, "--plugin", PLUGIN, "--id", uri)


def test_an_authority_that_refuses_pss_gets_a_request_without_it(operator, authority, image):
    operator.initialise().generate("release", "RSA-2048")
    request = operator.request("release", None, "--pkcs1")
    uri = operator.uri("release")
    operator.run("cert", "import", uri, "--chain", authority.issue(request), "--to-token")
    operator.run("cert", "export", uri, "--trust-store", "e2e")
    operator.host.write_policy()
    sign_and_verify(operator.host, image, "--plugin", PLUGIN, "--id", uri)


@pytest.mark.parametrize("spec", certs.KEY_SPECS)
def test_the_short_form_for_a_test_key_takes_three_commands(operator, image, spec):
    operator.initialise()
    token = [*operator.module, "--token", LABEL, "--pin-source", operator.pin]
    # the three
    operator.run("enroll", "release", *token, "--spec", spec, "--self-signed", "--register", "--trust-store", "e2e",
                 "--trust-policy")  # fmt: skip
    operator.host.succeed("sign", "--insecure-registry", "--key", "release", image)
    operator.host.succeed("verify", "--insecure-registry", image)


@pytest.mark.parametrize("spec", ["EC-256", "EC-384", "RSA-2048"])
@pytest.mark.parametrize("kind", [Tpm, Nss])
def test_the_short_form_on_another_token(tmp_path, libexec, image, kind, spec):
    token = kind(tmp_path)
    try:
        operator = Operator(tmp_path, libexec, token)
        if kind is Tpm:
            operator.initialise(token.label)
        at_token = [*operator.module, *token.flags, "--token", token.label, "--pin-source", operator.pin]
        operator.run("enroll", "release", *at_token, "--spec", spec, "--self-signed", "--register", "--trust-policy")
        sign_and_verify(operator.host, image, "--key", "release")
    finally:
        token.close()


def test_the_short_form_step_by_step(operator, image):
    operator.initialise()
    uri = operator.uri("release")
    # the three
    operator.generate("release", "EC-256")
    operator.run("cert", "self-sign", uri, "--subject", "CN=release,O=End to end,ST=WA,C=US", "--out", "release.pem")
    operator.run("key", "register", uri, "--name", "release", "--chain-file", "release.pem", "--run")
    operator.host.succeed("cert", "add", "--type", "ca", "--store", "e2e", operator.folder / "release.pem")
    operator.host.write_policy()
    operator.host.succeed("sign", "--insecure-registry", "--key", "release", image)
    operator.host.succeed("verify", "--insecure-registry", image)


def test_enrolment_with_a_request_goes_on_where_it_stopped(operator, authority, image):
    operator.initialise()
    words = ["enroll", "release", *operator.module, "--token", LABEL, "--pin-source", operator.pin, "--spec", "EC-256",
             "--subject", "CN=release,O=End to end,ST=WA,C=US"]  # fmt: skip
    asked = conforms("enroll", operator.run(*words, "--json").out)
    request = next(operator.folder.rglob("*.csr"))
    assert str(request) in json.dumps(asked)
    words += ["--chain", authority.issue(request), "--register", "--trust-store", "e2e", "--trust-policy"]
    operator.run(*words)
    operator.host.succeed("sign", "--insecure-registry", "--key", "release", image)
    operator.host.succeed("verify", "--insecure-registry", image)
    again = operator.run(*words)
    assert len(json.loads((operator.folder / "notation/signingkeys.json").read_text())["keys"]) == 1, again.out
