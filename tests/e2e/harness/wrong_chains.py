"""Certificate chains that break one rule of the Notary profile each.

A case gives the spec of the signing key and the certificates to present, from a maker of keys and certificates."""

from cryptography.x509.oid import ExtendedKeyUsageOID

from .certs import DAY, Certificate, Profile, Usage, authority

SERVER = (ExtendedKeyUsageOID.SERVER_AUTH,)
STAMPING = (ExtendedKeyUsageOID.TIME_STAMPING,)


class Maker:
    """Certificates of one case; `key` is the signing key."""

    def __init__(self, keys, spec):
        self.keys = keys
        self.key = keys(spec)

    def root(self, name="root", **changes):
        return Certificate(authority(name, **changes), self.keys("EC-256", f"authority {name}"))

    def intermediate(self, issuer, name="intermediate", **changes):
        return Certificate(authority(name, **changes), self.keys("EC-256", f"authority {name}"), issuer)

    def leaf(self, issuer, key=None, **changes):
        return Certificate(Profile(**changes), key or self.key, issuer)


def leaf_with(**changes):
    """A chain of two whose leaf is wrong."""

    def make(maker):
        root = maker.root()
        return [maker.leaf(root, **changes), root]

    return make


def root_with(**changes):
    """A chain of two whose root is wrong."""

    def make(maker):
        root = maker.root(**changes)
        return [maker.leaf(root), root]

    return make


def intermediate_with(**changes):
    """A chain of three whose intermediate is wrong."""

    def make(maker):
        root = maker.root()
        intermediate = maker.intermediate(root, **changes)
        return [maker.leaf(intermediate), intermediate, root]

    return make


def missing_root(maker):
    intermediate = maker.intermediate(maker.root())
    return [maker.leaf(intermediate), intermediate]


def missing_intermediate(maker):
    root = maker.root()
    return [maker.leaf(maker.intermediate(root)), root]


def leaf_alone(maker):
    return [maker.leaf(maker.root())]


def reversed_order(maker):
    root = maker.root()
    return [root, maker.leaf(root)]


def shuffled(maker):
    root = maker.root()
    intermediate = maker.intermediate(root)
    return [maker.leaf(intermediate), root, intermediate]


def duplicate_root(maker):
    root = maker.root()
    return [maker.leaf(root), root, root]


def unrelated_certificate(maker):
    root = maker.root()
    return [maker.leaf(root), root, maker.root("unrelated")]


def two_candidates(maker):
    root = maker.root()
    return [maker.leaf(root, name="first"), maker.leaf(root, name="second"), root]


def authority_alone(maker):
    return [Certificate(authority("own root"), maker.key)]


def key_mismatch(maker):
    root = maker.root()
    return [maker.leaf(root, key=maker.keys("EC-256", "another leaf")), root]


def forged_issuer(maker):
    """The issuer's name is right, its key is not."""
    impostor = Certificate(authority("root"), maker.keys("EC-256", "impostor"))
    return [maker.leaf(impostor), maker.root()]


def sha_1(maker):
    root = Certificate(authority(), maker.keys("RSA-2048", "authority with RSA"))
    return [maker.leaf(root).sign_again_with_sha_1(root), root]


def path_length_exceeded(maker):
    root = maker.root(path_length=0)
    intermediate = maker.intermediate(root)
    return [maker.leaf(intermediate), intermediate, root]


# What a case presents, and a part of what notation says when an unchecked plugin returns it.
CASES = {
    "missing root": (missing_root, "must end with a valid self-signed root certificate"),
    "missing intermediate": (missing_intermediate, "is not issued by"),
    "leaf alone": (leaf_alone, "invalid self-signed certificate"),
    "reversed": (reversed_order, "must not contain self-signed leaf certificate"),
    "shuffled": (shuffled, "is not issued by"),
    "duplicate root": (duplicate_root, "must not contain self-signed intermediate certificate"),
    "unrelated certificate": (unrelated_certificate, "must not contain self-signed intermediate certificate"),
    "two candidates": (two_candidates, "is not issued by"),
    "authority alone": (authority_alone, "the ca field must be set to false"),
    "key mismatch": (key_mismatch, "generated signature failed verification"),
    "forged issuer": (forged_issuer, "is not issued by"),
    "ca leaf": (leaf_with(ca=True), "the ca field must be set to false"),
    "key usage key encipherment": (
        leaf_with(usage=Usage(("digital_signature", "key_encipherment"))),
        'must be "Digital Signature" only',
    ),
    "key usage without digital signature": (
        leaf_with(usage=Usage(("content_commitment",))),
        'must have the bit positions for "Digital Signature" set',
    ),
    "key usage not critical": (leaf_with(usage=Usage(critical=False)), "key usage extension must be marked critical"),
    "key usage missing": (leaf_with(usage=None), "key usage extension must be present"),
    "server authentication": (leaf_with(extended=SERVER), "must not contain ServerAuth eku"),
    "time stamping": (leaf_with(extended=STAMPING), "must not contain Timestamping eku"),
    "leaf expired": (
        leaf_with(not_before=-10 * DAY, not_after=-DAY),
        '"CN=leaf,O=End to end,ST=WA,C=US" was invalid at signing time',
    ),
    "leaf not yet valid": (leaf_with(not_before=DAY), '"CN=leaf,O=End to end,ST=WA,C=US" was invalid at signing time'),
    "intermediate expired": (
        intermediate_with(not_before=-10 * DAY, not_after=-DAY),
        '"CN=intermediate,O=End to end,ST=WA,C=US" was invalid at signing time',
    ),
    "root expired": (
        root_with(not_before=-10 * DAY, not_after=-DAY),
        '"CN=root,O=End to end,ST=WA,C=US" was invalid at signing time',
    ),
    "root not a ca": (root_with(ca=None), "parent certificate cannot sign this kind of certificate"),
    "root may not sign certificates": (
        root_with(usage=Usage(("crl_sign",))),
        "parent certificate cannot sign this kind of certificate",
    ),
    "path length exceeded": (path_length_exceeded, "certificate has path length 0"),
    "sha-1": (sha_1, "insecure algorithm SHA1-RSA"),
    "rsa 1024": (leaf_with(), "rsa key size 1024 bits is not supported"),
    "secp256k1": (leaf_with(), "unsupported elliptic curve"),
}

# The key behind a case, and the key spec that a careless plugin would claim for it.
KEYS = {"rsa 1024": ("RSA-1024", "RSA-2048"), "secp256k1": ("secp256k1", "EC-256")}


def key_of(case):
    return KEYS.get(case, ("EC-256", "EC-256"))


def notation_says(case):
    return CASES[case][1]


def make(case, keys):
    return CASES[case][0](Maker(keys, key_of(case)[0]))
