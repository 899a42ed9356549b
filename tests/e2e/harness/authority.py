"""A certification authority played by openssl: a root, an intermediate that issues, revocation lists and OCSP answers;
and a time stamping authority. Nothing here sees a private key but its own."""

import datetime
import itertools
import os

from . import process, tools

CONFIGURATION = """
[ca]
default_ca = issuing

[issuing]
database = {folder}/index.txt
new_certs_dir = {folder}/issued
certificate = {folder}/intermediate.pem
private_key = {folder}/intermediate.key
rand_serial = yes
default_md = sha256
default_days = 90
default_crl_days = 1
policy = anything
unique_subject = no
copy_extensions = copy
x509_extensions = {extensions}
crl_extensions = list
email_in_dn = no

[anything]
countryName = optional
stateOrProvinceName = optional
localityName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied

[none]

[points]
{points}

[list]
authorityKeyIdentifier = keyid
"""
ROOT = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"]
NAME = "/C=US/ST=WA/O=End to end/CN="
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes"]


class OpenSSL:
    """The program, run in a folder of its own."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder = folder
        self._program = tools.need("openssl", "apt-get install openssl")

    def __call__(self, *arguments):
        return process.succeed([self._program, *arguments], os.environ, cwd=self.folder)

    def root(self, name):
        extensions = [part for extension in ROOT for part in ("-addext", extension)]
        self(
            "req", "-x509", *NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "3650",
            "-subj", NAME + name, *extensions,
        )  # fmt: skip
        return self.folder / f"{name}.pem"

    def below(self, issuer, name, extensions):
        """A certificate with a key made here."""
        self("req", *NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", NAME + name)
        (self.folder / f"{name}.ext").write_text("\n".join(extensions) + "\n")
        self(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial",
            "-days", "1825", "-extfile", f"{name}.ext", "-out", f"{name}.pem",
        )  # fmt: skip
        return self.folder / f"{name}.pem"


class Authority:
    """Issues what a request asks for: subject and extensions are copied."""

    def __init__(self, folder):
        self._openssl = OpenSSL(folder)
        self._folder = folder
        self.root = self._openssl.root("root")
        self.intermediate = self._openssl.below("root", "intermediate", [*ROOT, "subjectKeyIdentifier=hash"])
        (folder / "issued").mkdir()
        (folder / "index.txt").touch()
        self._numbers = itertools.count(1)
        self._points = []

    def publish(self, server, crl=False, ocsp=False):
        """Certificates issued from now on point to the server, which then knows what is revoked."""
        if crl:
            address = server.serve("/authority.crl", "application/pkix-crl", lambda _: self.revocation_list())
            self._points.append(f"crlDistributionPoints = URI:{address}")
        if ocsp:
            address = server.serve("/ocsp", "application/ocsp-response", self.ocsp_answer)
            self._points.append(f"authorityInfoAccess = OCSP;URI:{address}")

    def issue(self, request, lifetime=None, chain=True):
        """The path of a PEM file: the leaf for the request, then intermediate and root, unless `chain` is False."""
        leaf = self._folder / f"leaf-{next(self._numbers)}.pem"
        end = ["-enddate", _generalized(_now() + lifetime)] if lifetime else []
        self._ca("-batch", "-notext", "-in", request, "-out", leaf, *end)
        if chain:
            leaf.write_text(leaf.read_text() + self.intermediate.read_text() + self.root.read_text())
        return leaf

    def revoke(self, leaf):
        self._ca("-revoke", leaf)

    def revocation_list(self):
        self._ca("-gencrl", "-out", "crl.pem")
        self._openssl("crl", "-in", "crl.pem", "-outform", "DER", "-out", "crl.der")
        return (self._folder / "crl.der").read_bytes()

    def ocsp_answer(self, question):
        (self._folder / "question").write_bytes(question)
        self._openssl(
            "ocsp", "-index", "index.txt", "-CA", self.intermediate, "-rsigner", self.intermediate, "-rkey",
            "intermediate.key", "-resp_no_certs", "-ndays", "1", "-reqin", "question", "-respout", "answer",
        )  # fmt: skip
        return (self._folder / "answer").read_bytes()

    def _ca(self, *arguments):
        configuration = self._folder / "ca.conf"
        configuration.write_text(
            CONFIGURATION.format(
                folder=self._folder,
                extensions="points" if self._points else "none",
                points="\n".join(self._points),
            )
        )
        self._openssl("ca", "-config", configuration, *arguments)


class TimeStamper:
    """An authority for RFC 3161 time stamps, behind a server on loopback."""

    def __init__(self, folder, server):
        self._openssl = OpenSSL(folder)
        self._folder = folder
        self.root = self._openssl.root("stamping-root")
        usage = ["keyUsage=critical,digitalSignature", "extendedKeyUsage=critical,timeStamping"]
        self._openssl.below("stamping-root", "stamper", usage)
        (folder / "stamps.serial").write_text("01\n")
        (folder / "stamps.conf").write_text(
            f"[tsa]\ndefault_tsa=stamper\n[stamper]\nserial={folder}/stamps.serial\nsigner_digest=sha256\n"
            "default_policy=1.2.3.4\ndigests=sha256,sha384,sha512\ness_cert_id_alg=sha256\n"
        )
        self.url = server.serve("/stamp", "application/timestamp-reply", self._stamp)

    def _stamp(self, question):
        (self._folder / "question").write_bytes(question)
        self._openssl(
            "ts", "-reply", "-config", "stamps.conf", "-queryfile", "question", "-signer", "stamper.pem", "-inkey",
            "stamper.key", "-chain", "stamping-root.pem", "-out", "answer",
        )  # fmt: skip
        return (self._folder / "answer").read_bytes()


def _now():
    return datetime.datetime.now(datetime.timezone.utc)


def _generalized(time):
    return time.strftime("%Y%m%d%H%M%SZ")
