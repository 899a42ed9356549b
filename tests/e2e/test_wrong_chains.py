"""Certificate chains that notation refuses: our plugin refuses each with a message of its own, before any login."""

import pytest
from harness import certs, golden, oci, tools, wrong_chains
from harness.certs import Certificate, Profile
from harness.host import PLUGIN, Host
from harness.token import LABEL, Token

SPECS = ["EC-256", "RSA-1024", "secp256k1"]
WRONG_PIN = "9876"


@pytest.fixture(scope="module")
def golden_token(tmp_path_factory, keys):
    token = Token(tmp_path_factory.mktemp("golden")).create()
    for number, spec in enumerate(SPECS, start=1):
        token.import_key(keys(spec), spec, f"{number:02x}")
    return token


@pytest.fixture
def token(golden_token, tmp_path):
    return golden_token.copy_to(tmp_path)


@pytest.fixture
def image(tmp_path):
    return f"{tmp_path}/image@{oci.make_layout(tmp_path / 'image', 'content')}"


@pytest.fixture
def host(tmp_path, libexec, token):
    """The module is reached through pkcs11-spy, which writes down every call; the PIN file holds a wrong PIN."""
    host = Host(tmp_path, libexec, token)
    host.environment.update({"PKCS11SPY": token.module, "PKCS11SPY_OUTPUT": tmp_path / "calls.log"})
    host.pin_file(WRONG_PIN)
    return host


def sign(host, spec, image):
    host.configure_key(
        "release",
        uri=f"pkcs11:token={LABEL};object={spec}",
        module=tools.spy_module(),
        chain_file="chain.pem",
        pin_source="file:pin",
    )
    return host.fail("sign", "--oci-layout", "--plugin", PLUGIN, "--id", "release", image).err


def calls(host):
    log = host.folder / "calls.log"
    return log.read_text(errors="replace") if log.exists() else ""


def test_with_a_right_chain_the_wrong_pin_is_tried_and_refused(host, image, keys, root):
    """Without this, a PIN that is never used would prove nothing in the tests below."""
    certs.write_chain(host.folder / "chain.pem", [Certificate(Profile(), keys("EC-256"), root), root])
    assert "CKR_PIN_INCORRECT" in sign(host, "EC-256", image)
    assert calls(host).count(": C_Login\n") == 1


@pytest.mark.parametrize("case", wrong_chains.CASES)
def test_the_plugin_refuses(host, image, keys, case):
    certs.write_chain(host.folder / "chain.pem", wrong_chains.make(case, keys))
    text = sign(host, wrong_chains.key_of(case)[0], image)
    assert "C_Login" not in calls(host)
    golden.compare(f"chains/{case.replace(' ', '-')}", host.normalise(text))


@pytest.mark.parametrize("case", wrong_chains.CASES)
def test_notation_refuses_what_an_unchecked_signer_returns(host, image, keys, case):
    chain = certs.write_chain(host.folder / "chain.pem", wrong_chains.make(case, keys))
    spec, claimed = wrong_chains.key_of(case)
    assert wrong_chains.notation_says(case) in unchecked_sign(host, keys(spec), claimed, chain, image).err


def test_notation_accepts_a_right_chain_from_the_unchecked_signer(host, image, keys, root):
    chain = certs.write_chain(host.folder / "chain.pem", [Certificate(Profile(), keys("EC-256"), root), root])
    assert unchecked_sign(host, keys("EC-256"), "EC-256", chain, image, expect=0).code == 0


def test_every_wrong_chain_has_a_message_of_its_own():
    texts = {}
    for case in wrong_chains.CASES:
        text = (golden.FOLDER / f"chains/{case.replace(' ', '-')}.txt").read_text().splitlines()[0]
        assert text not in texts, f"'{case}' and '{texts[text]}' read the same"
        texts[text] = case


def unchecked_sign(host, key, claimed, chain, image, expect=1):
    result = host.run(
        "sign",
        "--oci-layout",
        "--plugin",
        "unchecked",
        "--id",
        "any",
        "--plugin-config",
        f"key_file={key.path}",
        "--plugin-config",
        f"chain_file={chain}",
        "--plugin-config",
        f"key_spec={claimed}",
        image,
    )
    assert result.code == expect, result.err
    return result
