import base64
import ssl

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from .. import Refused, approval_token
from ..clock import iso
from ..keys import load_pem
from ..signatures import check_plain, spki
from .conftest import base64_of, read, submit

MEMBERS = [
    {"detailLevel", "id", "approvalToBeSigned", "approverPublicKey"},
    {"metaData", "metaDataSignature", "payload", "payloadType"},
    {"requestBase64", "signedSignRequest"},
    {"timestamp", "timestampSignature", "timestampSignatureAlgorithm", "timestampSignatureWithAlgorithm"},
    {"keyAttributes", "keyAttributesSignature"},
    {"requestStatus"},
]


@pytest.fixture
def task(standin, client, approvers, two_of_three):
    """Ann's task for a request whose rule has a timeout."""
    standin.add_key("release", policy=two_of_three(timeout=3600))
    submit(client, payload=b"statement", metaData=base64_of(b"{}"))
    return approvers[0].tasks(level=6)[0]


def refusal(function, *arguments):
    with pytest.raises(Refused) as caught:
        function(*arguments)
    return caught.value.status, caught.value.code


def test_each_level_shows_the_members_of_those_below(approvers, task):
    wanted = set()
    for level, members in enumerate(MEMBERS, 1):
        wanted |= members
        assert set(approvers[0].tasks(level=level)[0]) == wanted


def test_the_token_holds_what_is_asked_and_a_signed_time(standin, clock, task):
    token = base64.b64decode(task["approvalToBeSigned"])
    values = dict(approval_token.elements(approval_token.split_length(token)))
    assert values[approval_token.LABEL] == b"release"
    assert values[approval_token.SIGN_PAYLOAD] == b"statement"
    assert approval_token.seconds_of(token) == int(clock.now())
    assert base64_of(values[approval_token.TIMESTAMP]) == task["timestamp"]
    assert base64_of(values[approval_token.TIMESTAMP_SIGNATURE]) == task["timestampSignatureWithAlgorithm"]
    signature = approval_token.unwrap_der_signature(values[approval_token.TIMESTAMP_SIGNATURE])
    assert base64_of(signature) == task["timestampSignature"]
    public = standin.keys.timestamp_key.public_key()
    check_plain(public, "SHA-256", signature, values[approval_token.TIMESTAMP], "the timestamp")


def test_a_rule_without_times_has_a_token_without_a_timestamp(standin, client, approvers, two_of_three):
    standin.add_key("release", policy=two_of_three())
    submit(client)
    task = approvers[0].tasks(level=4)[0]
    assert approval_token.seconds_of(base64.b64decode(task["approvalToBeSigned"])) is None
    assert task["timestamp"] is None


def test_only_those_in_the_policy_have_tasks(standin, task):
    assert standin.approver(ec.generate_private_key(ec.SECP256R1())).tasks() == []


def test_an_approval_needs_the_right_person_bytes_and_signature(approvers, task):
    ann, bob, _ = approvers
    assert refusal(bob.approve, task) == (404, 652)
    assert refusal(ann.approve, {**task, "id": "00000000-0000-0000-0000-000000000000"}) == (404, 652)
    token = bytearray(base64.b64decode(task["approvalToBeSigned"]))
    token[-1] ^= 1
    assert refusal(ann.approve, {**task, "approvalToBeSigned": base64_of(bytes(token))}) == (400, 403)
    forged = {
        "id": task["id"],
        "approvalToBeSigned": task["approvalToBeSigned"],
        "signature": bob.sign(base64.b64decode(task["approvalToBeSigned"])),
        "approvalDigestAlgorithm": "SHA-256",
        "approverPublicKey": ann.public_key,
    }
    assert refusal(ann.call, "POST", "/v1/approval", forged) == (400, 403)
    assert ann.approve(task) is None


def test_nobody_decides_twice(approvers, task):
    approvers[0].approve(task)
    assert refusal(approvers[0].approve, task) == (404, 652)
    assert refusal(approvers[0].refuse, task) == (404, 652)
    assert approvers[0].tasks() == []


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "POST"])
def test_a_task_is_refused_by_three_methods(standin, client, approvers, task, method):
    assert approvers[0].refuse(task, method) is None
    assert standin.requests()[0].refused
    assert read(client, task["requestStatus"]["id"])["rejectedBy"] == [approvers[0].public_key]


@pytest.mark.parametrize("age, accepted", [(0, True), (600, True), (601, False), (-1, False)])
def test_a_signed_time_is_neither_old_nor_ahead(approvers, clock, age, accepted):
    class Shifted:
        def now(self):
            return clock.now() - age

    approvers[0].clock = Shifted()
    if accepted:
        assert approvers[0].tasks() == []
    else:
        assert refusal(approvers[0].tasks) == (400, 404)


def test_the_signature_of_the_time_is_checked(approvers, clock):
    body = approvers[1].signed_time()
    paging = {"pageNumber": 0, "pageSize": 1, "sortOrder": "CREATION_DATE_ASC"}
    body.update(detailLevel="level1", paging=paging)
    path = "/v1/filteredSignApprovalTask"
    assert approvers[1].call("POST", path, body) == {"tasks": []}
    assert refusal(approvers[1].call, "POST", path, {**body, "timestamp": iso(clock.now() - 1)}) == (400, 403)
    assert refusal(approvers[1].call, "POST", path, {**body, "timestamp": "today"}) == (400, 600)
    assert refusal(approvers[1].call, "POST", path, {**body, "approverCertificate": "AAAA"}) == (400, 600)
    assert refusal(approvers[1].call, "POST", path, {**body, "detailLevel": "level7"}) == (500, 501)
    assert refusal(approvers[1].call, "POST", path, {**body, "paging": {**paging, "pageSize": 0}}) == (400, 600)
    assert refusal(approvers[1].call, "POST", path, {**body, "more": 1}) == (400, 600)


def test_an_observer_sees_and_refuses_tasks_of_others(standin, approvers, task):
    certificate, key = standin.client_certificate("observer")
    observer = standin.approver(load_pem(key))
    body = observer.signed_time()
    del body["approverPublicKey"]
    body["timestampSigningCertificate"] = base64_of(ssl.PEM_cert_to_DER_cert(certificate.read_text()))
    assert refusal(observer.call, "DELETE", "/v1/task", {"id": task["id"], **body}) == (400, 405)
    standin.access.observers.add(spki(load_pem(key).public_key()))
    paging = {"pageNumber": 0, "pageSize": 2, "sortOrder": "CREATION_DATE_ASC"}
    listing = {**body, "detailLevel": "level1", "paging": paging}
    assert len(observer.call("POST", "/v1/filteredSignApprovalTask", listing)["tasks"]) == 2
    listing["paging"]["pageNumber"] = 1
    assert len(observer.call("POST", "/v1/filteredSignApprovalTask", listing)["tasks"]) == 1
    assert observer.call("DELETE", "/v1/task", {"id": task["id"], **body}) is None
