"""The keys and certificates the stand-in holds."""

import base64
import pathlib
import uuid
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .clock import iso
from .errors import ServiceError
from .signatures import sign_plain, spki

READY_MADE = pathlib.Path(__file__).resolve().parents[1] / "fake_module/keys"  # making an RSA key takes seconds
ALGORITHM_OIDS = {
    "RSA": "1.2.840.113549.1.1.1",
    "EC": "1.2.840.10045.2.1",
    "ED": "1.3.101.112",
}
CURVES = {
    "1.2.840.10045.3.1.7": ec.SECP256R1,
    "1.3.132.0.34": ec.SECP384R1,
    "1.3.132.0.35": ec.SECP521R1,
    "1.3.132.0.10": ec.SECP256K1,
}
ED25519_OID = "1.3.101.112"
SPECS = {"EC-256": ec.SECP256R1, "EC-384": ec.SECP384R1, "EC-521": ec.SECP521R1, "secp256k1": ec.SECP256K1}
RSA_SIZES = (2048, 3072, 4096)


def load_pem(path):
    return serialization.load_pem_private_key(path.read_bytes(), None)


class Key:
    def __init__(self, label, private, created, policy=None, password=None, identifier=None, attributes=None):
        self.label = label
        self.private = private
        self.created = created
        self.policy = policy
        self.password = password
        self.identifier = identifier
        self.uuid = str(uuid.uuid4())
        self.attributes = attributes or {}

    @property
    def public(self):
        return self.private.public_key()

    @property
    def blocked(self):
        return bool(self.policy and self.policy.blocked)

    def check_password(self, given):
        if (self.password or None) != (given or None):
            raise ServiceError(620, f"the password of key {self.label!r} is another")

    def check_usable(self):
        if self.blocked:
            raise ServiceError(614, f"key {self.label!r} is blocked")

    def attributes_json(self):
        algorithm, curve, size = self._kind()
        given = self.attributes
        smart = self.policy is not None
        return {
            "label": self.label,
            "id": self.identifier,
            "uuid": self.uuid,
            "algorithm": algorithm,
            "algorithmOid": ALGORITHM_OIDS[algorithm],
            "curveOid": curve,
            "derivedAttributes": None,
            "keySize": size,
            "createTime": iso(self.created),
            "attestTime": iso(self.created),
            "publicKey": base64.b64encode(spki(self.public)).decode(),
            "addressTruncated": None,
            "attributes": {
                "decrypt": given.get("decrypt", False),
                "sign": given.get("sign", True) and not smart,
                "ekaSign": smart,
                "unwrap": given.get("unwrap", False),
                "derive": given.get("derive", False),
                "sensitive": given.get("sensitive", True),
                "alwaysSensitive": given.get("sensitive", True),
                "extractable": given.get("extractable", False),
                "neverExtractable": not given.get("extractable", False),
                "modifiable": given.get("modifiable", True),
                "copyable": given.get("copyable", False),
                "destroyable": given.get("destroyable", True),
            },
            "policy": self.policy.shown() if smart else None,
        }

    def attributes_xml(self):
        shown = self.attributes_json()
        members = "".join(f"<{name}>{escape(str(shown[name]))}</{name}>" for name in ("label", "uuid", "algorithm"))
        return f"<?xml version='1.0' encoding='UTF-8'?><key>{members}<publicKey>{shown['publicKey']}</publicKey></key>"

    def _kind(self):
        if isinstance(self.private, rsa.RSAPrivateKey):
            return "RSA", None, self.private.key_size
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return "ED", ED25519_OID, 256
        curve = next(oid for oid, kind in CURVES.items() if kind.name == self.private.curve.name)
        return "EC", curve, self.private.key_size


class KeyStore:
    """Keys by label, certificates by label, and the key that signs timestamps and attestations."""

    TIMESTAMP_KEY = "timestamp-key"

    def __init__(self):
        self._keys = {}
        self.certificates = {}
        self._ready_made = {size: READY_MADE / f"rsa-{size}.pem" for size in RSA_SIZES}
        self.timestamp_key = load_pem(READY_MADE / "rsa-2048-other.pem")

    def private_key(self, source):
        """From a spec such as RSA-2048, EC-256 or Ed25519, a PEM file, or a key object."""
        if isinstance(source, pathlib.Path):
            return load_pem(source)
        if not isinstance(source, str):
            return source
        if source in SPECS:
            return ec.generate_private_key(SPECS[source]())
        if source == "Ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        size = int(source.removeprefix("RSA-"))
        ready = self._ready_made.pop(size, None)
        return load_pem(ready) if ready else rsa.generate_private_key(65537, size)

    def add(self, key):
        if "/" in key.label or key.label == self.TIMESTAMP_KEY:
            raise ServiceError(610, f"{key.label!r} cannot be the label of a key")
        if key.label in self._keys:
            raise ServiceError(608, f"there is a key {key.label!r} already")
        self._keys[key.label] = key
        return key

    def find(self, label):
        """For a use of the key; derivation paths are refused."""
        name, slash, _ = label.partition("/")
        if name not in self._keys:
            raise ServiceError(650, f"there is no key {name!r}")
        if slash:
            raise ServiceError(634, "keys cannot be derived here")
        return self._keys[name]

    def remove(self, label):
        self.find(label)
        return self._keys.pop(label)

    def labels(self):
        return sorted(self._keys)

    def attest(self, data):
        """RSA PKCS #1 v1.5 with SHA-256 by the timestamp key."""
        return sign_plain(self.timestamp_key, "SHA-256", data)
