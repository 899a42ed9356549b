"""Random certificate chains: mostly what the Notary profile asks for, each with a few things changed at random.

Extensions and algorithm identifiers are written as DER by hand, so that they can be wrong in ways in which no library
lets them be."""

import datetime
import itertools
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from .certs import READY_MADE

NOT_BEFORE, NOT_AFTER = datetime.datetime(2020, 1, 1), datetime.datetime(2090, 1, 1)
LEAF_KINDS = ["EC-256", "EC-256", "EC-256", "EC-384", "EC-521", "RSA-2048", "RSA-3072", "RSA-4096"]
ODD_LEAF_KINDS = ["EC-224", "Ed25519", "RSA-1024", "RSA-2047", "RSA-2056", "secp256k1"]
CA_KINDS = ["EC-256", "EC-256", "EC-384", "EC-521", "RSA-2048", "RSA-3072", "Ed25519", "EC-224", "RSA-1024"]
ODD_CA_KINDS = ["RSA-1536", "secp256k1", "RSA-e3"]
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512(), "sha1": hashes.SHA1()}
BITS = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]  # fmt: skip
CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
ANY_USAGE = "2.5.29.37.0"
PURPOSES = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9",
            "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.10.3.13", ANY_USAGE]  # fmt: skip


# --- DER


def tlv(tag, *parts):
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=value < 0))


def oid(dotted):
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = b""
    for arc in (first * 40 + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(0x80 | arc & 0x7F)
        content += bytes(reversed(septets))
    return tlv(0x06, content)


def bit_string(names):
    value = sum(0x8000 >> BITS.index(name) for name in names).to_bytes(2, "big").rstrip(b"\0")
    unused = (value[-1] & -value[-1]).bit_length() - 1 if value else 0
    return tlv(0x03, bytes([unused]) + value)


def boolean(value):
    return tlv(0x01, b"\xff") if value else b""


NULL = tlv(0x05)
HASH_OIDS = {
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
PKCS1_OIDS = {"sha1": 5, "sha256": 11, "sha384": 12, "sha512": 13}
ECDSA_OIDS = {"sha256": 2, "sha384": 3, "sha512": 4}


def algorithm(kind, name, scheme):
    if kind == "Ed25519":
        return tlv(0x30, oid("1.3.101.112"))
    if not kind.startswith("RSA"):
        return tlv(0x30, oid(f"1.2.840.10045.4.3.{ECDSA_OIDS[name]}" if name != "sha1" else "1.2.840.10045.4.1"))
    if scheme == "pkcs1":
        return tlv(0x30, oid(f"1.2.840.113549.1.1.{PKCS1_OIDS[name]}"), NULL)
    if scheme == "pss without parameters":
        return tlv(0x30, oid("1.2.840.113549.1.1.10"), tlv(0x30))
    one = tlv(0x30, oid(HASH_OIDS[name]), NULL)
    mask = tlv(0x30, oid("1.2.840.113549.1.1.8"), one)
    salt = 20 if scheme == "pss with a short salt" else HASHES[name].digest_size
    return tlv(0x30, oid("1.2.840.113549.1.1.10"),
               tlv(0x30, tlv(0xA0, one), tlv(0xA1, mask), tlv(0xA2, integer(salt))))  # fmt: skip


def sign(key, kind, name, scheme, data):
    if kind == "Ed25519":
        return key.sign(data)
    if not kind.startswith("RSA"):
        return key.sign(data, ec.ECDSA(HASHES[name]))
    if scheme == "pkcs1":
        return key.sign(data, padding.PKCS1v15(), HASHES[name])
    if scheme == "pss without parameters":
        return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA1()), 20), hashes.SHA1())
    salt = 20 if scheme == "pss with a short salt" else HASHES[name].digest_size
    return key.sign(data, padding.PSS(padding.MGF1(HASHES[name]), salt), HASHES[name])


def time(value):
    if value.year < 2050:
        return tlv(0x17, value.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, value.strftime("%Y%m%d%H%M%SZ").encode())


def name(common_name):
    def part(dotted, tag, text):
        return tlv(0x31, tlv(0x30, oid(dotted), tlv(tag, text.encode())))

    return tlv(0x30, part("2.5.4.6", 0x13, "DE"), part("2.5.4.10", 0x0C, "Acmé"), part("2.5.4.3", 0x0C, common_name))


# --- keys


