import base64
import ssl

import pytest
from cryptography.hazmat.primitives import serialization

from .. import Refused
from .conftest import base64_of

ATTRIBUTES = {"sign": True, "extractable": False, "modifiable": True, "destroyable": True, "sensitive": True}
P384 = "1.3.132.0.34"


def refusal(client, method, path, body=None):
    with pytest.raises(Refused) as caught:
        client.call(method, path, body)
    return caught.value.status, caught.value.code


def new_key(**more):
    return {"label": "made", "algorithm": "EC", "curveOid": P384, "attributes": ATTRIBUTES, "policy": None, **more}


def test_a_key_is_made_shown_listed_and_removed(client, two_of_three):
    policy = two_of_three(timelock=60)
    made = client.call("POST", "/v1/key", new_key(policy=policy, password=["p", "w"], id="01"))
    shown = client.call("POST", "/v1/key/attributes", {"label": "made", "password": ["p", "w"]})
    assert made == shown
    assert shown["json"]["policy"] == policy
    assert shown["json"]["id"] == "01"
    assert shown["json"]["keySize"] == 384
    public = serialization.load_der_public_key(base64.b64decode(shown["json"]["publicKey"]))
    assert public.curve.name == "secp384r1"
    assert client.call("GET", "/v1/key") == ["made"]
    assert refusal(client, "POST", "/v1/key/deleteKey", {"label": "made"}) == (400, 620)
    assert client.call("POST", "/v1/key/deleteKey", {"label": "made", "password": ["p", "w"]}) is None
    assert client.call("GET", "/v1/key") == []
    assert refusal(client, "DELETE", "/v1/key/made") == (404, 650)


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"label": "a/b"}, (400, 610)),
        ({"label": ""}, (400, 600)),
        ({"label": "taken"}, (400, 608)),
        ({"algorithm": "AES"}, (500, 501)),
        ({"algorithm": "DSA"}, (400, 613)),
        ({"algorithm": None}, (400, 600)),
        ({"algorithmOid": "1.2.840.10045.2.1"}, (400, 600)),
        ({"algorithm": "RSA", "curveOid": None, "keySize": 1024}, (400, 603)),
        ({"curveOid": "1.2.3"}, (400, 613)),
        ({"attributes": {"signs": True}}, (400, 600)),
        ({"attributes": {"sign": 1}}, (400, 600)),
        ({"attributes": None}, (400, 600)),
        ({"policy": {}}, (400, 600)),
        ({"more": None}, (400, 600)),
    ],
)
def test_a_new_key_is_read_strictly(standin, client, change, expected):
    standin.add_key("taken")
    assert refusal(client, "POST", "/v1/key", new_key(**change)) == expected


def test_a_key_with_a_policy_cannot_be_extractable(client, two_of_three):
    body = new_key(policy=two_of_three(), attributes={**ATTRIBUTES, "extractable": True})
    assert refusal(client, "POST", "/v1/key", body) == (400, 606)


def test_a_certificate_is_imported_shown_and_removed(standin, client):
    der = ssl.PEM_cert_to_DER_cert(standin.ca_file.read_text())
    body = {"label": "a key", "certificate": base64_of(der)}
    assert client.call("POST", "/v1/certificate/import/plain", body) is None
    assert client.call("GET", "/v1/certificate/a%20key") == body
    assert client.call("DELETE", "/v1/certificate/a%20key") is None
    assert refusal(client, "GET", "/v1/certificate/a%20key") == (404, 650)
    body["certificate"] = base64_of(b"no certificate")
    assert refusal(client, "POST", "/v1/certificate/import/plain", body) == (400, 626)


def test_the_service_tells_its_version_licence_and_statistics(client):
    assert client.call("GET", "/v1/versionInfo") == {"Version": "2.1.0"}
    assert "TSB_ENGINE" in client.call("GET", "/v1/licenseInfo")["clientFlags"]
    assert "keyStoreStatistics" in client.call("GET", "/v1/keystore/statistics")
