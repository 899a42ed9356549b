"""Certificates made at the start: an authority, the server's certificate, and clients' certificates."""

import datetime
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FLAWS = ("expired", "wrong host", "unknown authority")
_DAY = datetime.timedelta(days=1)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem_of_key(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Authority:
    """Issues certificates into files of a folder."""

    def __init__(self, folder, name="tsb stand-in authority"):
        self.folder = folder
        self._name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        extensions = [(x509.BasicConstraints(True, None), True), (usage, True)]
        self.certificate = self._build(self._name, self._key, extensions)

    def _build(self, subject, key, extensions, ends=365 * _DAY):
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        builder = x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - 30 * _DAY).not_valid_after(now + ends)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        for extension, critical in [*extensions, (identifier, False), (issuer, False)]:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self._key, hashes.SHA256())

    def write_authority(self, name="ca.pem"):
        path = self.folder / name
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def _issue(self, name, purpose, names=None, ends=365 * _DAY):
        """Gives back the files of the certificate and of the key."""
        key = ec.generate_private_key(ec.SECP256R1())
        extensions = [(x509.BasicConstraints(False, None), True), (x509.ExtendedKeyUsage([purpose]), False)]
        if names:
            extensions.append((x509.SubjectAlternativeName(names), False))
        certificate = self._build(_name(name), key, extensions, ends)
        certificate_path, key_path = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        key_path.touch(0o600)
        key_path.write_bytes(_pem_of_key(key))
        return certificate_path, key_path

    def issue_server(self, name="server", flaw=None):
        host = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        names = [x509.DNSName("other.example.com")] if flaw == "wrong host" else host
        return self._issue(name, ExtendedKeyUsageOID.SERVER_AUTH, names, -_DAY if flaw == "expired" else 365 * _DAY)

    def issue_client(self, name="client"):
        return self._issue(name, ExtendedKeyUsageOID.CLIENT_AUTH)


def server_context(authority, mutual, flaw=None):
    """flaw is one of FLAWS or None; with mutual TLS a client needs a certificate of the same authority."""
    issuer = Authority(authority.folder, "another authority") if flaw == "unknown authority" else authority
    certificate, key = issuer.issue_server(flaw=flaw)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if mutual:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.folder / "ca.pem")
    return context