class Keys:
    """By kind and number, made on first use; two ready ones of most kinds."""

    CURVES = {"EC-224": ec.SECP224R1, "EC-256": ec.SECP256R1, "EC-384": ec.SECP384R1, "EC-521": ec.SECP521R1,
              "secp256k1": ec.SECP256K1}  # fmt: skip

    def __init__(self):
        self.made = {}

    def get(self, kind, number):
        if kind.startswith("RSA"):
            number = min(number, 1)  # RSA keys take long to make
        if (kind, number) not in self.made:
            ready = ready_key(kind, number)
            self.made[kind, number] = (
                serialization.load_pem_private_key(ready.read_bytes(), None) if ready.exists() else self._make(kind)
            )
        return self.made[kind, number]

    def _make(self, kind):
        if kind in self.CURVES:
            return ec.generate_private_key(self.CURVES[kind]())
        if kind == "Ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        if kind == "RSA-e3":
            return rsa.generate_private_key(3, 2048)
        return rsa.generate_private_key(65537, int(kind.removeprefix("RSA-")))


def ready_key(kind, number=0):
    name = kind.lower().replace("ec-", "p-") + ("-other" if number == 1 else f"-{number}" if number else "")
    return READY_MADE / f"{name}.pem"


# --- certificates


@dataclass
class Form:
    """What a certificate says."""

    subject: str
    issuer: str
    key: object
    kind: str
    signer: object
    signer_kind: str
    hash: str = "sha256"
    scheme: str = "pkcs1"
    version: int = 3
    not_before: datetime.datetime = NOT_BEFORE
    not_after: datetime.datetime = NOT_AFTER
    usage: list = None
    usage_critical: bool = True
    purposes: list = None
    constraints: object = None  # (ca, path length), or nothing
    constraints_critical: bool = True
    more: list = field(default_factory=list)  # whole extensions
    broken: str = None
    serial: int = 1


def extension(dotted, critical, value):
    return tlv(0x30, oid(dotted), boolean(critical), tlv(0x04, value))


def extensions(form):
    every = []
    if form.constraints is not None:
        ca, length = form.constraints
        value = tlv(0x30, boolean(ca), integer(length) if length is not None else b"")
        every.append(extension("2.5.29.19", form.constraints_critical, value))
    if form.usage is not None:
        every.append(extension("2.5.29.15", form.usage_critical, bit_string(form.usage)))
    if form.purposes is not None:
        every.append(extension("2.5.29.37", False, tlv(0x30, *(oid(purpose) for purpose in form.purposes))))
    return every + form.more


