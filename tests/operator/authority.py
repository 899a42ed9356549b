"""A CA for keys on tokens, and the commands of its customer."""

import dataclasses
import functools
import os
import re

from harness import process, tools

CHAIN = ["--chain", "root.pem", "--chain", "leaf.pem"]


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


def issued(desk, authority, *template):
    """The request, and what the CA made of it: beside each other in the desk's folder."""
    csr(desk, "--out", "release.csr", "--force")
    authority.issue(desk.folder / "release.csr", desk.folder / "leaf.pem", *template)
    (desk.folder / "root.pem").write_bytes(authority.root.read_bytes())


def import_chain(desk, *more, **options):
    return desk.run("cert", "import", key_of(desk), *more, **options)


class Authority:
    """GnuTLS plays it: an implementation that has nothing in common with the one that made the requests."""

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
