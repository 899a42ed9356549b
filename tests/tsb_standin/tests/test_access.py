import ssl

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from .. import Client, Refused, Standin
from ..keys import load_pem
from ..signatures import sign_plain, spki
from .conftest import base64_of, compact, sign_request

STATISTICS = "/v1/keystore/statistics"


def refusal(client, path=STATISTICS, method="GET", body=None):
    with pytest.raises(Refused) as caught:
        client.call(method, path, body)
    return caught.value.status, caught.value.code


def test_a_bearer_token_is_demanded_and_expires(standin, client, clock):
    standin.access.demand_tokens("good", ends=clock.now() + 100)
    assert refusal(client) == (401, 406)
    assert refusal(Client(standin.url, standin.ca_file, token="bad")) == (401, 617)
    good = Client(standin.url, standin.ca_file, token="good")
    assert good.call("GET", STATISTICS)
    clock.advance(100)
    assert refusal(good) == (401, 617)


def test_approvers_need_no_bearer_token(standin, approvers):
    standin.access.demand_tokens("good")
    assert approvers[0].tasks() == []
    standin.knobs.token_on_approver_routes = True
    with pytest.raises(Refused):
        approvers[0].tasks()


def test_an_api_key_opens_its_role_only(standin, client):
    standin.access.demand_api_keys(serviceToken=["old", "new"], keyManagementToken=["manage"])
    assert refusal(client) == (401, 416)
    service = Client(standin.url, standin.ca_file, api_key="new")
    assert service.call("GET", STATISTICS)
    assert refusal(service, "/v1/key") == (401, 631)
    assert refusal(service, "/v1/filteredRequests", "POST", {}) == (401, 631)
    standin.knobs.credential_status = 400
    assert refusal(service, "/v1/key") == (400, 631)


def test_an_api_key_can_end_after_some_calls(standin):
    standin.access.demand_api_keys(serviceToken=["old", "new"])
    standin.access.end_api_key("old", after=2)
    old = Client(standin.url, standin.ca_file, api_key="old")
    old.call("GET", STATISTICS)
    old.call("GET", STATISTICS)
    assert refusal(old) == (401, 631)
    assert Client(standin.url, standin.ca_file, api_key="new").call("GET", STATISTICS)


def test_mutual_tls_admits_holders_of_a_certificate(tmp_path):
    with Standin(folder=tmp_path, mutual_tls=True) as standin:
        holder = Client(standin.url, standin.ca_file, certificate=standin.client_certificate())
        assert holder.call("GET", STATISTICS)
        with pytest.raises((ssl.SSLError, OSError)):
            Client(standin.url, standin.ca_file).call("GET", STATISTICS)


@pytest.mark.parametrize("flaw", ["expired", "wrong host", "unknown authority"])
def test_a_flawed_server_certificate_is_not_believed(tmp_path, flaw):
    with Standin(folder=tmp_path, flaw=flaw) as standin:
        with pytest.raises(ssl.SSLCertVerificationError):
            Client(standin.url, standin.ca_file).call("GET", STATISTICS)
        standin.journal.wait_until(lambda: standin.journal.count("connection") == 1)


def signed(key, inner, metadata_signature=None, text=None, **members):
    """A body whose inner object is signed; text replaces its JSON on the wire."""
    inner = dict(inner)
    if metadata_signature is not None:
        inner.update(metaData=base64_of(b'{"app":"x"}'), metaDataSignature=base64_of(metadata_signature))
    wire = text or compact(inner)
    signature = {
        "signature": base64_of(sign_plain(key, "SHA-256", wire)),
        "publicKey": base64_of(spki(key.public_key())),
        **(members or {"digestAlgorithm": "SHA-256"}),
    }
    return b'{"signRequest":' + wire + b',"requestSignature":' + compact(signature) + b"}"


@pytest.fixture
def requester(standin):
    standin.add_key("release")
    return ec.generate_private_key(ec.SECP256R1())


def test_a_request_signature_is_checked_over_the_bytes_on_the_wire(standin, client, requester):
    standin.add_key("p", "EC-256")
    assert client.call("POST", "/v1/sign", signed(requester, sign_request()))
    unusual = compact(sign_request()).replace(b'"release"', b'"rele\\u0061se"')
    assert client.call("POST", "/v1/sign", signed(requester, {}, text=unusual))
    tampered = signed(requester, sign_request()).replace(b'"release"', b'"p"')
    assert refusal(client, "/v1/sign", "POST", tampered) == (400, 403)
    spaced = signed(requester, {}, text=compact(sign_request()).replace(b":", b": "))
    assert refusal(client, "/v1/sign", "POST", spaced) == (400, 403)


def test_a_request_signature_has_one_of_two_forms(standin, client, requester):
    newer = signed(requester, sign_request(), signatureAlgorithm="SHA256_WITH_ECDSA")
    assert client.call("POST", "/v1/sign", newer)
    standin.knobs.request_signature_member = "digestAlgorithm"
    assert refusal(client, "/v1/sign", "POST", newer) == (400, 600)
    assert client.call("POST", "/v1/sign", signed(requester, sign_request()))


def test_meta_data_signed_by_somebody_else_is_refused(client, requester):
    metadata = b'{"app":"x"}'
    body = signed(requester, sign_request(), sign_plain(requester, "SHA-256", metadata))
    assert client.call("POST", "/v1/sign", body)
    other = ec.generate_private_key(ec.SECP256R1())
    body = signed(requester, sign_request(), sign_plain(other, "SHA-256", metadata))
    assert refusal(client, "/v1/sign", "POST", body) == (400, 403)


def test_only_allowed_requesters_may_ask_where_that_is_demanded(standin, client, requester):
    certificate, key = standin.client_certificate("requester")
    standin.access.demand_request_signatures(ssl.PEM_cert_to_DER_cert(certificate.read_text()))
    assert refusal(client, "/v1/sign", "POST", {"signRequest": sign_request()}) == (400, 415)
    assert refusal(client, "/v1/sign", "POST", signed(requester, sign_request())) == (400, 415)
    assert client.call("POST", "/v1/sign", signed(load_pem(key), sign_request()))
