"""What a CA issued, on its way to token, file and trust store, and away again."""

import json
import os
import pathlib
import stat
import types

import pytest
from authority import CHAIN, compare, csr, import_chain, issued, key_of, openssl, scripted_key
from desk import WRONG_PIN
from harness import certs, process, tools
from harness.screen import Screen
from harness.shapes import conforms


@pytest.mark.parametrize("spec", certs.KEY_SPECS)
def test_another_ca_accepts_the_requests_and_its_certificates_are_imported(scripted, authority, spec):
    scripted_key(scripted, spec)
    for flags in [[], ["--pkcs1"]] if spec.startswith("RSA") else [[]]:
        csr(scripted, *flags, "--san", "dns:build.example.com", "--out", "release.csr", "--force")
        openssl(scripted, "req", "-in", "release.csr", "-noout", "-verify")
        authority.issue(scripted.folder / "release.csr", scripted.folder / "leaf.pem")
        import_chain(
            scripted, "--chain", "leaf.pem", "--chain", authority.root, "--csr", "release.csr",
            "--to-file", "chain.pem", "--force",
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


def test_cert_delete_leaves_the_certificate_of_another_key_with_the_same_label(desk, authority):
    """A key without a certificate of its id is searched by label, and that finds its namesake's."""
    desk.generate("EC-256", "release", "--id", "0b")
    issued(desk, authority)
    import_chain(desk, *CHAIN, "--to-token")
    own = key_of(desk).replace("?", ";id=%0B?")
    uri = f"pkcs11:token=e2e;object=release;id=%0C?module-path={desk.token.module}"
    openssl(desk, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "namesake.pem")
    desk.token.import_key(types.SimpleNamespace(path=desk.folder / "namesake.pem"), "release", "0c")
    compare(desk, "cert-delete-namesake", desk.run("cert", "delete", uri, "--yes", status=3))
    assert "CN=release" in desk.run("cert", "delete", own, "--yes").out
