"""The main job: the real notation signs with a key on a SoftHSM token, and verifies."""

import json
import time

import pytest
from harness import certs, oci
from harness.certs import Certificate
from harness.host import PLUGIN
from harness.signing import golden, host, image, on_demand, token  # noqa: F401

FORMATS = {"jws": "application/jose+json", "cose": "application/cose"}
ALGORITHMS = {
    "RSA-2048": "RSASSA-PSS-SHA-256",
    "RSA-3072": "RSASSA-PSS-SHA-384",
    "RSA-4096": "RSASSA-PSS-SHA-512",
    "EC-256": "ECDSA-SHA-256",
    "EC-384": "ECDSA-SHA-384",
    "EC-521": "ECDSA-SHA-512",
}


def inspect(host, image):
    return json.loads(host.succeed("inspect", "--insecure-registry", "-o", "json", image).out)["Signatures"]


def verify_fails(host, *arguments):
    """Gives back the reasons, which notation prints only with -v."""
    return host.fail("verify", "-v", "--insecure-registry", *arguments).err


@pytest.mark.parametrize("envelope", FORMATS)
@pytest.mark.parametrize("spec", certs.KEY_SPECS)
def test_a_configured_key_signs_on_a_registry(host, image, spec, envelope):
    host.succeed("key", "add", "--plugin", PLUGIN, "--id", spec, "release")
    signed = host.succeed("sign", "--insecure-registry", "--signature-format", envelope, "--key", "release", image)
    assert f"Successfully signed {image}" in signed.out
    assert signed.err == ""
    assert (
        "sha256:"
        in host.succeed("list", "--insecure-registry", image).out.split("application/vnd.cncf.notary.signature")[1]
    )
    (signature,) = inspect(host, image)
    assert signature["mediaType"] == FORMATS[envelope]
    assert signature["signatureAlgorithm"] == ALGORITHMS[spec]
    assert signature["certificates"][0]["issuedTo"].startswith(f"CN={spec},")
    verified = host.succeed("verify", "--insecure-registry", image)
    assert f"Successfully verified signature for {image}" in verified.out


@pytest.mark.parametrize("envelope", FORMATS)
@pytest.mark.parametrize("spec", certs.KEY_SPECS)
def test_a_key_named_on_demand_signs_an_oci_layout(host, tmp_path, spec, envelope):
    digest = oci.make_layout(tmp_path / "image", f"{spec} {envelope}")
    reference = f"{tmp_path}/image@{digest}"
    signed = host.succeed("sign", "--oci-layout", "--signature-format", envelope, *on_demand(host, spec), reference)
    assert "Successfully signed" in signed.out
    assert (
        "sha256:"
        in host.succeed("list", "--oci-layout", reference).out.split("application/vnd.cncf.notary.signature")[1]
    )
    host.succeed("verify", "--oci-layout", "--scope", "local/e2e", reference)


def test_a_key_named_on_demand_signs_on_a_registry(host, image):
    host.succeed("sign", "--insecure-registry", *on_demand(host, "EC-384"), image)
    host.succeed("verify", "--insecure-registry", image)


def test_a_configured_key_signs_an_oci_layout(host, tmp_path):
    reference = f"{tmp_path}/image@{oci.make_layout(tmp_path / 'image', 'configured')}"
    host.succeed("key", "add", "--plugin", PLUGIN, "--id", "RSA-2048", "--default", "release")
    host.succeed("sign", "--oci-layout", reference)
    host.succeed("verify", "--oci-layout", "--scope", "local/e2e", reference)


@pytest.mark.parametrize("envelope", FORMATS)
def test_user_metadata_is_signed(host, image, envelope):
    host.succeed(
        "sign",
        "--insecure-registry",
        "--signature-format",
        envelope,
        *on_demand(host, "EC-256"),
        "-m",
        "build=42",
        "-m",
        "note=a<b>&\u2028é",
        image,
    )
    host.succeed("verify", "--insecure-registry", "-m", "build=42", image)
    assert "unable to find specified metadata" in verify_fails(host, "-m", "build=43", image)


@pytest.mark.parametrize("envelope", FORMATS)
def test_an_expired_signature_fails_verification(host, image, envelope):
    host.succeed(
        "sign",
        "--insecure-registry",
        "--signature-format",
        envelope,
        "--expiry",
        "1s",
        *on_demand(host, "EC-256"),
        image,
    )
    time.sleep(2.1)
    assert "digital signature has expired" in verify_fails(host, image)


def test_an_expiry_in_the_future_verifies(host, image):
    host.succeed("sign", "--insecure-registry", "--expiry", "24h", *on_demand(host, "EC-256"), image)
    host.succeed("verify", "--insecure-registry", image)
    assert "expiry" in inspect(host, image)[0]["signedAttributes"]


def test_two_keys_sign_one_image(host, image):
    host.succeed("key", "add", "--plugin", PLUGIN, "--id", "EC-256", "team")
    host.succeed("key", "add", "--plugin", PLUGIN, "--id", "RSA-3072", "release")
    for name in ("team", "release"):
        host.succeed("sign", "--insecure-registry", "--key", name, image)
    assert sorted(signature["signatureAlgorithm"] for signature in inspect(host, image)) == [
        "ECDSA-SHA-256",
        "RSASSA-PSS-SHA-384",
    ]
    host.succeed("verify", "--insecure-registry", image)


def test_an_unsigned_image_fails_verification(host, image):
    assert "no signature is associated with" in host.fail("verify", "--insecure-registry", image).err


def test_a_signature_moved_to_other_content_fails_verification(host, tmp_path):
    """What an attacker with write access to a layout can do: let a signature's manifest point to another image."""
    layout = tmp_path / "image"
    digest = oci.make_layout(layout, "what was signed")
    host.succeed("sign", "--oci-layout", *on_demand(host, "EC-256"), f"{layout}@{digest}")
    other = oci.make_layout(tmp_path / "other", "what was not")
    oci.move_signature(layout, tmp_path / "other", other)
    reason = host.fail("verify", "-v", "--oci-layout", "--scope", "local/e2e", f"{tmp_path}/other@{other}").err
    assert "content descriptor mismatch" in reason


def test_a_changed_envelope_fails_verification(host, tmp_path):
    layout = tmp_path / "image"
    digest = oci.make_layout(layout, "hello")
    host.succeed("sign", "--oci-layout", *on_demand(host, "EC-256"), f"{layout}@{digest}")
    oci.change_envelope(layout, lambda envelope: {**envelope, "signature": "A" * len(envelope["signature"])})
    reason = host.fail("verify", "-v", "--oci-layout", "--scope", "local/e2e", f"{layout}@{digest}").err
    assert "signature is invalid" in reason


def test_a_root_that_is_not_trusted_fails_verification(host, image, keys):
    host.succeed("sign", "--insecure-registry", *on_demand(host, "EC-256"), image)
    host.trust([Certificate(certs.authority("another root"), keys("EC-256", "another root"))])
    assert "does not contain any trusted certificate" in verify_fails(host, image)


def test_an_identity_that_is_not_trusted_fails_verification(host, image, root):
    host.succeed("sign", "--insecure-registry", *on_demand(host, "EC-256"), image)
    host.trust([root], identities=["x509.subject: C=US, ST=WA, O=Somebody else"])
    assert "does not match the X.509 trusted identities" in verify_fails(host, image)
