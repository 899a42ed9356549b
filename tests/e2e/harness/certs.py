"""Keys and certificates, right and wrong. A Profile says what a certificate holds; its defaults are right for Notary."""

import datetime
import itertools
import pathlib
import ssl
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CURVES = {"EC-256": ec.SECP256R1, "EC-384": ec.SECP384R1, "EC-521": ec.SECP521R1, "secp256k1": ec.SECP256K1}
KEY_SPECS = ["RSA-2048", "RSA-3072", "RSA-4096", "EC-256", "EC-384", "EC-521"]
READY_MADE = pathlib.Path(__file__).resolve().parents[2] / "fake_module/keys"  # making an RSA key takes seconds
SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")
DAY = datetime.timedelta(days=1)
_serials = itertools.count(1000)


class Key:
    """A private key in a PEM file (PKCS#8), so that a token and a file-key signer can hold the same one."""

    def __init__(self, spec, path):
        self.spec = spec
        self.path = path
        ready = READY_MADE / f"{spec.lower()}.pem"
        if spec in CURVES:
            self.private = ec.generate_private_key(CURVES[spec]())
        elif path.stem == spec and ready.exists():
            self.private = serialization.load_pem_private_key(ready.read_bytes(), None)
        else:
            self.private = rsa.generate_private_key(65537, int(spec.removeprefix("RSA-")))
        path.write_bytes(
            self.private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        path.chmod(0o600)


@dataclass
class Usage:
    bits: tuple = ("digital_signature",)
    critical: bool = True


@dataclass
class Profile:
    name: str = "leaf"
    usage: Usage = field(default_factory=Usage)
    ca: bool = None
    path_length: int = None
    extended: tuple = (ExtendedKeyUsageOID.CODE_SIGNING,)
    not_before: datetime.timedelta = -DAY
    not_after: datetime.timedelta = 365 * DAY


def authority(name="root", **changes):
    return Profile(
        **{"name": name, "usage": Usage(("key_cert_sign", "crl_sign")), "ca": True, "extended": (), **changes}
    )


class Certificate:
    def __init__(self, profile, key, issuer=None):
        """issuer is a Certificate, or None for a self-signed one."""
        self.key = key
        signer = issuer or self
        self.subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
                x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "WA"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "End to end"),
                x509.NameAttribute(NameOID.COMMON_NAME, profile.name),
            ]
        )
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(signer.subject)
            .public_key(key.private.public_key())
            .serial_number(next(_serials))
            .not_valid_before(now + profile.not_before)
            .not_valid_after(now + profile.not_after)
        )
        if profile.ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(profile.ca, profile.path_length), True)
        if profile.usage:
            builder = builder.add_extension(_key_usage(profile.usage.bits), profile.usage.critical)
        if profile.extended:
            builder = builder.add_extension(x509.ExtendedKeyUsage(profile.extended), False)
        certificate = builder.sign(signer.key.private, hashes.SHA256())
        self.der = certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self):
        return ssl.DER_cert_to_PEM_cert(self.der)

    def sign_again_with_sha_1(self, issuer):
        """For an RSA issuer. Libraries refuse to make such a certificate, but the algorithm names have one length."""
        signed = x509.load_der_x509_certificate(self.der).tbs_certificate_bytes
        weak = signed.replace(SHA256_WITH_RSA, SHA1_WITH_RSA)
        signature = issuer.key.private.sign(weak, padding.PKCS1v15(), hashes.SHA1())
        whole = self.der.replace(SHA256_WITH_RSA, SHA1_WITH_RSA)
        self.der = whole[: -len(signature)] + signature
        return self


def _key_usage(bits):
    names = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{name: name in bits for name in names})


def write_chain(path, certificates):
    path.write_text("".join(certificate.pem for certificate in certificates))
    return path
