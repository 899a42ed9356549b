"""Signatures beside other artifacts, with oras as the second client of the registry."""

from harness import oci, process, tools
from harness.signing import golden, host, image, on_demand, token  # noqa: F401


def test_an_attached_sbom_is_signed_like_an_image(host, image, tmp_path):
    sbom = tmp_path / "sbom.json"
    sbom.write_text("{}")
    digest = oci.attach(tools.oras(), image, sbom, "application/spdx+json", {**host.environment, "HOME": tmp_path})
    artifact = f"{image.split('@')[0]}@{digest}"
    host.succeed("sign", "--insecure-registry", *on_demand(host, "EC-521"), artifact)
    host.succeed("verify", "--insecure-registry", artifact)


def test_signatures_survive_promotion_to_an_oci_layout(host, image, tmp_path):
    host.succeed("sign", "--insecure-registry", *on_demand(host, "EC-256"), image)
    process.succeed(
        [tools.oras(), "cp", "-r", "--from-plain-http", "--to-oci-layout", image, f"{tmp_path}/airgap:v1"],
        host.environment,
    )
    host.succeed("verify", "--oci-layout", "--scope", "local/e2e", f"{tmp_path}/airgap@{image.split('@')[1]}")
