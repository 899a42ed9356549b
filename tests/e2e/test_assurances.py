"""What a signature is to assure: integrity, authenticity, trusted time, expiry, revocation. Time stamps and revocation
are notation's work; ours are a chain and a signature that allow them."""

import datetime
import time

import pytest
from harness import oci
from harness.authority import Authority, TimeStamper
from harness.loopback import Loopback
from harness.provisioning import EmptyToken, Operator
from harness.signing import image  # noqa: F401

SHORT = datetime.timedelta(seconds=20)  # long enough to import a certificate, register and sign on a busy machine


@pytest.fixture
def server():
    with Loopback() as made:
        yield made


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


@pytest.fixture
def operator(tmp_path, libexec):
    operator = Operator(tmp_path, libexec, EmptyToken(tmp_path)).initialise()
    operator.generate("release", "EC-256")
    return operator


def sign(operator, image, *options):
    operator.host.succeed("sign", "--insecure-registry", "--key", "release", *options, image)


def reasons(operator, image, **variables):
    """Why it does not verify, which notation prints only with -v."""
    return operator.host.fail("verify", "-v", "--insecure-registry", image, env=variables).err


def stamped(stamper, envelope="jws"):
    return ["--timestamp-url", stamper.url, "--timestamp-root-cert", stamper.root, "--signature-format", envelope]


def trust_stamps(operator, stamper):
    operator.host.succeed("cert", "add", "--type", "tsa", "--store", "e2e", stamper.root)
    operator.trust("release", stores=["tsa:e2e"], verifyTimestamp="always")


@pytest.fixture
def release(operator, authority):
    """A certified key, registered, its root trusted."""
    operator.certify("release", authority)
    operator.register("release")
    operator.trust("release")
    return operator


# Integrity and authenticity


def test_another_content_under_the_signed_tag_fails(release, registry, image, tmp_path):
    repository = image.split("@")[0].split("/", 1)[1]
    tagged = f"{registry.host}/{repository}:v1"
    sign(release, image)
    release.host.succeed("verify", "--insecure-registry", tagged)
    oci.make_layout(tmp_path / "tampered", "something else")
    registry.push(tmp_path / "tampered", repository)
    assert "no signature is associated with" in release.host.fail("verify", "--insecure-registry", tagged).err


def test_a_signature_stolen_for_other_content_fails(release, tmp_path):
    digest = oci.make_layout(tmp_path / "image", "what was signed")
    release.host.succeed("sign", "--oci-layout", "--key", "release", f"{tmp_path}/image@{digest}")
    other = oci.make_layout(tmp_path / "other", "what was not")
    oci.move_signature(tmp_path / "image", tmp_path / "other", other)
    failed = release.host.fail("verify", "-v", "--oci-layout", "--scope", "local/e2e", f"{tmp_path}/other@{other}")
    assert "content descriptor mismatch" in failed.err


def test_an_identity_that_is_not_trusted_fails(release, image):
    sign(release, image)
    release.host.write_policy(identities=["x509.subject: C=US, ST=WA, O=End to end, CN=somebody else"])
    assert "does not match the X.509 trusted identities" in reasons(release, image)


def test_an_authority_that_is_not_trusted_fails(release, image, tmp_path):
    sign(release, image)
    stranger = Authority(tmp_path / "stranger")
    release.host.succeed("cert", "add", "--type", "ca", "--store", "stranger", stranger.root)
    release.host.write_policy(store="stranger")
    assert "does not contain any trusted certificate" in reasons(release, image)


# Time


@pytest.mark.parametrize("envelope", ["jws", "cose"])
def test_a_trusted_time_stamp_verifies(release, server, image, tmp_path, envelope):
    stamper = TimeStamper(tmp_path / "stamper", server)
    sign(release, image, *stamped(stamper, envelope))
    assert server.asked == ["/stamp"]
    trust_stamps(release, stamper)
    release.host.succeed("verify", "--insecure-registry", image)


def test_a_stamper_that_is_not_trusted_fails(release, server, image, tmp_path):
    sign(release, image, *stamped(TimeStamper(tmp_path / "stamper", server)))
    trust_stamps(release, TimeStamper(tmp_path / "another", server))
    assert "unknown authority" in reasons(release, image)


def test_a_signature_with_a_time_stamp_outlives_its_certificate(operator, authority, server, image, registry, tmp_path):
    stamper = TimeStamper(tmp_path / "stamper", server)
    plain = oci.make_layout(tmp_path / "plain", "without a stamp")
    registry.push(tmp_path / "plain", f"plain{plain[7:19]}")
    plain = f"{registry.host}/plain{plain[7:19]}@{plain}"
    operator.certify("release", authority, lifetime=SHORT)
    end = time.monotonic() + SHORT.total_seconds()
    operator.register("release")
    sign(operator, image, *stamped(stamper))
    sign(operator, plain)
    trust_stamps(operator, stamper)
    time.sleep(max(0, end + 1.1 - time.monotonic()))
    operator.host.succeed("verify", "--insecure-registry", image)
    assert "no timestamp countersignature was found" in reasons(operator, plain)
    operator.host.write_policy()
    assert "expired" in reasons(operator, plain), "nor does it pass where no stamp is asked for"
    refused = operator.host.fail("sign", "--insecure-registry", "--key", "release", image)
    assert "expired" in refused.err, "we do not sign with an expired certificate"


def test_an_expired_signature_fails(release, image):
    sign(release, image, "--expiry", "1s")
    time.sleep(2.1)
    assert "digital signature has expired" in reasons(release, image)


# Revocation


@pytest.mark.parametrize("way", ["crl", "ocsp"])
def test_a_revoked_certificate_fails_and_a_good_one_passes(operator, authority, server, image, way):
    authority.publish(server, **{way: True})
    issued = operator.certify("release", authority)
    operator.register("release")
    operator.trust("release")
    sign(operator, image)
    operator.host.succeed("verify", "--insecure-registry", image)
    assert server.asked, "notation has asked whether it is revoked"
    authority.revoke(issued)
    # A list is kept until its next update, so a second look needs a cache of its own.
    assert "is revoked" in reasons(operator, image, NOTATION_CACHE=operator.folder / "another-cache")


@pytest.mark.parametrize("way", ["crl", "ocsp"])
def test_where_nobody_says_whether_it_is_revoked_it_fails(operator, authority, image, way):
    with Loopback() as server:
        authority.publish(server, **{way: True})
        operator.certify("release", authority)
    operator.register("release")
    operator.trust("release")
    sign(operator, image)
    assert "revocation status is unknown" in reasons(operator, image)
