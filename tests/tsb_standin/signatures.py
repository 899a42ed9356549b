"""Algorithm names of the interface, and signatures made and checked with software keys."""

import re

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from .errors import ServiceError

DIGESTS = {
    "SHA-224": hashes.SHA224,
    "SHA-256": hashes.SHA256,
    "SHA-384": hashes.SHA384,
    "SHA-512": hashes.SHA512,
    "SHA3-224": hashes.SHA3_224,
    "SHA3-256": hashes.SHA3_256,
    "SHA3-384": hashes.SHA3_384,
    "SHA3-512": hashes.SHA3_512,
}
_HASHES = {
    "SHA1": hashes.SHA1,
    "SHA224": hashes.SHA224,
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}
_PREHASHED_OR_NOT = re.compile(r"(NONE)?(SHA1|SHA224|SHA256|SHA384|SHA512)_WITH_(RSA|RSA_PSS|ECDSA)")
_OTHER_ALGORITHMS = {
    *("NONE_WITH_RSA", "NONE_WITH_RSA_PSS", "NONE_WITH_DSA", "SHA1_WITH_DSA", "SHA224_WITH_DSA", "SHA256_WITH_DSA"),
    *("SHA384_WITH_DSA", "SHA512_WITH_DSA", "DOUBLE_SHA256_WITH_ECDSA", "SHA256_WITH_ECDSA_DETERMINISTIC"),
    *("SHA3224_WITH_ECDSA", "SHA3256_WITH_ECDSA", "SHA3384_WITH_ECDSA", "SHA3512_WITH_ECDSA"),
    *("KECCAK224_WITH_ECDSA", "KECCAK256_WITH_ECDSA", "KECCAK384_WITH_ECDSA", "KECCAK512_WITH_ECDSA"),
    *("NONE_WITH_EC_SCHNORR_BIP0340", "BLS", "ISS_KERL", "LMS", "DILITHIUM", "SPHINCS_PLUS"),
}


class Algorithm:
    """One name of the enumeration signatureAlgorithm. NONE... names take a digest as payload."""

    def __init__(self, name):
        self.name = name
        self.hash = None
        self.prehashed = False
        self.scheme = "EDDSA" if name == "EDDSA" else None
        parts = _PREHASHED_OR_NOT.fullmatch(name)
        if name == "NONE_WITH_ECDSA":
            self.scheme, self.prehashed = "ECDSA", True
        elif parts and not (parts[1] and parts[3] == "ECDSA"):
            self.scheme, self.hash, self.prehashed = parts[3], _HASHES[parts[2]](), bool(parts[1])
        elif not self.scheme and name not in _OTHER_ALGORITHMS:
            raise ServiceError(501, f"{name!r} is not a signature algorithm")

    def check_payload(self, payload):
        if self.prehashed and self.hash and len(payload) != self.hash.digest_size:
            raise ServiceError(612, f"the payload of {self.name} has {self.hash.digest_size} bytes")

    def _hash_for(self, payload):
        if not self.prehashed:
            return self.hash
        by_size = {kind.digest_size: kind for kind in _HASHES.values()}
        if self.hash is None and len(payload) not in by_size:
            raise ServiceError(612, "the payload is not a digest")
        return utils.Prehashed(self.hash or by_size[len(payload)]())

    def sign(self, key, payload, salt_length=None):
        """ECDSA gives DER. The PSS salt has the length of the digest unless told otherwise."""
        self.check_key(key.public_key())
        chosen = self._hash_for(payload)
        if self.scheme == "ECDSA":
            return key.sign(payload, ec.ECDSA(chosen))
        if self.scheme == "EDDSA":
            return key.sign(payload)
        return key.sign(payload, self._padding(salt_length), chosen)

    def is_valid(self, public, payload, signature):
        self.check_key(public)
        chosen = self._hash_for(payload)
        try:
            if self.scheme == "ECDSA":
                public.verify(signature, payload, ec.ECDSA(chosen))
            elif self.scheme == "EDDSA":
                public.verify(signature, payload)
            else:
                public.verify(signature, payload, self._padding(None), chosen)
            return True
        except InvalidSignature:
            return False

    def check_key(self, public):
        fitting = {
            "RSA": rsa.RSAPublicKey,
            "RSA_PSS": rsa.RSAPublicKey,
            "ECDSA": ec.EllipticCurvePublicKey,
            "EDDSA": ed25519.Ed25519PublicKey,
        }.get(self.scheme)
        if fitting is None or not isinstance(public, fitting):
            raise ServiceError(607, f"the key cannot do {self.name}")

    def _padding(self, salt_length):
        if self.scheme == "RSA":
            return padding.PKCS1v15()
        salt = self.hash.digest_size if salt_length is None else salt_length
        return padding.PSS(padding.MGF1(self.hash), salt)


def spki(public):
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def load_public(der, code=407):
    """The key of an approver or requester: RSA, EC or Ed25519."""
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ServiceError(code, "it is not a SubjectPublicKeyInfo") from None
    if not isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey)):
        raise ServiceError(601, "the key is neither RSA nor EC nor Ed25519")
    return key


def load_certificate(der, code=409):
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        raise ServiceError(code, "it is not a certificate in DER") from None


def digest_named(name):
    if name == "EdDSA":
        return None
    if name not in DIGESTS:
        raise ServiceError(501, f"{name!r} is not a digest")
    return DIGESTS[name]()


def sign_plain(key, digest, data):
    """As a JDK Signature does: RSA PKCS #1 v1.5, ECDSA in DER, or Ed25519, where the digest does not matter."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), digest_named(digest))
    return key.sign(data, ec.ECDSA(digest_named(digest)))


def check_plain(public, digest, signature, data, what):
    """The counterpart of sign_plain; refuses with 403."""
    chosen = digest_named(digest)
    try:
        if isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, data)
        elif chosen is None:
            raise ServiceError(600, f"{digest} does not fit the key")
        elif isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, data, padding.PKCS1v15(), chosen)
        else:
            public.verify(signature, data, ec.ECDSA(chosen))
    except InvalidSignature:
        raise ServiceError(403, f"the signature of {what} is wrong") from None


def raw_ecdsa(signature, size):
    """r and s side by side, each of the given number of bytes."""
    r, s = utils.decode_dss_signature(signature)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")
