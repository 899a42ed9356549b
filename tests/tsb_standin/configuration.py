"""A stand-in made from a configuration file; paths in it are relative to its folder. README.md lists the members."""

import base64
import json

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from .clock import ShiftedClock
from .signatures import spki
from .standin import Standin


def _der_of_certificate(path):
    return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(serialization.Encoding.DER)


def _value_of(path):
    """The `value` of an approver in a PEM file, a public key or a certificate."""
    data = path.read_bytes()
    if b"BEGIN CERTIFICATE" in data:
        return base64.b64encode(_der_of_certificate(path)).decode()
    return base64.b64encode(spki(serialization.load_pem_public_key(data))).decode()


def with_files_read(value, folder):
    """A policy in which every {"file": path} of an approver became its {"value": base64}."""
    if isinstance(value, list):
        return [with_files_read(item, folder) for item in value]
    if not isinstance(value, dict):
        return value
    read = {name: with_files_read(item, folder) for name, item in value.items()}
    if "file" in read:
        read["value"] = _value_of(folder / read.pop("file"))
    return read


def _add_key(standin, folder, label, spec="EC-256", file=None, policy=None, password=None, id=None):
    source = folder / file if file else spec
    standin.add_key(label, source, with_files_read(policy, folder), password, id)


def start(path, port=0, folder=None):
    """Gives back the running stand-in; a ValueError or TypeError where the file is wrong."""
    settings = json.loads(path.read_text()) if path else {}
    here = path.resolve().parent if path else None
    standin = Standin(port, folder, ShiftedClock(), mutual_tls=settings.pop("mutual_tls", False))
    try:
        for address, file in settings.pop("onboarded", {}).items():
            standin.onboarded[address] = _der_of_certificate(here / file)
        for key in settings.pop("keys", []):
            _add_key(standin, here, **key)
        for label, file in settings.pop("certificates", {}).items():
            standin.keys.certificates[label] = _der_of_certificate(here / file)
        if "tokens" in settings:
            standin.access.demand_tokens(*settings.pop("tokens"))
        if "api_keys" in settings:
            standin.access.demand_api_keys(**settings.pop("api_keys"))
        if "request_signers" in settings:
            files = settings.pop("request_signers")
            standin.access.demand_request_signatures(*(_der_of_certificate(here / file) for file in files))
        standin.knobs.set(**settings.pop("knobs", {}))
        if settings:
            raise ValueError(f"unknown member {sorted(settings)[0]!r}")
    except BaseException:
        standin.close()
        raise
    return standin
