"""Signatures of the requester: over the inner object as it stands on the wire, and over the meta data."""

from . import strict_json as strict
from .errors import ServiceError
from .signatures import check_plain, load_certificate, load_public, spki

_SIGNATURE_ALGORITHMS = {
    f"{digest.replace('-', '')}_WITH_{kind}": digest
    for digest in ("SHA-224", "SHA-256", "SHA-384", "SHA-512")
    for kind in ("RSA", "ECDSA")
}


def read(value, where, accepted_member):
    """Gives back the requester's public key, the digest's name and the signature."""
    members = strict.Members(value, where)
    signature = members.required("signature", strict.binary)
    digest = None
    if accepted_member in (None, "digestAlgorithm"):
        digest = members.optional("digestAlgorithm", strict.text)
    public_key = members.optional("publicKey", strict.binary)
    certificate = None
    if accepted_member in (None, "signatureAlgorithm") and digest is None:
        name = members.required("signatureAlgorithm", strict.one_of(*_SIGNATURE_ALGORITHMS, "EDDSA"))
        digest = _SIGNATURE_ALGORITHMS.get(name, "EdDSA")
        certificate = members.optional("certificate", strict.binary)
    members.done()
    if digest is None:
        strict.refuse(f"{where}.digestAlgorithm is missing")
    if (public_key is None) == (certificate is None):
        strict.refuse(f"{where} has one of publicKey and certificate")
    if certificate is not None:
        public_key = spki(load_certificate(certificate).public_key())
    return load_public(public_key), digest, signature


def check(call, wrapper, metadata, metadata_signature):
    """Checks requestSignature of a body whose inner object is `wrapper`, and the signature of its meta data."""
    value = call.body.get("requestSignature")
    allowed = call.core.access.request_signers
    if value is None:
        if allowed is not None:
            raise ServiceError(415, "requests must be signed")
        if metadata_signature is not None:
            raise ServiceError(403, "metaDataSignature without requestSignature: nobody can check it")
        return
    member = call.core.knobs.request_signature_member
    public, digest, signature = read(value, "requestSignature", member)
    inner = call.spans[wrapper]
    if not strict.is_compact(inner):
        raise ServiceError(403, f"{wrapper} is signed but is not compact JSON")
    check_plain(public, digest, signature, inner, wrapper)
    if allowed is not None and spki(public) not in allowed:
        raise ServiceError(415, "the signer of the request is not allowed")
    if metadata_signature is not None:
        check_plain(public, digest, metadata_signature, metadata or b"", "metaData")
