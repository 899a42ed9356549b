"""Commands about certificates: what they print and how they end."""

import dataclasses
import functools
import json
import os
import pathlib
import re
import stat

import pytest
from desk import WRONG_PIN
from harness import certs, process, tools
from harness.screen import Screen
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


def key_of(desk):
    return f"pkcs11:token=e2e;object=release?module-path={desk.token.module}"


def compare(desk, name, result):
    """Beginnings of hashes differ from run to run, like whole ones."""
    hide = functools.partial(re.sub, r"\b[0-9a-f]{16}\b", "<hash>")
    desk.compare(name, dataclasses.replace(result, out=hide(result.out), err=hide(result.err)))


def csr(desk, *more, **options):
    return desk.run("cert", "csr", key_of(desk), "--subject", "CN=release,O=Example,C=CH", *more, **options)


def scripted_key(scripted, spec="EC-256", *more, private=""):
    scripted.token.write("token label=e2e", f"key {spec.replace('EC-', 'P-')} label=release id=01 {private}", *more)
    return scripted


def openssl(desk, *arguments):
    return process.succeed(["openssl", *arguments], os.environ, cwd=desk.folder).out


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


# --- certificates from a CA


@pytest.fixture
def authority(tmp_path):
    """GnuTLS plays the CA: it knows nothing of OpenSSL, which made the requests' signatures."""
    folder = tmp_path / "ca"
    folder.mkdir()
    return Authority(folder)


class Authority:
    def __init__(self, folder):
        self.folder = folder
        self.program = tools.need("certtool", "apt-get install gnutls-bin")
        self._run("--generate-privkey", "--ecc", "--outfile", "root.key")
        self._write("root", "cn = root", "ca", "cert_signing_key", "crl_signing_key", "expiration_days = 3650")
        self._run(
            "--generate-self-signed", "--load-privkey", "root.key", "--template", "root", "--outfile", "root.pem"
        )

    def issue(self, request, out, *template):
        template = template or ("expiration_days = 365", *(f"honor_crq_ext = 2.5.29.{arc}" for arc in (15, 17, 37)))
        self._write("leaf", "cn = release", *template)
        self._run(
            "--generate-certificate", "--load-request", request, "--load-ca-certificate", "root.pem",
            "--load-ca-privkey", "root.key", "--template", "leaf", "--outfile", out,
        )  # fmt: skip
        return out

    @property
    def root(self):
        return self.folder / "root.pem"

    def _write(self, name, *lines):
        (self.folder / name).write_text("".join(line + "\n" for line in lines))

    def _run(self, *arguments):
        process.succeed([self.program, *arguments], os.environ, cwd=self.folder)


def issued(desk, authority, *template):
    """The request, and what the CA made of it: beside each other in the desk's folder."""
    csr(desk, "--out", "release.csr", "--force")
    authority.issue(desk.folder / "release.csr", desk.folder / "leaf.pem", *template)
    (desk.folder / "root.pem").write_bytes(authority.root.read_bytes())


CHAIN = ["--chain", "root.pem", "--chain", "leaf.pem"]


def import_chain(desk, *more, **options):
    return desk.run("cert", "import", key_of(desk), *more, **options)


@pytest.mark.parametrize("spec", certs.KEY_SPECS)
def test_another_ca_accepts_the_requests_and_its_certificates_are_imported(scripted, authority, spec):
    scripted_key(scripted, spec)
    for flags in [[], ["--pkcs1"]] if spec.startswith("RSA") else [[]]:
        csr(scripted, *flags, "--san", "dns:build.example.com", "--out", "release.csr", "--force")
        openssl(scripted, "req", "-in", "release.csr", "-noout", "-verify")
        authority.issue(scripted.folder / "release.csr", scripted.folder / "leaf.pem")
        import_chain(
            scripted, "--chain", "leaf.pem", "--chain", authority.root, "--csr", "release.csr", "--to-file", "chain.pem",
            "--force",
        )  # fmt: skip
        scripted.run("cert", "lint", "chain.pem")
        text = openssl(scripted, "x509", "-in", "chain.pem", "-noout", "-text")
        assert "X509v3 Key Usage: critical\n                Digital Signature\n" in text
        assert "DNS:build.example.com" in text
        openssl(scripted, "verify", "-CAfile", authority.root, "chain.pem")


