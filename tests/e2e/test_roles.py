"""Several roles sign one image, and what they signed travels: to a second registry, with an SBOM, into a layout without
any network."""

import json

import pytest
from harness import oci, process, tools
from harness.authority import Authority
from harness.provisioning import EmptyToken, Operator
from harness.signing import image  # noqa: F401

ROLES = {"team": "EC-256", "release": "EC-384"}
SIGNATURE = "application/vnd.cncf.notary.signature"
SBOM = "application/spdx+json"


@pytest.fixture
def operator(tmp_path, libexec, authorities):
    """Two keys on one token, each certified by an authority of its own; both roots trusted."""
    operator = Operator(tmp_path, libexec, EmptyToken(tmp_path)).initialise()
    for role, spec in ROLES.items():
        operator.generate(role, spec)
        operator.certify(role, authorities[role])
        operator.register(role)
        operator.trust(role, store=role)
    trust(operator)
    return operator


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    return {role: Authority(tmp_path_factory.mktemp("authority") / role) for role in ROLES}


@pytest.fixture
def second_registry(tmp_path):
    """It has the referrers API, which the first has not."""
    server = oci.ReferrersRegistry(tmp_path)
    yield server
    server.close()


def trust(operator, *roles, identities=("*",)):
    first, *others = roles or ROLES
    operator.host.write_policy(store=first, stores=[f"ca:{role}" for role in others], identities=identities)


def signers(host, reference, *options):
    found = json.loads(host.succeed("inspect", *options, "-o", "json", reference).out)["Signatures"]
    return sorted(signature["certificates"][0]["issuedTo"].split(",")[0].removeprefix("CN=") for signature in found)


def sign(host, reference, *roles):
    for role in roles or ROLES:
        host.succeed("sign", "--insecure-registry", "--key", role, reference)


def copy(host, source, target, *options):
    process.succeed([tools.oras(), "cp", "-r", "--from-plain-http", *options, source, target], host.environment)


def test_two_roles_sign_one_image_and_each_is_verified(operator, image):
    host = operator.host
    sign(host, image)
    assert signers(host, image, "--insecure-registry") == ["release", "team"]
    for role in ROLES:
        trust(operator, role, identities=[f"x509.subject: C=US, ST=WA, O=End to end, CN={role}"])
        host.succeed("verify", "--insecure-registry", image)


def test_the_signature_of_one_role_does_not_pass_for_the_other(operator, image):
    sign(operator.host, image, "team")
    trust(operator, "release")
    reasons = operator.host.fail("verify", "-v", "--insecure-registry", image).err
    assert "does not contain any trusted certificate" in reasons


def test_signatures_survive_promotion_to_a_registry_with_the_referrers_api(operator, image, registry, second_registry):
    host = operator.host
    sign(host, image)
    digest = image.split("@")[1]
    assert registry.referrers(image.split("@")[0].split("/", 1)[1], digest) is None, "the first has no such API"
    copy(host, image, f"{second_registry.host}/production:v1", "--to-plain-http")
    promoted = f"{second_registry.host}/production@{digest}"
    found = second_registry.referrers("production", digest)
    assert [artifact["artifactType"] for artifact in found] == [SIGNATURE] * 2
    assert signers(host, promoted, "--insecure-registry") == ["release", "team"]
    host.succeed("verify", "--insecure-registry", promoted)


@pytest.mark.parametrize("tag", ["true", "false"])
def test_a_registry_with_the_referrers_api_takes_signatures_both_ways(operator, second_registry, tmp_path, tag):
    """Under the referrers tag, which is notation's default, and by the API alone."""
    digest = oci.make_layout(tmp_path / "image", tag)
    second_registry.push(tmp_path / "image", "production")
    promoted = f"{second_registry.host}/production@{digest}"
    for role in ROLES:
        operator.host.succeed(
            "sign", "--insecure-registry", f"--force-referrers-tag={tag}", "--key", role, promoted
        )  # fmt: skip
    assert len(second_registry.referrers("production", digest)) == 2
    operator.host.succeed("verify", "--insecure-registry", promoted)


def test_the_consumers_signature_joins_the_vendors(operator, image, second_registry):
    """The vendor signs, the consumer copies the image and signs what it has checked."""
    host = operator.host
    sign(host, image, "release")
    digest = image.split("@")[1]
    copy(host, image, f"{second_registry.host}/taken:v1", "--to-plain-http")
    taken = f"{second_registry.host}/taken@{digest}"
    trust(operator, "release")
    host.succeed("verify", "--insecure-registry", taken)
    sign(host, taken, "team")
    trust(operator, "team")
    host.succeed("verify", "--insecure-registry", taken)
    assert "does not contain any trusted" in host.fail("verify", "-v", "--insecure-registry", image).err


def test_an_sbom_is_signed_like_an_image_and_travels_with_it(operator, image, second_registry, tmp_path):
    host = operator.host
    sign(host, image, "release")
    (tmp_path / "sbom.json").write_text('{"spdxVersion": "SPDX-2.3"}')
    digest = oci.attach(tools.oras(), image, tmp_path / "sbom.json", SBOM, host.environment)
    sign(host, f"{image.split('@')[0]}@{digest}", "team")
    copy(host, image, f"{second_registry.host}/production:v1", "--to-plain-http")
    attached = second_registry.referrers("production", image.split("@")[1])
    assert sorted(artifact["artifactType"] for artifact in attached) == [SBOM, SIGNATURE]
    sbom = f"{second_registry.host}/production@{digest}"
    assert signers(host, sbom, "--insecure-registry") == ["team"]
    host.succeed("verify", "--insecure-registry", sbom)


def test_an_air_gapped_layout_carries_all_signatures(operator, image, tmp_path):
    host = operator.host
    sign(host, image)
    copy(host, image, f"{tmp_path}/airgap:v1", "--to-oci-layout")
    carried = f"{tmp_path}/airgap@{image.split('@')[1]}"
    listed = host.succeed("list", "--oci-layout", carried).out
    assert listed.split("application/vnd.cncf.notary.signature")[1].count("sha256:") == 2
    for role in ROLES:
        trust(operator, role)
        host.succeed("verify", "--oci-layout", "--scope", "local/e2e", carried)


def test_a_layout_is_signed_without_any_registry_and_then_pushed(operator, second_registry, tmp_path):
    host = operator.host
    digest = oci.make_layout(tmp_path / "image", "made behind the air gap")
    for role in ROLES:
        host.succeed("sign", "--oci-layout", "--key", role, f"{tmp_path}/image@{digest}")
    target = f"{second_registry.host}/received"
    process.succeed(
        [tools.oras(), "cp", "-r", "--from-oci-layout", "--to-plain-http", f"{tmp_path}/image:v1", f"{target}:v1"],
        host.environment,
    )
    assert signers(host, f"{target}@{digest}", "--insecure-registry") == ["release", "team"]
    host.succeed("verify", "--insecure-registry", f"{target}@{digest}")
