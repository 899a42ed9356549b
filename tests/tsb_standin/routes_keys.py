"""Keys and certificates."""

import base64

from . import strict_json as strict
from .answer import Answer
from .errors import ServiceError
from .keys import ALGORITHM_OIDS, CURVES, ED25519_OID, RSA_SIZES
from .signatures import load_certificate

_ATTRIBUTES = (
    *("encrypt", "decrypt", "verify", "sign", "wrap", "unwrap", "derive", "bip32", "slip10"),
    *("extractable", "modifiable", "destroyable", "sensitive", "copyable"),
)
_CURVE_SPECS = {
    "1.2.840.10045.3.1.7": "EC-256",
    "1.3.132.0.34": "EC-384",
    "1.3.132.0.35": "EC-521",
    "1.3.132.0.10": "secp256k1",
}


def shown(call, key):
    xml = key.attributes_xml()
    signature = base64.b64encode(call.core.keys.attest(xml.encode())).decode()
    return {
        "xml": xml,
        "json": key.attributes_json(),
        "xmlSignature": signature,
        "attestationKeyName": call.core.keys.TIMESTAMP_KEY,
    }


def _read_spec(members):
    algorithm = members.optional("algorithm", strict.one_of("RSA", "EC", "ED", "DSA", "BLS"))
    oid = members.optional("algorithmOid", strict.text)
    curve = members.optional("curveOid", strict.text)
    size = members.optional("keySize", strict.integer)
    members.optional("addressFormat", strict.an_object)
    if (algorithm is None) == (oid is None):
        strict.refuse("body has one of algorithm and algorithmOid")
    algorithm = algorithm or next((name for name, value in ALGORITHM_OIDS.items() if value == oid), oid)
    if algorithm == "RSA" and curve is None:
        if size not in RSA_SIZES:
            raise ServiceError(603, f"keySize is one of {RSA_SIZES}")
        return f"RSA-{size}"
    if algorithm == "EC" and curve in CURVES:
        return _CURVE_SPECS[curve]
    if algorithm == "ED" and curve in (None, ED25519_OID):
        return "Ed25519"
    raise ServiceError(613, "no such kind of key is made here")


def _read_attributes(value, where):
    members = strict.Members(value, where)
    given = {name: members.optional(name, strict.boolean) for name in _ATTRIBUTES}
    members.done()
    return {name: flag for name, flag in given.items() if flag is not None}


def create(call):
    members = strict.Members(call.body, "body")
    label = members.required("label", strict.text)
    password = members.optional("password", strict.password)
    identifier = members.optional("id", strict.text)
    spec = _read_spec(members)
    attributes = members.required("attributes", _read_attributes)
    policy = members.optional("policy", strict.an_object)
    members.done()
    if policy is not None and attributes.get("extractable"):
        raise ServiceError(606, "a key with a policy cannot be extractable")
    key = call.core.add_key(label, spec, policy, password, identifier, attributes)
    return Answer(201, shown(call, key))


def _find_with_password(call):
    members = strict.Members(call.body, "body")
    key = call.core.keys.find(members.required("label", strict.text))
    password = members.optional("password", strict.password)
    members.done()
    key.check_password(password)
    return key


def attributes(call):
    return Answer(200, shown(call, _find_with_password(call)))


def labels(call):
    return Answer(200, call.core.keys.labels())


def _remove(call, label):
    call.core.ledger.cancel_all_of(call.core.keys.remove(label))
    return Answer(200)


def delete_by_body(call):
    return _remove(call, _find_with_password(call).label)


def delete_by_name(call):
    return _remove(call, call.parameters["name"])


def import_certificate(call):
    members = strict.Members(call.body, "body")
    label = members.required("label", strict.text)
    certificate = members.required("certificate", strict.binary)
    members.done()
    load_certificate(certificate, 626)
    call.core.keys.certificates[label] = certificate
    return Answer(200)


def _certificate_label(call):
    label = call.parameters["label"]
    if label not in call.core.keys.certificates:
        raise ServiceError(650, f"there is no certificate {label!r}")
    return label


def get_certificate(call):
    label = _certificate_label(call)
    der = call.core.keys.certificates[label]
    return Answer(200, {"label": label, "certificate": base64.b64encode(der).decode()})


def delete_certificate(call):
    del call.core.keys.certificates[_certificate_label(call)]
    return Answer(200)