def test_cert_import_to_a_file_needs_no_token(scripted, authority):
    scripted_key(scripted)
    issued(scripted, authority)
    before = scripted.token.calls("C_Initialize")
    answer = import_chain(scripted, *CHAIN, "--csr", "release.csr", "--to-file", "chain.pem")
    compare(scripted, "cert-import-file", answer)
    assert scripted.token.calls("C_Initialize") == before
    answer = import_chain(scripted, *CHAIN, "--csr", "release.csr", "--to-file", "chain.pem", status=2)
    compare(scripted, "cert-import-exists", answer)
    again = import_chain(scripted, *CHAIN, "--csr", "release.csr", "--to-file", "chain.pem", "--force", "--json")
    report = conforms("cert-import", again.out)
    assert [one["subject"] for one in report["chain"]] == ["C=CH,O=Example,CN=release", "CN=root"]
    assert report["file"] == str(scripted.folder / "chain.pem")


def test_cert_import_to_the_token_stores_nothing_twice(desk, authority):
    desk.generate()
    issued(desk, authority)
    compare(desk, "cert-import-token", import_chain(desk, *CHAIN, "--to-token"))
    report = conforms("cert-import", import_chain(desk, *CHAIN, "--to-token", "--json").out)
    assert (report["added"], report["alreadyThere"]) == (0, 2)
    compare(desk, "cert-lint-key", desk.run("cert", "lint", key_of(desk)))
    compare(desk, "cert-export", desk.run("cert", "export", key_of(desk), "--chain", "--out", "exported.pem"))
    openssl(desk, "verify", "-CAfile", "root.pem", "exported.pem")


def test_a_renewed_certificate_beside_the_old_one_is_told_of(desk, authority):
    desk.generate()
    issued(desk, authority)
    import_chain(desk, *CHAIN, "--to-token")
    issued(desk, authority)
    compare(desk, "cert-import-second", import_chain(desk, "--chain", "leaf.pem", "--to-token"))


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("nowhere", CHAIN),
        ("incomplete", ["--chain", "leaf.pem", "--csr", "release.csr", "--to-file", "chain.pem"]),
        ("no-leaf", ["--chain", "root.pem", "--csr", "release.csr", "--to-file", "chain.pem"]),
        ("no-file", ["--chain", "absent.pem", "--csr", "release.csr", "--to-file", "chain.pem"]),
        ("no-request", [*CHAIN, "--csr", "leaf.pem", "--to-file", "chain.pem"]),
        ("no-folder", [*CHAIN, "--csr", "release.csr", "--to-file", "absent/chain.pem"]),
    ],
)
def test_what_cannot_be_imported_is_refused(scripted, authority, name, flags):
    scripted_key(scripted)
    issued(scripted, authority)
    logins = scripted.token.calls("C_Login")
    before = set(os.listdir(scripted.folder))
    compare(scripted, f"cert-import-{name}", import_chain(scripted, *flags, status=2))
    assert set(os.listdir(scripted.folder)) == before
    assert scripted.token.calls("C_Login") == logins


def test_a_certificate_that_breaks_the_profile_is_not_imported(scripted, authority):
    scripted_key(scripted)
    issued(scripted, authority, "expiration_days = 365", "tls_www_server", "signing_key")
    result = import_chain(scripted, *CHAIN, "--csr", "release.csr", "--to-file", "chain.pem", status=2)
    compare(scripted, "cert-import-profile", result)
    (scripted.folder / "all.pem").write_bytes(
        (scripted.folder / "leaf.pem").read_bytes() + (scripted.folder / "root.pem").read_bytes()
    )
    compare(scripted, "cert-lint-wrong", scripted.run("cert", "lint", "all.pem", status=2))
    report = conforms("cert-lint", scripted.run("cert", "lint", "all.pem", "--json", status=2).out)
    assert not report["accepted"]
    assert "serverAuth" in report["certificates"][0]["violations"][0]["message"]


def test_the_request_of_another_key_does_not_go_to_the_token(scripted, authority):
    scripted_key(scripted)
    issued(scripted, authority)
    other = tools.SOURCE / "tests/fake_module/keys/p-256-other.pem"
    scripted.token.write("token label=e2e", f'key P-256 label=release id=01 pem="{other}"')
    answer = import_chain(scripted, *CHAIN, "--csr", "release.csr", "--to-token", status=2)
    compare(scripted, "cert-import-other-key", answer)


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


# --- export


def test_cert_export_fills_notations_trust_store(scripted, authority):
    scripted_key(scripted)
    issued(scripted, authority)
    import_chain(scripted, *CHAIN, "--csr", "release.csr", "--to-file", "chain.pem")
    configure(scripted, chain_file=str(scripted.folder / "chain.pem"))
    export = ["cert", "export", "release", "--trust-store", "example"]
    compare(scripted, "cert-export-trust-store", scripted.run(*export))
    again = conforms("cert-export", scripted.run(*export, "--json").out)
    assert again["alreadyThere"]
    assert again["trustPolicyEntry"] == "ca:example"
    stored = pathlib.Path(again["trustStoreFile"])
    assert stored.parent == scripted.folder / ".config/notation/truststore/x509/ca/example"
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    assert stat.S_IMODE(stored.parent.stat().st_mode) == 0o700
    listed = process.succeed(
        [tools.notation(), "cert", "list"], {"HOME": str(scripted.folder), "PATH": os.environ["PATH"]}
    )
    assert stored.name in listed.out
    stored.write_text("another")
    compare(scripted, "cert-export-taken", scripted.run(*export, status=2))
    assert stored.read_text() == "another"
    compare(scripted, "cert-export-store-name", scripted.run(*export[:-1], "a/b", status=2))


