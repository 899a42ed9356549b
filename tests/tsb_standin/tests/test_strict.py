import pytest

from .. import Refused
from .conftest import base64_of, compact, sign_request


def refusal(client, method, path, body=None):
    with pytest.raises(Refused) as caught:
        client.call(method, path, body)
    return caught.value.status, caught.value.code


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"extra": 1}, (400, 600)),
        ({"payload": None}, (400, 600)),
        ({"payload": "AAA"}, (400, 600)),
        ({"payload": "AA A="}, (400, 600)),
        ({"payload": "_-8="}, (400, 600)),
        ({"payload": 7}, (400, 600)),
        ({"payload": ""}, (400, 612)),
        ({"payload": base64_of(bytes(65536))}, (400, 612)),
        ({"payloadType": "TEXT"}, (500, 501)),
        ({"signatureType": "JOSE"}, (500, 501)),
        ({"signatureAlgorithm": "SHA257_WITH_ECDSA"}, (500, 501)),
        ({"signatureAlgorithm": "SHA256_WITH_RSA_PSS"}, (400, 607)),
        ({"signKeyName": "nobody"}, (404, 650)),
        ({"signKeyName": "release/0'"}, (400, 634)),
        ({"signKeyName": ["release"]}, (400, 600)),
        ({"keyPassword": "secret"}, (400, 600)),
        ({"keyPassword": ["se"]}, (400, 600)),
        ({"keyPassword": ["s"]}, (400, 620)),
        ({"metaData": "{}"}, (400, 600)),
        ({"metaDataSignature": "AAAA"}, (400, 403)),
        ({"signedApprovals": []}, (400, 600)),
        ({"context": "AAAA"}, (400, 600)),
    ],
)
def test_a_sign_request_is_read_strictly(standin, client, change, expected):
    standin.add_key("release")
    body = {"signRequest": {**sign_request(), **change}}
    assert refusal(client, "POST", "/v1/sign", body) == expected
    assert standin.requests() == []


@pytest.mark.parametrize(
    "body, expected",
    [
        (b"", (400, 621)),
        (b"{", (400, 621)),
        (b"[]", (400, 600)),
        (b'{"signRequest":{}} {}', (400, 621)),
        (b'{"signRequest":{},"signRequest":{}}', (400, 621)),
        (b'{"signRequest":{"a":1,"a":1}}', (400, 621)),
        (b'{"signRequest":\xff}', (400, 621)),
        (b'{"signRequest":NaN}', (400, 621)),
        (b"{}", (400, 600)),
        (b'{"signRequest":{},"more":1}', (400, 600)),
    ],
)
def test_a_body_is_read_strictly(client, body, expected):
    assert refusal(client, "POST", "/v1/sign", body) == expected


def test_the_largest_payload_fits_and_one_with_a_timestamp_has_to_be_smaller(standin, client, two_of_three):
    standin.add_key("release", policy=two_of_three())
    standin.add_key("timed", policy=two_of_three(timeout=60))
    payload = base64_of(bytes(65535))
    client.call("POST", "/v1/sign", {"signRequest": {**sign_request(), "payload": payload}})
    timed = {"signRequest": {**sign_request("timed"), "payload": payload}}
    assert refusal(client, "POST", "/v1/sign", timed) == (400, 612)


def test_a_body_that_is_not_json_by_its_type_is_refused(client):
    client.headers["Content-Type"] = "text/plain"
    assert client.exchange("POST", "/v1/sign", b"{}")[0] == 415


def test_unknown_paths_and_operations_say_so(client):
    assert refusal(client, "GET", "/v1/sign") == (404, None)
    assert refusal(client, "POST", "/v2/sign", {}) == (404, None)
    assert refusal(client, "POST", "/v1/block", {}) == (501, 101)


def test_request_ids_are_checked(client):
    assert refusal(client, "GET", "/v1/request/7") == (400, 609)
    assert refusal(client, "GET", "/v1/request/00000000-0000-0000-0000-000000000000") == (404, 651)


def test_an_error_has_code_reason_and_message(client):
    with pytest.raises(Refused) as caught:
        client.call("POST", "/v1/key/attributes", {"label": "nobody"})
    assert caught.value.answer["errorCode"] == 650
    assert caught.value.answer["reason"] == "res.error.key.not.existent"
    assert caught.value.answer["message"]


def test_the_bytes_of_a_member_are_kept_as_they_came():
    from ..strict_json import is_compact, parse_object

    inner = b'{"b" : "\xc3\xa4 \\u00e4 }","a":[1,{"x":null}]}'
    value, spans = parse_object(b' { "first":1 , "inner" :' + inner + b', "last":"" } ')
    assert spans == {"first": b"1", "inner": inner, "last": b'""'}
    assert value["inner"]["b"] == "ä ä }"
    assert not is_compact(inner)
    assert is_compact(compact(value))
