"""Commands about certificates: what they print and how they end."""

import json
import os
import stat

import pytest
from authority import CHAIN, compare, csr, import_chain, issued, key_of, openssl, scripted_key
from harness import process, tools
from harness.shapes import conforms


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
    conforms("cert-self-sign", self_sign(desk, "--out", "release.pem", "--force", "--json").out)
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


# --- requests


def test_cert_csr_writes_a_request(desk):
    desk.generate()
    names = ["dns:build.example.com", "email:release@example.com", "uri:https://example.com/release", "ip:2001:db8::1"]
    flags = [part for name in names for part in ("--san", name)]
    compare(desk, "cert-csr", csr(desk, *flags, "--out", "release.csr"))
    compare(desk, "cert-csr-exists", csr(desk, "--out", "release.csr", status=2))
    report = conforms("cert-csr", csr(desk, *flags, "--out", "release.csr", "--force", "--json").out)
    assert report["names"] == names
    text = openssl(desk, "req", "-in", "release.csr", "-noout", "-verify", "-text")
    assert "X509v3 Key Usage: critical\n" in text
    assert "Digital Signature\n" in text
    assert "Code Signing\n" in text
    assert "DNS:build.example.com, email:release@example.com, URI:https://example.com/release, IP Address:2001" in text


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("no-kind", ["--san", "build.example.com"]),
        ("no-host", ["--san", "dns:no host"]),
        ("no-address", ["--san", "ip:192.0.2"]),
        ("long-name", ["--subject", "CN=" + "x" * 65]),
    ],
)
def test_what_cannot_be_requested_is_found_before_the_pin(scripted, name, flags):
    scripted_key(scripted)
    before = set(os.listdir(scripted.folder))
    command = ["cert", "csr", key_of(scripted), "--out", "release.csr"]
    subject = [] if "--subject" in flags else ["--subject", "CN=release"]
    compare(scripted, f"cert-csr-{name}", scripted.run(*command, *subject, *flags, status=2))
    assert scripted.token.calls("C_Initialize") == 0
    assert set(os.listdir(scripted.folder)) == before


def test_pkcs1_is_for_rsa_keys_alone(scripted):
    scripted_key(scripted)
    compare(scripted, "cert-csr-pkcs1-ec", csr(scripted, "--pkcs1", "--out", "release.csr", status=2))
    assert scripted.token.calls("C_Sign") == 0


def test_a_request_on_softhsm_is_signed_both_ways(desk):
    desk.generate("RSA-2048")
    for flags, words in (([], "rsassaPss"), (["--pkcs1"], "sha256WithRSAEncryption")):
        csr(desk, *flags, "--out", "release.csr", "--force")
        assert f"Signature Algorithm: {words}" in openssl(desk, "req", "-in", "release.csr", "-noout", "-text")
        openssl(desk, "req", "-in", "release.csr", "-noout", "-verify")


def test_what_cert_csr_says_to_run_next_is_for_a_shell(scripted):
    scripted_key(scripted)
    result = csr(scripted, "--out", "my file.csr", "--pin-source", "env:NOTATION_PKCS11_PIN")
    assert "--csr 'my file.csr' --to-file CHAIN\n" in result.out
    assert f"notation-pkcs11 cert import '{key_of(scripted)}' --pin-source env:NOTATION_PKCS11_PIN --chain" in result.out


def test_the_setting_that_cert_import_tells_is_json(scripted, authority):
    scripted_key(scripted)
    issued(scripted, authority)
    told = import_chain(scripted, *CHAIN, "--to-file", 'my "chain".pem', "--json")
    setting = json.loads("{" + json.loads(told.out)["setting"] + "}")
    assert setting == {"chain_file": str(scripted.folder / 'my "chain".pem')}


def test_flags_without_their_partner_are_refused(scripted):
    scripted_key(scripted)
    result = scripted.run("cert", "export", key_of(scripted), "--type", "signingAuthority", status=2)
    assert "--trust-store" in result.err


# --- lint


def test_cert_lint_warns_of_what_will_be(scripted, authority):
    scripted_key(scripted)
    issued(scripted, authority, "expiration_days = 4000", "signing_key", "code_signing_key")
    import_chain(scripted, *CHAIN, "--csr", "release.csr", "--to-file", "chain.pem")
    compare(scripted, "cert-lint-warnings", scripted.run("cert", "lint", "chain.pem"))
    report = conforms("cert-lint", scripted.run("cert", "lint", "chain.pem", "--json").out)
    assert report["accepted"]
    assert len(report["warnings"]) == 1
    compare(scripted, "cert-lint-ca", scripted.run("cert", "lint", "root.pem"))
    (scripted.folder / "reversed.pem").write_bytes(
        (scripted.folder / "root.pem").read_bytes() + (scripted.folder / "leaf.pem").read_bytes()
    )
    compare(scripted, "cert-lint-reversed", scripted.run("cert", "lint", "reversed.pem", status=2))


def test_cert_lint_of_a_file_that_cannot_be_read_is_an_answer_as_well(scripted):
    (scripted.folder / "x.pem").write_text("-----BEGIN CERTIFICATE-----\nMAA\n")
    report = conforms("cert-lint", scripted.run("cert", "lint", "x.pem", "--json", status=2).out)
    assert "does not end" in report["violations"][0]["message"]