def test_cert_export_prints_pem(scripted, authority):
    scripted_key(scripted)
    issued(scripted, authority)
    import_chain(scripted, *CHAIN, "--csr", "release.csr", "--to-file", "chain.pem")
    configure(scripted, chain_file=str(scripted.folder / "chain.pem"))
    chain = (scripted.folder / "chain.pem").read_text()
    assert scripted.run("cert", "export", "release", "--chain").out == chain
    leaf, root = scripted.run("cert", "export", "release", "--leaf").out, scripted.run("cert", "export", "release").out
    assert leaf + root == chain


def configure(desk, **settings):
    folder = desk.folder / ".config/notation-pkcs11"
    folder.mkdir(parents=True)
    key = {"uri": "pkcs11:token=e2e;object=release", "module": str(desk.token.module), **settings}
    (folder / "config.json").write_text(json.dumps({"version": 1, "keys": {"release": key}}))
    (folder / "config.json").chmod(0o600)


# --- delete


def test_cert_delete_destroys_the_certificates_of_the_key(desk, authority):
    desk.generate()
    issued(desk, authority)
    import_chain(desk, *CHAIN, "--to-token")
    compare(desk, "cert-delete-nobody", desk.run("cert", "delete", key_of(desk), status=2))
    answer = desk.run("cert", "delete", key_of(desk), "--serial", "ffff", "--yes", status=3)
    compare(desk, "cert-delete-serial", answer)
    root = openssl(desk, "x509", "-in", "root.pem", "-noout", "-serial").strip().removeprefix("serial=")
    assert "CN=root" in desk.run("cert", "delete", key_of(desk), "--serial", root, "--yes").out
    report = conforms("cert-delete", desk.run("cert", "delete", key_of(desk), "--yes", "--json").out)
    assert (report["objects"], [one["subject"] for one in report["certificates"]]) == (1, ["C=CH,O=Example,CN=release"])
    compare(desk, "cert-delete-none", desk.run("cert", "delete", key_of(desk), "--yes", status=3))


def test_cert_delete_asks(desk, authority):
    desk.generate()
    issued(desk, authority)
    import_chain(desk, *CHAIN, "--to-token")
    screen = Screen([tools.product(), "cert", "delete", key_of(desk)], desk.environment, desk.folder)
    try:
        screen.wait_for("Delete them? [y/N]")
        screen.type("n\n")
        assert screen.end() == 4
    finally:
        screen.close()
    assert desk.run("cert", "lint", key_of(desk)).code == 0


def test_a_token_that_takes_no_certificate_fails_the_import_and_leaves_no_file(scripted, authority):
    scripted_key(scripted)
    issued(scripted, authority)
    scripted_key(scripted, "EC-256", "fail C_CreateObject CKR_TOKEN_WRITE_PROTECTED")
    before = set(os.listdir(scripted.folder))
    flags = [*CHAIN, "--to-token", "--to-file", "chain.pem"]
    compare(scripted, "cert-import-write-protected", import_chain(scripted, *flags, status=5))
    compare(scripted, "cert-import-wrong-pin", import_chain(scripted, *flags, pin=WRONG_PIN, status=4))
    assert set(os.listdir(scripted.folder)) - before <= {"state"}


def test_both_places_take_the_chain_at_once(scripted, authority):
    scripted_key(scripted)
    issued(scripted, authority)
    report = conforms(
        "cert-import", import_chain(scripted, *CHAIN, "--to-token", "--to-file", "chain.pem", "--json").out
    )
    assert (report["token"], report["added"]) == ("e2e", 2)
    assert (scripted.folder / "chain.pem").read_text().count("BEGIN CERTIFICATE") == 2


def test_der_is_taken_as_well(scripted, authority):
    scripted_key(scripted)
    issued(scripted, authority)
    for name in ("leaf", "root"):
        openssl(scripted, "x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.der")
    openssl(scripted, "req", "-in", "release.csr", "-outform", "DER", "-out", "release.der")
    flags = ["--chain", "root.der", "--chain", "leaf.der", "--csr", "release.der", "--to-file", "chain.pem"]
    import_chain(scripted, *flags)
    assert scripted.run("cert", "lint", "chain.pem").code == 0