def spki(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def certificate(form):
    identifier = algorithm(form.signer_kind, form.hash, form.scheme)
    inner = algorithm(form.signer_kind, "sha512", form.scheme) if form.broken == "two algorithms" else identifier
    every = extensions(form)
    signed = tlv(
        0x30,
        tlv(0xA0, integer(form.version - 1)) if form.version != 1 else b"",
        integer(form.serial),
        inner,
        name(form.issuer),
        tlv(0x30, time(form.not_before), time(form.not_after)),
        name(form.subject),
        spki(form.key),
        tlv(0xA3, tlv(0x30, *every)) if every and form.version == 3 else b"",
    )
    signature = sign(form.signer, form.signer_kind, form.hash, form.scheme, signed)
    if form.broken == "signature":
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    whole = tlv(0x30, signed, identifier, tlv(0x03, b"\0" + signature))
    return whole + b"\0" if form.broken == "one byte more" else whole


class Maker:
    def __init__(self, random, keys, now):
        self.random, self.keys, self.now = random, keys, now
        self.serials = itertools.count(1)

    def chance(self, one_in):
        return self.random.randrange(one_in) == 0

    def chain(self, leaf_kind=None):
        """The certificates as DER, leaf first unless that was changed, and what was done to them."""
        depth = self.random.choice([1, 2, 2, 2, 3, 3, 4])
        kinds = [leaf_kind or self.random.choice(LEAF_KINDS)]
        kinds += [self.random.choice(CA_KINDS) for _ in range(depth - 1)]
        done = []
        if not leaf_kind and self.chance(25):
            kinds[0] = self.random.choice(ODD_LEAF_KINDS)
            done.append(f"leaf {kinds[0]}")
        if depth > 1 and self.chance(25):
            kinds[-1] = self.random.choice(ODD_CA_KINDS)
            done.append(f"root {kinds[-1]}")
        keys = [self.keys.get(kind, index) for index, kind in enumerate(kinds)]
        forms = [self.form(index, depth, kinds, keys) for index in range(depth)]
        for _ in range(self.random.choice([0, 0, 1, 1, 1, 2])):
            done.append(self.change(forms))
        ders = [certificate(form) for form in forms]
        if self.chance(12):
            done.append(self.rearrange(ders))
        return ders, done

    def form(self, index, depth, kinds, keys):
        above = min(index + 1, depth - 1)
        lone_or_leaf = index == 0
        form = Form(f"c{index}", f"c{above}", keys[index], kinds[index], keys[above], kinds[above])
        form.serial = next(self.serials)
        form.hash = self.random.choice(["sha256", "sha256", "sha384", "sha512"])
        small = kinds[above] == "RSA-1024"
        form.scheme = self.random.choice(["pkcs1", "pkcs1" if small else "pss"])
        if lone_or_leaf:
            form.usage = ["digital_signature"] + (["content_commitment"] if self.chance(6) else [])
            form.purposes = self.random.choice([None, [CODE_SIGNING], [CODE_SIGNING]])
            form.constraints = self.random.choice([None, (False, None)])
        else:
            form.usage = ["key_cert_sign"] + (["crl_sign"] if self.chance(2) else [])
            form.constraints = (True, self.random.choice([None, None, index - 1, index, index + 3]))
            form.constraints_critical = not self.chance(5)
        return form

    def change(self, forms):
        form = self.random.choice(forms)
        index = forms.index(form)
        ca = index > 0
        what = self.random.choice(
            ["version", "usage", "usage critical", "no usage", "purposes", "purposes", "constraints", "no constraints",
             "path length", "path length", "expired", "early", "hash", "scheme", "name",
             "issuer", "signer", "signature", "two algorithms", "one byte more", "critical unknown", "unknown", "names",
             "twice", "same key", "long"]
        )  # fmt: skip
        day = datetime.timedelta(days=1)
        if what == "version":
            form.version = self.random.choice([1, 2, 3, 4])
        elif what == "usage":
            bit = self.random.choice(BITS)
            form.usage = sorted({*(form.usage or []), bit} if self.chance(2) else {*(form.usage or [])} ^ {bit})
        elif what == "usage critical":
            form.usage_critical = False
        elif what == "no usage":
            form.usage = None
        elif what == "purposes":
            form.purposes = [self.random.choice(PURPOSES)] + ([CODE_SIGNING] if self.chance(2) else [])
        elif what == "constraints":
            form.constraints = self.random.choice([(not ca, None), (True, 0), (False, None)])
        elif what == "no constraints":
            form.constraints = None
        elif what == "path length":
            form.constraints = (True, self.random.choice([0, 1, 2, 300]))
        elif what == "expired":
            form.not_after = self.now - day
        elif what == "early":
            form.not_before = self.now + day
        elif what == "long":
            form.not_after = datetime.datetime(9999, 12, 31, 23, 59, 59)
        elif what == "hash":
            form.hash = "sha1" if form.scheme == "pkcs1" or not form.signer_kind.startswith("RSA") else form.hash
        elif what == "scheme":
            if form.signer_kind != "RSA-1024":
                form.scheme = self.random.choice(["pss", "pss without parameters", "pss with a short salt"])
        elif what == "name":
            form.subject = self.random.choice([*(other.subject for other in forms), "other"])
        elif what == "issuer":
            form.issuer = self.random.choice([*(other.subject for other in forms), "other"])
        elif what == "signer":
            other = self.random.choice(forms)
            form.signer, form.signer_kind = other.key, other.kind
            form.scheme = "pkcs1"
        elif what in ("signature", "two algorithms", "one byte more"):
            form.broken = what
        elif what in ("critical unknown", "unknown"):
            form.more = [extension("1.3.6.1.4.1.99999.1", what.startswith("critical"), NULL)]
        elif what == "names":
            form.more = [extension("2.5.29.17", False, tlv(0x30, self.random.choice(NAMES)))]
        elif what == "twice":
            form.more = [extension("2.5.29.15", True, bit_string(form.usage or []))]
        elif what == "same key":
            other = self.random.choice(forms)
            form.key, form.kind = other.key, other.kind
        return f"{what} of {index}"

    def rearrange(self, ders):
        what = self.random.choice(["shuffled", "reversed", "twice", "without its last", "without its first", "foreign"])
        if what == "shuffled":
            self.random.shuffle(ders)
        elif what == "reversed":
            ders.reverse()
        elif what == "twice":
            ders.insert(self.random.randrange(len(ders) + 1), self.random.choice(ders))
        elif what == "without its last" and len(ders) > 1:
            ders.pop()
        elif what == "without its first" and len(ders) > 1:
            ders.pop(0)
        elif what == "foreign":
            key = self.keys.get("EC-256", 9)
            form = Form("foreign", "foreign", key, "EC-256", key, "EC-256", usage=["key_cert_sign"])
            form.constraints = (True, None)
            ders.append(certificate(form))
        return what


NAMES = [
    tlv(0x82, b"build.example.com"),
    tlv(0x81, b"release@example.com"),
    tlv(0x86, b"https://example.com/release"),
    tlv(0x86, b"/relative"),
    tlv(0x86, "münchen".encode()),
    tlv(0x87, b"\xc0\x00\x02\x01"),
    tlv(0x87, b"\xc0\x00\x02"),
]
