"""Commands about certificates: what they print and how they end."""

import os
import stat

import pytest
from harness import process, tools


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
